/// The forms that events had of late, found by what an event is most likely to have in common with one of them: its
/// length and type.
struct LeafForms {
    /// So many forms of one length and type are remembered.
    private static let ways = 4
    private static let sets = 1_024
    /// Forms of longer events are not worth their memory.
    private static let maximumLeafBytes = 4_096

    private var forms = [LeafForm?](repeating: nil, count: ways * sets)

    /// The form that the event has, if it was seen before.
    mutating func form(of leaf: UnsafeRawBufferPointer, _ times: inout TimeReader) -> LeafForm? {
        guard let first = Self.firstWay(of: leaf) else { return nil }
        for way in first..<first + Self.ways {
            guard let form = forms[way] else { return nil }
            if form.fits(leaf, &times) {
                if way > first { forms.swapAt(first, way) }
                return form
            }
        }
        return nil
    }

    /// Remembers a form in place of the one that was of no use for longest.
    mutating func keep(_ form: LeafForm, of leaf: UnsafeRawBufferPointer) {
        guard form.isOfUse, let first = Self.firstWay(of: leaf) else { return }
        for way in (first + 1..<first + Self.ways).reversed() { forms[way] = forms[way - 1] }
        forms[first] = form
    }

    /// Bytes near the end of an event are those of its type: `…","type":"token.issued","v":1}`.
    private static func firstWay(of leaf: UnsafeRawBufferPointer) -> Int? {
        guard leaf.count <= maximumLeafBytes, leaf.count > 32 else { return nil }
        let end = leaf.loadUnaligned(fromByteOffset: leaf.count - 16, as: UInt64.self)
        let hash = (end ^ UInt64(leaf.count)) &* 0x9e37_79b9_7f4a_7c15
        return Int(hash >> 32) % sets * ways
    }
}
