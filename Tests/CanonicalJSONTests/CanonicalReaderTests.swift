import CanonicalJSON
import Testing

struct CanonicalReaderTests {
    static let event =
        #"{"actor":{"id":"svc-1","kind":"app"},"data":{"flag":true,"gone":null,"note":"é \"q\"\n","scope":["a","b"]},"v":-12}"#

    @Test func `a document is read member by member`() throws {
        try reading(Self.event) { reader throws(JSONParseError) in
            try reader.beginObject()
            try reader.name("actor")
            try reader.beginObject()
            #expect(text(Array(try reader.peekName() ?? .init(start: nil, count: 0))) == "id")
            try reader.name("id")
            #expect(text(Array(try reader.stringBytes())) == "svc-1")
            #expect(try reader.nextName() == "kind")
            #expect(try reader.string() == "app")
            #expect(try reader.nextName() == nil)
            #expect(try reader.peekName() == nil)
            try reader.endObject()
            #expect(try !reader.nextName(is: "absent"))
            #expect(try !reader.nextName(is: "dat"))
            #expect(try !reader.nextName(is: "data1"))
            #expect(try reader.nextName(is: "data"))
            try reader.beginObject()
            try reader.name("flag")
            #expect(try reader.boolean())
            try reader.name("gone")
            #expect(reader.nextIsNull)
            try reader.null()
            try reader.name("note")
            #expect(!reader.nextIsNull)
            #expect(try reader.string() == "é \"q\"\n")
            try reader.name("scope")
            var scope: [String] = []
            try reader.beginArray()
            while reader.hasNextElement() { scope.append(try reader.string()) }
            try reader.endArray()
            #expect(scope == ["a", "b"])
            try reader.endObject()
            try reader.name("v")
            #expect(try reader.integer() == -12)
            try reader.endObject()
            try reader.end()
        }
    }

    @Test func `a value is handed over raw, whatever it is`() throws {
        try reading(Self.event) { reader throws(JSONParseError) in
            try reader.beginObject()
            try reader.name("actor")
            #expect(text(Array(try reader.rawValue())) == #"{"id":"svc-1","kind":"app"}"#)
            try reader.name("data")
            try reader.skipValue()
            try reader.name("v")
            #expect(text(Array(try reader.rawValue())) == "-12")
            try reader.endObject()
            try reader.end()
        }
    }

    @Test(
        arguments: [
            (" {}", .unexpectedByte), ("{} ", .trailingBytes), (#"{ "a":1}"#, .unexpectedByte),
            (#"{"a" :1}"#, .unexpectedByte), (#"{"a": 1}"#, .unexpectedByte), (#"{"a":1 }"#, .unexpectedByte),
            (#"{"a":1, "b":2}"#, .unexpectedByte), ("[1, 2]", .unexpectedByte), ("[ ]", .unexpectedByte),
            ("[1,]", .unexpectedByte), ("[,1]", .unexpectedByte), (#"{"a":1,}"#, .unexpectedByte),
            ("[1}", .unexpectedByte),
            (#"{"a":1]"#, .unexpectedByte), ("[1 2]", .unexpectedByte), (#"{"a"}"#, .unexpectedByte),
            ("", .unexpectedEnd),
            ("[", .unexpectedEnd), ("[1", .unexpectedEnd), ("[1,", .unexpectedEnd), ("{", .unexpectedEnd),
            (#"{"a""#, .unexpectedEnd), (#"{"a":"#, .unexpectedEnd), (#"{"a":1"#, .unexpectedEnd),
            (#""a"#, .unexpectedEnd),
            ("]", .unexpectedByte), ("}", .unexpectedByte), ("nul", .unexpectedByte), ("nulll", .trailingBytes),
            (#"{"b":1,"a":2}"#, .namesOutOfOrder), (#"{"a":1,"a":2}"#, .duplicateName),
            (#"{"a":{"z":1},"a":2}"#, .duplicateName), (#"{"b":{"a":1,"z":1},"a":2}"#, .namesOutOfOrder),
            (#"{"b":[{"a":1}],"a":2}"#, .namesOutOfOrder), (#"{"aa":1,"a":2}"#, .namesOutOfOrder),
            ("{\"\u{FB33}\":1,\"\u{1F600}\":2}", .namesOutOfOrder), (#"{"\"":1,"!":2}"#, .namesOutOfOrder),
            (#"{"a":1,"\n":2}"#, .namesOutOfOrder), (#"{"\\":{"x":1},"\"":2}"#, .namesOutOfOrder),
            (#"{"\n":1,"\n":2}"#, .duplicateName),
            (#""\u0041""#, .nonCanonicalEscape), (#""\/""#, .nonCanonicalEscape), (#""\u00e9""#, .nonCanonicalEscape),
            (#""\u000a""#, .nonCanonicalEscape), (#""\u0022""#, .nonCanonicalEscape),
            (#""\u001F""#, .nonCanonicalEscape),
            (#""\ud83d\ude00""#, .nonCanonicalEscape), (#""\u007f""#, .nonCanonicalEscape),
            (#"{"\u0041":1}"#, .nonCanonicalEscape),
            (#""\ud800""#, .loneSurrogate), (#""\x""#, .invalidEscape), ("\"\t\"", .controlCharacter),
            ("-0", .numberOutsideProfile), ("-", .invalidNumber), ("00", .invalidNumber), ("01", .invalidNumber),
            ("1.0", .numberOutsideProfile), ("1e1", .numberOutsideProfile), ("9007199254740992", .numberOutsideProfile),
            ("12345678901234567890", .numberOutsideProfile), ("+1", .unexpectedByte), ("\u{FEFF}1", .unexpectedByte),
        ] as [(String, JSONParseError.Reason)])
    func `anything but the canonical form is refused`(document: String, expected: JSONParseError.Reason) {
        #expect(canonicalFault(in: bytes(document))?.reason == expected)
    }

    @Test(arguments: [
        "0", "-1", "true", "false", "null", "\"\"", "[]", "{}", #"{"":0}"#, #"{"!":1,"\"":2,"\\":3}"#,
        "{\"\u{1F600}\":1,\"\u{FB33}\":2}", #""\u001f\u0000\b""#, "\"\u{7F}\u{2028}\"", #"{"a":{"z":1},"b":{"a":1}}"#,
        #"{"a":1,"aa":{"":{}},"ab":[[],[{}]]}"#, #"{"\n":{"x":1},"a":2}"#, "{\"e\u{301}\":1,\"\u{E9}\":2}",
        "9007199254740991", "-9007199254740991",
    ])
    func `the canonical form is accepted`(document: String) throws {
        #expect(canonicalFault(in: bytes(document)) == nil)
        #expect(JSON.canonicalBytes(of: try JSON.parse(bytes(document))) == bytes(document))
    }

    @Test func `a member that nobody asked for is refused`() {
        #expect(throws: JSONParseError(reason: .unknownMember, offset: 6)) {
            try reading(#"{"a":1,"b":2}"#) { reader throws(JSONParseError) in
                try reader.beginObject()
                try reader.name("a")
                _ = try reader.integer()
                try reader.endObject()
            }
        }
    }

    @Test func `a member that is not there is missed`() {
        #expect(throws: JSONParseError(reason: .missingMember, offset: 1)) {
            try reading(#"{"b":2}"#) { reader throws(JSONParseError) in
                try reader.beginObject()
                try reader.name("a")
            }
        }
    }

    @Test func `names asked for in the wrong order do not make the document canonical`() {
        #expect(throws: JSONParseError(reason: .namesOutOfOrder, offset: 7)) {
            try reading(#"{"b":1,"a":2}"#) { reader throws(JSONParseError) in
                try reader.beginObject()
                try reader.name("b")
                _ = try reader.integer()
                try reader.name("a")
            }
        }
    }

    @Test func `raw bytes of a string with escapes are not handed out`() {
        #expect(throws: JSONParseError(reason: .escapedString, offset: 0)) {
            try reading(#""a\n""#) { reader throws(JSONParseError) in _ = try reader.stringBytes() }
        }
    }

    enum Call {
        case string, integer, boolean, null, beginArray, beginObject, endArray, endObject, rawValue, end

        func make(on reader: inout CanonicalReader) throws(JSONParseError) {
            switch self {
            case .string: _ = try reader.string()
            case .integer: _ = try reader.integer()
            case .boolean: _ = try reader.boolean()
            case .null: try reader.null()
            case .beginArray: try reader.beginArray()
            case .beginObject: try reader.beginObject()
            case .endArray: try reader.endArray()
            case .endObject: try reader.endObject()
            case .rawValue: _ = try reader.rawValue()
            case .end: try reader.end()
            }
        }
    }

    private func areAccepted(_ calls: [Call], over document: String) -> Bool {
        let outcome: Void? = try? reading(document) { reader throws(JSONParseError) in
            for call in calls { try call.make(on: &reader) }
        }
        return outcome != nil
    }

    @Test func `a value of another kind is refused`() {
        let kinds: [(Call, String)] = [
            (.string, #""s""#), (.integer, "1"), (.boolean, "true"), (.null, "null"), (.beginArray, "[]"),
            (.beginObject, "{}"),
        ]
        for (own, (call, _)) in kinds.enumerated() {
            for (kind, (_, document)) in kinds.enumerated() {
                #expect(areAccepted([call], over: document) == (own == kind), "\(call) over \(document)")
            }
        }
    }

    @Test(
        arguments: [
            ("[1,2]", [.beginArray, .integer]), ("[1]", [.beginArray, .rawValue]), ("[]", [.beginArray, .rawValue]),
            (#"{"a":1}"#, [.beginObject, .string]), (#"{"a":1}"#, [.beginObject, .endArray]),
            (#"{"a":1}"#, [.beginObject, .end]), ("[]", [.beginArray, .endObject]), ("1", [.end]), ("1", [.endArray]),
            ("1", [.integer, .rawValue]), ("1", [.integer, .endObject]), ("[]", [.end]),
        ] as [(String, [Call])])
    func `calls that do not follow the grammar are refused`(document: String, calls: [Call]) {
        #expect(!areAccepted(calls, over: document))
    }

    @Test func `a comma at the end of an array is refused when read by hand`() {
        #expect(throws: JSONParseError(reason: .unexpectedByte, offset: 3)) {
            try reading("[1,]") { reader throws(JSONParseError) in
                try reader.beginArray()
                while reader.hasNextElement() { _ = try reader.integer() }
                try reader.endArray()
            }
        }
    }
}
