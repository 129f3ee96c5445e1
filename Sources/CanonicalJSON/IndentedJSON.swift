extension JSON {
    /// The value for people to read: two spaces a level, one member or element a line, a final newline, members in
    /// canonical order so that two printouts compare line by line. These bytes are not canonical.
    public static func indented(_ value: JSONValue) -> [UInt8] {
        var bytes: [UInt8] = []
        appendIndented(value, level: 0, to: &bytes)
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }

    private static func appendIndented(_ value: JSONValue, level: Int, to bytes: inout [UInt8]) {
        switch value {
        case .array(let elements) where !elements.isEmpty:
            bytes.append(ASCII.openBracket)
            for (index, element) in elements.enumerated() {
                appendLineBreak(after: index, level: level + 1, to: &bytes)
                appendIndented(element, level: level + 1, to: &bytes)
            }
            appendLineBreak(after: 0, level: level, to: &bytes)
            bytes.append(ASCII.closeBracket)
        case .object(let object) where !object.members.isEmpty:
            bytes.append(ASCII.openBrace)
            for (index, member) in object.canonicalMembers.enumerated() {
                appendLineBreak(after: index, level: level + 1, to: &bytes)
                bytes.append(contentsOf: canonicalBytes(of: .string(member.name)))
                bytes.append(contentsOf: ": ".utf8)
                appendIndented(member.value, level: level + 1, to: &bytes)
            }
            appendLineBreak(after: 0, level: level, to: &bytes)
            bytes.append(ASCII.closeBrace)
        case .null, .boolean, .integer, .number, .string, .array, .object:
            bytes.append(contentsOf: canonicalBytes(of: value))
        }
    }

    private static func appendLineBreak(after earlier: Int, level: Int, to bytes: inout [UInt8]) {
        if earlier > 0 { bytes.append(ASCII.comma) }
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(0x20, count: 2 * level))
    }
}
