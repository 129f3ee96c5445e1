import CanonicalJSON
import Testing

struct ParserTests {
    @Test func `a document of ours is read, whitespace around its tokens allowed`() throws {
        let value = try JSON.parse(
            bytes(" { \"b\" : [ 1 , -2 ] ,\n\t\"a\":{\"x\":null,\"y\":true},\"s\":\"\\u00e9\\n\" }\r\n"))
        #expect(
            value
                == .object([
                    "a": .object(["x": .null, "y": .boolean(true)]), "b": .array([.integer(1), .integer(-2)]),
                    "s": .string("é\n"),
                ]))
    }

    @Test(
        arguments: [
            ("", .unexpectedEnd), (" ", .unexpectedEnd), ("[1,]", .unexpectedByte), (#"{"a":1,}"#, .unexpectedByte),
            ("[1 2]", .unexpectedByte), (#"{"a" 1}"#, .unexpectedByte), ("{a:1}", .unexpectedByte),
            ("tru", .unexpectedByte),
            ("truex", .trailingBytes), ("1 2", .trailingBytes), ("{}\u{0}", .trailingBytes), ("[", .unexpectedEnd),
            (#"{"a":1"#, .unexpectedEnd), (#""abc"#, .unexpectedEnd), (#""ab\"#, .unexpectedEnd),
            (#""\u12"#, .unexpectedEnd),
            ("\u{FEFF}{}", .byteOrderMark), ("\"\u{1}\"", .controlCharacter), ("\"long enough\n\"", .controlCharacter),
            (#""\x""#, .invalidEscape), (#""\u00g0""#, .invalidEscape), (#""\ud800""#, .loneSurrogate),
            (#""\ud800\u0041""#, .loneSurrogate), (#""\ud800\ud800""#, .loneSurrogate),
            (#""\udc00\ud800""#, .loneSurrogate),
            ("-", .invalidNumber), ("01", .invalidNumber), ("-01", .invalidNumber), ("+1", .unexpectedByte),
            (#"{"a":1,"b":2,"a":3}"#, .duplicateName), (#"{"a":1,"\u0061":2}"#, .duplicateName),
        ] as [(String, JSONParseError.Reason)])
    func `both grammars refuse what is not JSON, or says two things`(
        document: String, expected: JSONParseError.Reason
    ) {
        #expect(reason(for: bytes(document)) == expected)
        #expect(reason(for: bytes(document), grammar: .foreign) == expected)
    }

    @Test(arguments: [
        "1.0", "1e2", "1E2", "0.5", "-0", "-0.0", "9007199254740992", "-9007199254740992", "9007199254740993",
        "99999999999999999999999", "10000000000000000",
    ])
    func `a number outside the profile is refused in our documents and kept as text in others`(number: String) throws {
        #expect(reason(for: bytes("[\(number)]")) == .numberOutsideProfile)
        #expect(try JSON.parse(bytes("[\(number)]"), grammar: .foreign) == .array([.number(number)]))
    }

    @Test(arguments: [0, 1, -1, 10, JSON.maximumInteger, -JSON.maximumInteger])
    func `the profile's integers are read`(number: Int64) throws {
        #expect(try JSON.parse(bytes("\(number)")) == .integer(number))
        #expect(try JSON.parse(bytes("\(number)"), grammar: .foreign) == .number("\(number)"))
    }

    @Test(
        arguments: [
            [0xC3], [0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80],
            [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
            [0xE2, 0x82], [0xE2, 0x82, 0x41], [0xF0, 0x9F, 0x98], [0xF0, 0x9F, 0x98, 0x41], [0xC3, 0x41],
        ] as [[UInt8]])
    func `bytes that are not UTF-8 are refused wherever they stand in a string`(sequence: [UInt8]) {
        for prefix in 0...9 {
            let document = bytes("\"" + String(repeating: "x", count: prefix)) + sequence + bytes("\"")
            #expect(reason(for: document) == .invalidUTF8)
            #expect(reason(for: document, grammar: .foreign) == .invalidUTF8)
            #expect(canonicalFault(in: document)?.reason == .invalidUTF8)
        }
    }

    @Test func `every Unicode scalar passes raw and escaped`() throws {
        for number in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(number), number < 0x3000 || number % 251 == 0 || number & 0xFF >= 0xFE
            else {
                continue
            }
            let expected = JSONValue.string(String(scalar))
            let escaped = String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16, uppercase: unit % 2 == 0)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
            #expect(try JSON.parse(bytes("\"" + escaped.joined() + "\"")) == expected)
            #expect(try JSON.parse(JSON.canonicalBytes(of: expected)) == expected)
        }
    }

    @Test func `nesting ends at 32, and a bomb of brackets is refused, not followed`() throws {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let inner = open == "[" ? "" : "1"
            for (depth, expected) in [(32, nil), (33, JSONParseError.Reason.tooDeep)] {
                let document = bytes(
                    String(repeating: open, count: depth) + inner + String(repeating: close, count: depth))
                #expect(reason(for: document) == expected)
                #expect(reason(for: document, grammar: .foreign) == expected)
                #expect(canonicalFault(in: document)?.reason == expected)
            }
            let bomb = bytes(String(repeating: open, count: 100_000))
            #expect(reason(for: bomb) == .tooManyBytes)
            #expect(reason(for: bomb, maximumBytes: .max) == .tooDeep)
            #expect(reason(for: bomb, grammar: .foreign, maximumBytes: .max) == .tooDeep)
            #expect(canonicalFault(in: bomb)?.reason == .tooDeep)
        }
    }

    @Test func `the caller's limit counts every byte`() {
        #expect(reason(for: bytes("[1]"), maximumBytes: 3) == nil)
        #expect(reason(for: bytes("[1] "), maximumBytes: 3) == .tooManyBytes)
        #expect(reason(for: [UInt8](repeating: 0x20, count: 65_535) + bytes("1")) == nil)
        #expect(reason(for: [UInt8](repeating: 0x20, count: 65_536) + bytes("1")) == .tooManyBytes)
    }

    @Test func `an error says where the fault is`() {
        #expect(throws: JSONParseError(reason: .unexpectedByte, offset: 3)) { try JSON.parse(bytes("[1,]")) }
        #expect(throws: JSONParseError(reason: .duplicateName, offset: 7)) { try JSON.parse(bytes(#"{"a":1,"a":2}"#)) }
        #expect(throws: JSONParseError(reason: .controlCharacter, offset: 12)) {
            try JSON.parse(bytes("[\"0123456789\u{1}\"]"))
        }
    }

    @Test func `names are told apart by their bytes`() throws {
        let value = try JSON.parse(bytes("{\"e\u{301}\":1,\"\u{E9}\":2}"))
        let object = try #require(value.objectValue)
        #expect(object["\u{E9}"] == .integer(2))
        #expect(object["e\u{301}"] == .integer(1))
        #expect(reason(for: bytes("{\"\u{E9}\":1,\"\\u00E9\":2}")) == .duplicateName)
    }

    @Test func `a repeated name is found among thousands`() {
        let names = (0..<5_000).map { "\"\($0)\":0" }
        #expect(reason(for: bytes("{" + names.joined(separator: ",") + "}")) == nil)
        for repeated in [0, 16, 17, 4_999] {
            let document = bytes("{" + (names + ["\"\(repeated)\":0"]).joined(separator: ",") + "}")
            #expect(reason(for: document) == .duplicateName)
        }
    }

    @Test func `a member's source is its value as it stood`() throws {
        let document = bytes(#"{ "a" : {"z": 1.50, "y":[ ]} , "extraInfo":  "\u00e9" , "n":1e3}"#)
        let object = try #require(try JSON.parse(document, grammar: .foreign).objectValue)
        let sources = object.members.map { text(Array(document[$0.source])) }
        #expect(sources == [#"{"z": 1.50, "y":[ ]}"#, #""\u00e9""#, "1e3"])
        #expect(object.member("n")?.value == .number("1e3"))
        #expect(object.member("m") == nil)
    }
}
