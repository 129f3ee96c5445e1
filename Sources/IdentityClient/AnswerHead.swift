/// Reads an answer's status line, fields and trailers line by line, and refuses what two readers could read in two
/// ways (RFC 9112, sections 4 to 7).
///
/// libcurl reads them too, but leniently: of two `Content-Length` fields it takes the last. A user's answer would then
/// end where another's begins.
struct AnswerHead {
    /// For all lines of one answer together: interim answers, fields and trailers.
    static let maximumSize = 65_536
    static let maximumInterimAnswers = 8
    static let maximumBodySize = 65_536

    private enum Part { case statusLine, fields, trailers }

    private(set) var status = 0
    private(set) var contentType: String?
    private var part = Part.statusLine
    private var size = 0
    private var interimAnswers = 0
    private var isHTTP10 = false
    private var contentLength: Int?
    private var isChunked = false

    /// Whether the section of fields of a final answer has ended.
    var isComplete: Bool { part == .trailers }

    /// Takes one line with its line end.
    mutating func take(_ line: UnsafeBufferPointer<UInt8>) throws(IdentityCallFailure) {
        size += line.count
        guard size <= Self.maximumSize, line.count >= 2, line[line.count - 2] == 0x0D, line[line.count - 1] == 0x0A
        else { throw .answerMalformed }
        let content = line[..<(line.count - 2)]
        guard content.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw .answerMalformed }

        switch part {
        case .statusLine: try takeStatusLine(content)
        case .fields: try content.isEmpty ? endFields() : takeField(content)
        // Trailers are of no use to us, and libcurl has decided where they end.
        case .trailers: break
        }
    }

    private mutating func takeStatusLine(_ line: Slice<UnsafeBufferPointer<UInt8>>) throws(IdentityCallFailure) {
        // "HTTP/1.1 200", then a space and a reason, or (some servers) nothing.
        let bytes = [UInt8](line.prefix(13))
        guard bytes.count >= 12, bytes.starts(with: "HTTP/1.".utf8),
            bytes[7] == UInt8(ascii: "1") || bytes[7] == UInt8(ascii: "0"), bytes[8] == 0x20,
            bytes.count == 12 || bytes[12] == 0x20, let code = decimal(bytes[9..<12]), (100...599).contains(code),
            code != 101  // nobody asked for an upgrade
        else { throw .answerMalformed }
        status = code
        isHTTP10 = bytes[7] == UInt8(ascii: "0")
        part = .fields
    }

    private mutating func takeField(_ line: Slice<UnsafeBufferPointer<UInt8>>) throws(IdentityCallFailure) {
        // No space before the colon and no folded line: a name consists of token characters alone.
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(isTokenCharacter)
        else { throw .answerMalformed }
        switch String(decoding: line[..<colon], as: UTF8.self).lowercased() {
        case "content-length":
            guard contentLength == nil, let length = decimal(trimmed(line[(colon + 1)...])) else {
                throw .answerMalformed
            }
            guard length <= Self.maximumBodySize else { throw .answerTooLarge }
            contentLength = length
        case "transfer-encoding":
            let value = String(decoding: trimmed(line[(colon + 1)...]), as: UTF8.self)
            guard !isChunked, value.lowercased() == "chunked" else { throw .answerMalformed }
            isChunked = true
        case "content-type":
            guard contentType == nil else { throw .answerMalformed }
            contentType = String(decoding: trimmed(line[(colon + 1)...]), as: UTF8.self)
        default:
            break
        }
    }

    private mutating func endFields() throws(IdentityCallFailure) {
        guard status >= 200 else {
            interimAnswers += 1
            guard interimAnswers <= Self.maximumInterimAnswers, contentLength == nil, !isChunked else {
                throw .answerMalformed
            }
            contentType = nil
            part = .statusLine
            return
        }
        guard !(isChunked && (contentLength != nil || isHTTP10)) else { throw .answerMalformed }
        part = .trailers
    }
}

private func decimal(_ digits: some Collection<UInt8>) -> Int? {
    guard (1...18).contains(digits.count) else { return nil }
    var value = 0
    for digit in digits {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        value = value * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return value
}

private func trimmed(_ value: Slice<UnsafeBufferPointer<UInt8>>) -> Slice<UnsafeBufferPointer<UInt8>> {
    var value = value
    while value.first == 0x20 || value.first == 0x09 { value = value.dropFirst() }
    while value.last == 0x20 || value.last == 0x09 { value = value.dropLast() }
    return value
}

/// RFC 9110, section 5.6.2.
private func isTokenCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    default:
        "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
