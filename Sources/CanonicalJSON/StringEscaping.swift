/// How a string is written canonically (RFC 8785, section 3.2.2.2): only `"`, `\` and control characters are escaped.
enum StringEscaping {
    /// Appends the literal, quotes included, after `prefix` where there is one. The contents must be valid UTF-8.
    @inline(__always)
    static func appendLiteral(
        _ contents: UnsafeRawBufferPointer, after prefix: UInt8? = nil, before suffix: UInt8? = nil,
        to sink: inout ByteSink
    ) {
        let stop = ByteScan.endOfUnescaped(in: contents, from: 0)
        guard stop == contents.count else {
            if let prefix { sink.append(prefix) }
            appendEscaped(contents, plainUpTo: stop, to: &sink)
            if let suffix { sink.append(suffix) }
            return
        }
        // Nothing to escape, as nearly always: one run.
        sink.write(upTo: contents.count + 4) { start in
            var end = start
            func put(_ byte: UInt8) {
                end.pointee = byte
                end += 1
            }
            if let prefix { put(prefix) }
            put(ASCII.quote)
            if let source = contents.baseAddress {
                UnsafeMutableRawPointer(end).copyMemory(from: source, byteCount: contents.count)
                end += contents.count
            }
            put(ASCII.quote)
            if let suffix { put(suffix) }
            return end - start
        }
    }

    @inline(never)
    private static func appendEscaped(
        _ contents: UnsafeRawBufferPointer, plainUpTo plain: Int, to sink: inout ByteSink
    ) {
        sink.append(ASCII.quote)
        var start = 0
        var stop = plain
        while stop < contents.count {
            sink.append(contentsOf: UnsafeRawBufferPointer(rebasing: contents[start..<stop]))
            appendEscape(contents[stop], to: &sink)
            start = stop + 1
            stop = ByteScan.endOfUnescaped(in: contents, from: start)
        }
        sink.append(contentsOf: UnsafeRawBufferPointer(rebasing: contents[start..<stop]))
        sink.append(ASCII.quote)
    }

    private static func appendEscape(_ byte: UInt8, to sink: inout ByteSink) {
        sink.append(ASCII.backslash)
        switch byte {
        case ASCII.quote, ASCII.backslash: sink.append(byte)
        case 0x08: sink.append(UInt8(ascii: "b"))
        case 0x09: sink.append(UInt8(ascii: "t"))
        case 0x0A: sink.append(UInt8(ascii: "n"))
        case 0x0C: sink.append(UInt8(ascii: "f"))
        case 0x0D: sink.append(UInt8(ascii: "r"))
        default:
            let digit = byte & 0x0F
            for byte in [UInt8(ascii: "u"), ASCII.zero, ASCII.zero, ASCII.zero + byte >> 4] { sink.append(byte) }
            sink.append(digit < 10 ? ASCII.zero + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}
