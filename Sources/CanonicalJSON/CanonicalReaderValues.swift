extension CanonicalReader {
    /// A string.
    public mutating func string() throws(JSONParseError) -> String {
        let literal = try scanString()
        return try literal.text(in: bytes)
    }

    /// The bytes of a string, in place.
    ///
    /// - Throws: ``JSONParseError/Reason/escapedString`` when it is written with escapes: the raw bytes would not be
    ///   what it says.
    public mutating func stringBytes() throws(JSONParseError) -> UnsafeRawBufferPointer {
        let literal = try scanString()
        guard !literal.hasEscapes else { throw JSONParseError(.escapedString, at: literal.start - 1) }
        return literal.rawBytes(in: bytes)
    }

    /// An integer within ±``JSON/maximumInteger``.
    public mutating func integer() throws(JSONParseError) -> Int64 {
        guard expected == .value, offset < bytes.count,
            ASCII.isDigit(bytes[offset]) || bytes[offset] == ASCII.minus
        else { throw unexpectedByte() }
        let integer = try ProfileInteger(in: bytes, at: offset)
        offset = integer.end
        expected = .commaOrEnd
        return integer.value
    }

    public mutating func boolean() throws(JSONParseError) -> Bool {
        if takeLiteral("true") { return true }
        guard takeLiteral("false") else { throw unexpectedByte() }
        return false
    }

    public mutating func null() throws(JSONParseError) {
        guard takeLiteral("null") else { throw unexpectedByte() }
    }

    /// Whether the value that comes next is null. It is not read.
    public var nextIsNull: Bool {
        expected == .value && offset < bytes.count && bytes[offset] == UInt8(ascii: "n")
    }

    /// Any value, as its bytes. They are checked as strictly as if they were read piece by piece.
    public mutating func rawValue() throws(JSONParseError) -> UnsafeRawBufferPointer {
        guard expected == .value else { throw unexpectedByte() }
        let start = offset
        let outerDepth = depth
        repeat {
            switch expected {
            case .value: try readScalarOrOpen()
            case .firstOrEnd, .commaOrEnd: try readNextOrClose()
            }
        } while depth > outerDepth
        return UnsafeRawBufferPointer(rebasing: bytes[start..<offset])
    }

    /// Passes over any value, checking it on the way.
    public mutating func skipValue() throws(JSONParseError) {
        _ = try rawValue()
    }

    mutating func readScalarOrOpen() throws(JSONParseError) {
        guard offset < bytes.count else { throw unexpectedByte() }
        switch bytes[offset] {
        case ASCII.openBrace: try beginObject()
        case ASCII.openBracket: try beginArray()
        case ASCII.quote: _ = try scanString()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try boolean()
        case UInt8(ascii: "n"): try null()
        default: _ = try integer()
        }
    }

    mutating func readNextOrClose() throws(JSONParseError) {
        if isInObject {
            if try !skipName() { try endObject() }
        } else if !hasNextElement() {
            try endArray()
        }
    }

    @inline(__always)
    private mutating func scanString() throws(JSONParseError) -> ScannedString {
        guard expected == .value, offset < bytes.count, bytes[offset] == ASCII.quote else { throw unexpectedByte() }
        let literal = try ScannedString(in: bytes, from: offset + 1, escapes: .canonicalOnly)
        offset = literal.end + 1
        expected = .commaOrEnd
        return literal
    }

    private mutating func takeLiteral(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard expected == .value, bytes.count - offset >= count, ByteScan.equals(bytes, at: offset, text) else {
            return false
        }
        offset += count
        expected = .commaOrEnd
        return true
    }
}
