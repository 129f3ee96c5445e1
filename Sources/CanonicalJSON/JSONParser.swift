/// Recursive descent over bytes; ``JSON/maximumDepth`` bounds the recursion.
struct JSONParser {
    enum NumberRule {
        /// ``JSONGrammar/strict``
        case profileIntegers
        /// ``JSONGrammar/foreign``
        case text
        /// The text of RFC 8785, section 3.2.2.3: what a foreign number becomes when its document is canonicalised.
        case canonicalText
    }

    let bytes: UnsafeRawBufferPointer
    let numbers: NumberRule
    private var offset = 0
    private var depth = 0

    init(bytes: UnsafeRawBufferPointer, numbers: NumberRule) {
        self.bytes = bytes
        self.numbers = numbers
    }

    mutating func document() throws(JSONParseError) -> JSONValue {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw JSONParseError(.byteOrderMark, at: 0) }
        skipWhitespace()
        let value = try value()
        skipWhitespace()
        guard offset == bytes.count else { throw JSONParseError(.trailingBytes, at: offset) }
        return value
    }

    private mutating func value() throws(JSONParseError) -> JSONValue {
        switch try peek() {
        case ASCII.openBrace: .object(try object())
        case ASCII.openBracket: .array(try array())
        case ASCII.quote: .string(try string())
        case ASCII.minus, ASCII.zero...ASCII.nine: try number()
        case UInt8(ascii: "t"): try literal("true", .boolean(true))
        case UInt8(ascii: "f"): try literal("false", .boolean(false))
        case UInt8(ascii: "n"): try literal("null", .null)
        default: throw JSONParseError(.unexpectedByte, at: offset)
        }
    }

    private mutating func object() throws(JSONParseError) -> JSONObject {
        try enter()
        var members: [JSONMember] = []
        var names = SeenNames()
        if try !take(ASCII.closeBrace) {
            repeat {
                skipWhitespace()
                guard try peek() == ASCII.quote else { throw JSONParseError(.unexpectedByte, at: offset) }
                let nameOffset = offset
                let name = try string()
                guard names.insert(name) else { throw JSONParseError(.duplicateName, at: nameOffset) }
                skipWhitespace()
                guard try take(ASCII.colon) else { throw JSONParseError(.unexpectedByte, at: offset) }
                skipWhitespace()
                let start = offset
                let value = try value()
                members.append(JSONMember(name: name, value: value, source: start..<offset))
                skipWhitespace()
            } while try take(ASCII.comma)
            guard try take(ASCII.closeBrace) else { throw JSONParseError(.unexpectedByte, at: offset) }
        }
        depth -= 1
        return JSONObject(distinctMembers: members)
    }

    private mutating func array() throws(JSONParseError) -> [JSONValue] {
        try enter()
        var elements: [JSONValue] = []
        if try !take(ASCII.closeBracket) {
            repeat {
                skipWhitespace()
                elements.append(try value())
                skipWhitespace()
            } while try take(ASCII.comma)
            guard try take(ASCII.closeBracket) else { throw JSONParseError(.unexpectedByte, at: offset) }
        }
        depth -= 1
        return elements
    }

    private mutating func string() throws(JSONParseError) -> String {
        let literal = try ScannedString(in: bytes, from: offset + 1, escapes: .any)
        offset = literal.end + 1
        return try literal.text(in: bytes)
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(JSONParseError) -> JSONValue {
        guard bytes.count - offset >= text.utf8CodeUnitCount, ByteScan.equals(bytes, at: offset, text) else {
            throw JSONParseError(.unexpectedByte, at: offset)
        }
        offset += text.utf8CodeUnitCount
        return value
    }

    private mutating func number() throws(JSONParseError) -> JSONValue {
        let start = offset
        switch numbers {
        case .profileIntegers:
            let integer = try ProfileInteger(in: bytes, at: offset)
            offset = integer.end
            return .integer(integer.value)
        case .text:
            return .number(try numberText())
        case .canonicalText:
            guard let double = Double(try numberText()), double.isFinite else {
                throw JSONParseError(.numberOutsideProfile, at: start)
            }
            return .number(JSON.canonicalNumber(double))
        }
    }

    /// RFC 8259, section 6.
    private mutating func numberText() throws(JSONParseError) -> String {
        let start = offset
        takeByte(ASCII.minus)
        let integerStart = offset
        let integerDigits = takeDigits()
        var isValid = integerDigits == 1 || integerDigits > 1 && bytes[integerStart] != ASCII.zero
        if takeByte(UInt8(ascii: ".")) { isValid = takeDigits() > 0 && isValid }
        if takeByte(UInt8(ascii: "e")) || takeByte(UInt8(ascii: "E")) {
            if !takeByte(UInt8(ascii: "+")) { takeByte(ASCII.minus) }
            isValid = takeDigits() > 0 && isValid
        }
        guard isValid else { throw JSONParseError(.invalidNumber, at: start) }
        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
    }

    private mutating func takeDigits() -> Int {
        let start = offset
        while offset < bytes.count, ASCII.isDigit(bytes[offset]) { offset += 1 }
        return offset - start
    }

    @discardableResult
    private mutating func takeByte(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    /// Whether the next byte is this one, and then it is taken. The document must not end here.
    private mutating func take(_ byte: UInt8) throws(JSONParseError) -> Bool {
        guard try peek() == byte else { return false }
        offset += 1
        return true
    }

    private mutating func enter() throws(JSONParseError) {
        guard depth < JSON.maximumDepth else { throw JSONParseError(.tooDeep, at: offset) }
        depth += 1
        offset += 1
        skipWhitespace()
    }

    private func peek() throws(JSONParseError) -> UInt8 {
        guard offset < bytes.count else { throw JSONParseError(.unexpectedEnd, at: bytes.count) }
        return bytes[offset]
    }

    private mutating func skipWhitespace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }
}
