/// `method SP request-target SP HTTP-version` (RFC 9112, section 3), with exactly one space between the parts.
struct RequestLine {
    let method: String
    let target: RequestTarget
    let isHTTP10: Bool

    /// `line` is without its CRLF.
    init(parsing line: Span<UInt8>, limits: RequestLimits) throws(RequestRefusal) {
        var index = 0
        while index < line.count, line[index].isTokenCharacter { index += 1 }
        guard index > 0, index <= RequestLimits.maximumMethodSize, index < line.count, line[index] == 0x20,
            let method = String(strict: line.extracting(0..<index))
        else { throw .malformedRequestLine }
        // CONNECT asks for a tunnel: its target is an authority, whatever it looks like.
        guard method != "CONNECT" else { throw .malformedRequestLine }

        let targetStart = index + 1
        index = targetStart
        while index < line.count, line[index] > 0x20, line[index] < 0x7F { index += 1 }
        guard index - targetStart <= limits.maximumTargetSize else { throw .targetTooLong }
        guard index > targetStart, index < line.count, line[index] == 0x20,
            let targetText = String(strict: line.extracting(targetStart..<index))
        else { throw .malformedRequestLine }

        isHTTP10 = try Self.parseVersion(line.extracting((index + 1)..<line.count))
        guard targetText != "*" || method == "OPTIONS" else { throw .malformedTarget }
        self.method = method
        do {
            target = try RequestTarget(parsing: targetText)
        } catch {
            throw .malformedTarget
        }
    }

    /// True for HTTP/1.0, false for HTTP/1.1. The name is case-sensitive (RFC 9112, section 2.3).
    private static func parseVersion(_ text: Span<UInt8>) throws(RequestRefusal) -> Bool {
        let name: StaticString = "HTTP/"
        guard text.count == 8 else { throw .malformedRequestLine }
        for index in 0..<5 {
            guard text[index] == name.utf8Start[index] else { throw .malformedRequestLine }
        }
        let (major, dot, minor) = (text[5], text[6], text[7])
        guard major.isASCIIDigit, dot == UInt8(ascii: "."), minor.isASCIIDigit else { throw .malformedRequestLine }
        guard major == UInt8(ascii: "1"), minor <= UInt8(ascii: "1") else { throw .unsupportedVersion }
        return minor == UInt8(ascii: "0")
    }

    /// Whether these first bytes of a line can still become a request line: what is not HTTP at all, such as a TLS
    /// greeting, is not waited for.
    static func canStart(with bytes: Span<UInt8>) -> Bool {
        for index in 0..<min(bytes.count, RequestLimits.maximumMethodSize + 1) {
            if index > 0, bytes[index] == 0x20 { return true }
            guard bytes[index].isTokenCharacter else { return false }
        }
        return bytes.count <= RequestLimits.maximumMethodSize
    }
}
