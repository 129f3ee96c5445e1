/// The status and fields of a service's answer, line by line as libcurl gives them.
///
/// libcurl decides where the body ends. That is enough here: one answer a connection, from a service that proved who
/// it is or runs on this machine.
struct ServiceAnswerHead {
    /// In bytes, of all lines together.
    static let maximumSize = 65_536

    private(set) var status = 0
    private(set) var fields: [ServiceClient.Field] = []
    /// Whether the section of fields of a final answer has ended; trailers are of no use to us.
    private(set) var isComplete = false
    private var size = 0

    /// Takes one line with its line end.
    mutating func take(_ line: UnsafeBufferPointer<UInt8>) throws(IdentityCallFailure) {
        size += line.count
        guard size <= Self.maximumSize else { throw .answerTooLarge }
        guard !isComplete else { return }
        var content = line[...]
        while let last = content.last, last == 0x0A || last == 0x0D { content = content.dropLast() }
        guard content.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw .answerMalformed }
        if content.isEmpty {
            // An interim answer's fields are not the answer's.
            if status >= 200 { isComplete = true } else { (status, fields) = (0, []) }
        } else if status == 0 {
            try takeStatusLine(String(decoding: content, as: UTF8.self))
        } else {
            guard let colon = content.firstIndex(of: UInt8(ascii: ":")) else { throw .answerMalformed }
            let name = String(decoding: content[..<colon], as: UTF8.self)
            let value = String(decoding: content[(colon + 1)...], as: UTF8.self)
            fields.append((name, value.trimmingBlanks))
        }
    }

    private mutating func takeStatusLine(_ line: String) throws(IdentityCallFailure) {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard line.hasPrefix("HTTP/1."), parts.count >= 2, parts[1].utf8.count == 3, let code = Int(parts[1]),
            (100...599).contains(code)
        else { throw .answerMalformed }
        status = code
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        var rest = self[...]
        while rest.first == " " || rest.first == "\t" { rest = rest.dropFirst() }
        while rest.last == " " || rest.last == "\t" { rest = rest.dropLast() }
        return String(rest)
    }
}
