/// The names of one object so far, compared as bytes.
///
/// A set of Swift strings would call "é" in its two spellings one name. Few names are compared one by one; many go
/// into a set, so that a body made of thousands of names does not cost their square.
struct SeenNames {
    private static let mostComparedOneByOne = 16

    private var few: [String] = []
    private var many: Set<NameBytes> = []

    /// False when the name was there already.
    mutating func insert(_ name: String) -> Bool {
        if many.isEmpty {
            if few.contains(where: { $0.hasSameBytes(as: name) }) { return false }
            few.append(name)
            if few.count > Self.mostComparedOneByOne { many = Set(few.map(NameBytes.init)) }
            return true
        }
        return many.insert(NameBytes(name: name)).inserted
    }

    private struct NameBytes: Hashable {
        let name: String

        static func == (left: NameBytes, right: NameBytes) -> Bool {
            left.name.hasSameBytes(as: right.name)
        }

        func hash(into hasher: inout Hasher) {
            for byte in name.utf8 { hasher.combine(byte) }
        }
    }
}
