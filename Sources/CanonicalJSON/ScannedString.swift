/// Where a string literal's contents stand, known to be well formed.
struct ScannedString {
    enum Escapes { case any, canonicalOnly }

    /// Between the quotes.
    let start: Int
    let end: Int
    let hasEscapes: Bool

    @inline(__always)
    init(start: Int, end: Int, hasEscapes: Bool) {
        self.start = start
        self.end = end
        self.hasEscapes = hasEscapes
    }

    /// Checks the literal whose contents begin at `start`, up to its closing quote.
    @inline(__always)
    init(in bytes: UnsafeRawBufferPointer, from start: Int, escapes: Escapes) throws(JSONParseError) {
        let plainEnd = ByteScan.endOfPlainASCII(in: bytes, from: start)
        if plainEnd < bytes.count, bytes[plainEnd] == ASCII.quote {
            self.init(start: start, end: plainEnd, hasEscapes: false)
        } else {
            self = try Self.scan(in: bytes, from: start, resumingAt: plainEnd, escapes: escapes)
        }
    }

    private static func scan(
        in bytes: UnsafeRawBufferPointer, from start: Int, resumingAt: Int, escapes: Escapes
    ) throws(JSONParseError) -> ScannedString {
        var offset = resumingAt
        var hasEscapes = false
        while offset < bytes.count {
            switch bytes[offset] {
            case ASCII.quote:
                return ScannedString(start: start, end: offset, hasEscapes: hasEscapes)
            case ASCII.backslash:
                let escape = try EscapeSequence(in: bytes, at: offset)
                guard escapes == .any || escape.isCanonical(in: bytes, at: offset) else {
                    throw JSONParseError(.nonCanonicalEscape, at: offset)
                }
                hasEscapes = true
                offset += escape.length
            case 0..<0x20:
                throw JSONParseError(.controlCharacter, at: offset)
            default:
                let length = UTF8Form.length(in: bytes, at: offset)
                guard length > 0 else { throw JSONParseError(.invalidUTF8, at: offset) }
                offset += length
            }
            offset = ByteScan.endOfPlainASCII(in: bytes, from: offset)
        }
        throw JSONParseError(.unexpectedEnd, at: bytes.count)
    }

    /// The contents as written, escapes and all.
    @inline(__always)
    func rawBytes(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }

    /// What the literal says.
    func text(in bytes: UnsafeRawBufferPointer) throws(JSONParseError) -> String {
        if !hasEscapes { return String(decoding: rawBytes(in: bytes), as: UTF8.self) }
        return String(decoding: try unescapedBytes(in: bytes), as: UTF8.self)
    }

    /// What the literal says, in UTF-8.
    func unescapedBytes(in bytes: UnsafeRawBufferPointer) throws(JSONParseError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(end - start)
        var offset = start
        while offset < end {
            let stop = min(ByteScan.endOfUnescaped(in: bytes, from: offset), end)
            result.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[offset..<stop]))
            offset = stop
            if offset < end {
                let escape = try EscapeSequence(in: bytes, at: offset)
                result.append(
                    contentsOf: Unicode.UTF8.encode(escape.scalar) ?? Unicode.UTF8.encodedReplacementCharacter)
                offset += escape.length
            }
        }
        return result
    }
}
