/// A `\` and what follows it (RFC 8259, section 7).
struct EscapeSequence {
    let scalar: Unicode.Scalar
    /// In bytes: 2, 6, or 12 for a surrogate pair.
    let length: Int

    /// Reads the sequence whose `\` stands at `offset`.
    init(in bytes: UnsafeRawBufferPointer, at offset: Int) throws(JSONParseError) {
        guard offset + 1 < bytes.count else { throw JSONParseError(.unexpectedEnd, at: bytes.count) }
        let short: Unicode.Scalar
        switch bytes[offset + 1] {
        case ASCII.quote: short = "\""
        case ASCII.backslash: short = "\\"
        case UInt8(ascii: "/"): short = "/"
        case UInt8(ascii: "b"): short = "\u{8}"
        case UInt8(ascii: "f"): short = "\u{C}"
        case UInt8(ascii: "n"): short = "\n"
        case UInt8(ascii: "r"): short = "\r"
        case UInt8(ascii: "t"): short = "\t"
        case UInt8(ascii: "u"):
            (scalar, length) = try Self.hexadecimal(in: bytes, at: offset)
            return
        default: throw JSONParseError(.invalidEscape, at: offset)
        }
        (scalar, length) = (short, 2)
    }

    /// Whether the canonical writer would have written the character like this: `"`, `\` and five control characters
    /// have short forms, the other control characters are `\u00xx` in lower case, and nothing else is escaped.
    func isCanonical(in bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        switch scalar {
        case "\"", "\\", "\u{8}", "\t", "\n", "\u{C}", "\r": length == 2
        case "\u{0}"..."\u{1F}": !(UInt8(ascii: "A")...UInt8(ascii: "F")).contains(bytes[offset + 5])
        default: false
        }
    }

    private static func hexadecimal(
        in bytes: UnsafeRawBufferPointer, at offset: Int
    ) throws(JSONParseError) -> (Unicode.Scalar, Int) {
        let first = try codeUnit(in: bytes, at: offset)
        if let scalar = Unicode.Scalar(first) { return (scalar, 6) }

        // A surrogate: the first of a pair, or nothing that can be a character.
        let next = offset + 6
        guard first < 0xDC00, next + 1 < bytes.count, bytes[next] == ASCII.backslash,
            bytes[next + 1] == UInt8(ascii: "u")
        else { throw JSONParseError(.loneSurrogate, at: offset) }
        let second = try codeUnit(in: bytes, at: next)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first - 0xD800) << 10 | UInt32(second - 0xDC00)))
        else { throw JSONParseError(.loneSurrogate, at: offset) }
        return (scalar, 12)
    }

    private static func codeUnit(
        in bytes: UnsafeRawBufferPointer, at offset: Int
    ) throws(JSONParseError) -> UInt16 {
        var unit: UInt16 = 0
        for index in offset + 2..<offset + 6 {
            guard index < bytes.count else { throw JSONParseError(.unexpectedEnd, at: bytes.count) }
            let digit: UInt8
            switch bytes[index] {
            case ASCII.zero...ASCII.nine: digit = bytes[index] - ASCII.zero
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = bytes[index] - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = bytes[index] - UInt8(ascii: "A") + 10
            default: throw JSONParseError(.invalidEscape, at: offset)
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
