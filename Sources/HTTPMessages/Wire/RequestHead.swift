/// A request without its body.
package struct RequestHead: Sendable {
    package let method: String
    package let target: RequestTarget
    package let fields: HTTPFields
    let framing: RequestFraming

    /// The connection ends after the answer.
    package var closes: Bool { framing.closes }
}

/// A strict parser of request heads (RFC 9112) that looks at every byte once, however slowly they come.
///
/// It refuses what other readers might read otherwise, even where the standard allows leniency: bare LF or CR, empty
/// lines before the request, any space too many.
package struct RequestHeadParser: Sendable {
    private let limits: RequestLimits
    /// Nil until the first line has come whole.
    private(set) var requestLine: RequestLine?
    private var fields = HTTPFields()
    private var lineStart = 0
    private var scanned = 0

    package init(limits: RequestLimits) {
        self.limits = limits
    }

    /// How many bytes the head had, once it is complete.
    package var size: Int { lineStart }

    /// Whether any of the request's bytes has been seen.
    package var hasBegun: Bool { scanned > 0 }

    /// The head, or nil when more bytes are needed. `bytes` starts where the head starts, at each call.
    package mutating func parse(_ bytes: Span<UInt8>) throws(RequestRefusal) -> RequestHead? {
        while let lineEnd = try findLineEnd(bytes) {
            let line = bytes.extracting(lineStart..<lineEnd)
            lineStart = lineEnd + 2
            guard let requestLine else {
                requestLine = try RequestLine(parsing: line, limits: limits)
                continue
            }
            if line.isEmpty {
                let framing = try RequestFraming(fields: fields, isHTTP10: requestLine.isHTTP10)
                return RequestHead(
                    method: requestLine.method, target: requestLine.target, fields: fields, framing: framing)
            }
            guard fields.list.count < limits.maximumFieldCount else { throw .tooManyFields }
            let field = try FieldLine.parse(line)
            fields.append(field.name, field.value)
        }
        return nil
    }

    /// The index of the CR of the next CRLF, or nil when it has not come yet.
    private mutating func findLineEnd(_ bytes: Span<UInt8>) throws(RequestRefusal) -> Int? {
        while scanned < bytes.count, bytes[scanned] != UInt8(ascii: "\n") { scanned += 1 }
        // The limits count what is there, so an endless line is refused without waiting for its end.
        if requestLine == nil {
            guard RequestLine.canStart(with: bytes) else { throw .malformedRequestLine }
            let slack = RequestLimits.maximumMethodSize + " HTTP/1.1\r\n".utf8.count + 1
            guard scanned - lineStart <= limits.maximumTargetSize + slack else { throw .targetTooLong }
        }
        guard scanned < limits.maximumHeadSize else { throw .headTooLarge }
        guard scanned < bytes.count else { return nil }
        let lineEnd = scanned - 1
        guard lineEnd >= lineStart, bytes[lineEnd] == UInt8(ascii: "\r") else {
            throw requestLine == nil ? .malformedRequestLine : .malformedField
        }
        scanned += 1
        return lineEnd
    }
}
