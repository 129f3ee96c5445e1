/// Joins parts so that no two different lists give the same bytes: LP(x) = 4-byte big-endian length ‖ x.
public struct LengthPrefixed: Sendable {
    /// What was written so far.
    public private(set) var bytes: [UInt8]

    /// Starts with bytes that are not length-prefixed, such as a domain-separation string of fixed length.
    public init(after prefix: [UInt8] = []) {
        bytes = prefix
    }

    /// LP of each text's UTF-8 bytes.
    public init(_ texts: String...) {
        bytes = []
        bytes.reserveCapacity(texts.reduce(0) { $0 + 4 + $1.utf8.count })
        for text in texts { append(text) }
    }

    /// Appends LP(part).
    public mutating func append(_ part: [UInt8]) {
        appendLength(part.count)
        bytes.append(contentsOf: part)
    }

    /// Appends LP(the text's UTF-8 bytes).
    public mutating func append(_ text: String) {
        appendLength(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func appendLength(_ count: Int) {
        precondition(count <= UInt32.max, "a part of four gigabytes or more")
        withUnsafeBytes(of: UInt32(count).bigEndian) { bytes.append(contentsOf: $0) }
    }
}
