/// Takes lines off the front of a text whose every line ends with U+000A.
struct TextLines {
    static let newline: UInt8 = 0x0a

    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    /// The next line without its newline; nil at the end, and for a last line without newline.
    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: Self.newline) else { return nil }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }

    /// Whether the bytes are UTF-8 without control characters below U+0020 other than the newline.
    static func isPlainText(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 || $0 == newline } && String(validating: bytes, as: UTF8.self) != nil
    }
}

extension Collection<UInt8> {
    /// What follows a prefix, or nil if it is not there.
    func dropping(_ prefix: String) -> SubSequence? {
        starts(with: prefix.utf8) ? dropFirst(prefix.utf8.count) : nil
    }
}
