/// How a string is written canonically (RFC 8785, section 3.2.2.2): only `"`, `\` and control characters are escaped.
enum StringEscaping {
    /// Appends the literal, quotes included. The contents must be valid UTF-8.
    @inline(__always)
    static func appendLiteral(_ contents: UnsafeRawBufferPointer, to bytes: inout [UInt8]) {
        bytes.append(ASCII.quote)
        var start = 0
        var stop = ByteScan.endOfUnescaped(in: contents, from: 0)
        while stop < contents.count {
            bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: contents[start..<stop]))
            appendEscape(contents[stop], to: &bytes)
            start = stop + 1
            stop = ByteScan.endOfUnescaped(in: contents, from: start)
        }
        bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: contents[start..<stop]))
        bytes.append(ASCII.quote)
    }

    static func appendLiteral(_ string: String, to bytes: inout [UInt8]) {
        var string = string
        string.withUTF8 { appendLiteral(UnsafeRawBufferPointer($0), to: &bytes) }
    }

    private static func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(ASCII.backslash)
        switch byte {
        case ASCII.quote, ASCII.backslash: bytes.append(byte)
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        default:
            let digit = byte & 0x0F
            bytes.append(contentsOf: [UInt8(ascii: "u"), ASCII.zero, ASCII.zero, ASCII.zero + byte >> 4])
            bytes.append(digit < 10 ? ASCII.zero + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
