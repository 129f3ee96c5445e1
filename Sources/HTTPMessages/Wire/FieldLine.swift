/// `field-name ":" OWS field-value OWS` (RFC 9112, section 5).
enum FieldLine {
    /// `line` is without its CRLF. A space before the colon and a folded line are refused, as section 5.1 and 5.2
    /// ask: both have been used to make two readers see two requests.
    static func parse(_ line: Span<UInt8>) throws(RequestRefusal) -> HTTPFields.Field {
        var nameEnd = 0
        while nameEnd < line.count, line[nameEnd].isTokenCharacter { nameEnd += 1 }
        guard nameEnd > 0, nameEnd < line.count, line[nameEnd] == UInt8(ascii: ":") else { throw .malformedField }

        var start = nameEnd + 1
        var end = line.count
        while start < end, line[start].isOptionalWhitespace { start += 1 }
        while end > start, line[end - 1].isOptionalWhitespace { end -= 1 }
        for index in start..<end {
            let byte = line[index]
            guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw .malformedField }
        }
        guard let name = String(strict: line.extracting(0..<nameEnd)),
            let value = String(strict: line.extracting(start..<end))
        else { throw .malformedField }
        return HTTPFields.Field(name: name, value: value)
    }
}
