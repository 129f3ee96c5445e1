/// Writes responses as HTTP/1.1 (RFC 9112).
package enum ResponseWriter {
    package static let continueResponse = [UInt8]("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    private static let ownFields = ["Content-Length", "Transfer-Encoding", "Connection", "Date"]
    /// No less than the status line and these fields take together.
    private static let ownFieldsSize = 192

    /// Appends one response.
    ///
    /// - Parameters:
    ///   - response: A well-formed one; see ``HTTPResponse/isWellFormed``.
    ///   - isHead: The request's method was HEAD: the answer has the fields and no body.
    ///   - date: An IMF-fixdate.
    ///   - closes: The connection ends after it.
    package static func append(
        _ response: HTTPResponse, isHead: Bool, date: String, closes: Bool, to output: inout [UInt8]
    ) {
        let fieldsSize = response.fields.list.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        output.reserveCapacity(output.count + ownFieldsSize + fieldsSize + response.body.count)
        output.append(contentsOf: "HTTP/1.1 ".utf8)
        output.append(contentsOf: String(response.status).utf8)
        output.append(contentsOf: " ".utf8)
        output.append(contentsOf: StatusReason.phrase(for: response.status).utf8)
        append("Date", date, to: &output)
        for field in response.fields.list where !ownFields.contains(where: field.name.equalsIgnoringASCIICase) {
            append(field.name, field.value, to: &output)
        }
        // RFC 9110, sections 15.3.5 and 15.4.5: these two have no body, whatever the handler thinks.
        let hasBody = response.status != 204 && response.status != 304
        if hasBody { append("Content-Length", String(response.body.count), to: &output) }
        if closes { append("Connection", "close", to: &output) }
        output.append(contentsOf: "\r\n\r\n".utf8)
        if hasBody && !isHead { output.append(contentsOf: response.body) }
    }

    private static func append(_ name: String, _ value: String, to output: inout [UInt8]) {
        output.append(contentsOf: "\r\n".utf8)
        output.append(contentsOf: name.utf8)
        output.append(contentsOf: ": ".utf8)
        output.append(contentsOf: value.utf8)
    }
}
