import CanonicalJSON
import Testing

struct CanonicalOutlineTests {
    private static func fits(_ first: String, _ other: String) -> Bool? {
        bytes(first).withUnsafeBytes { first in
            CanonicalOutline(of: first).map { outline in bytes(other).withUnsafeBytes { outline.fits($0) } }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let first: String
        let other: String
        let fits: Bool

        var testDescription: String { "\(other) \(fits ? "fits" : "does not fit") \(first)" }
    }

    @Test(arguments: [
        Row(first: #"{"a":"xyz","b":10}"#, other: #"{"a":"xyz","b":10}"#, fits: true),
        Row(first: #"{"a":"xyz","b":10}"#, other: #"{"a":"-Z9","b":99}"#, fits: true),
        Row(first: #"{"a":"xyz","b":-5}"#, other: #"{"a":"xyz","b":-7}"#, fits: true),
        Row(first: #"{"a":"xyz","b":0}"#, other: #"{"a":"xyz","b":7}"#, fits: true),
        Row(first: #"{"a":"a b","b":0}"#, other: #"{"a":"c d","b":0}"#, fits: true),
        // Not canonical, or of another shape.
        Row(first: #"{"a":"xyz","b":10}"#, other: #"{"a":"xyz","b":01}"#, fits: false),
        Row(first: #"{"a":"xyz","b":-5}"#, other: #"{"a":"xyz","b":-0}"#, fits: false),
        Row(first: #"{"a":"xyz","b":10}"#, other: #"{"a":"x"z","b":10}"#, fits: false),
        Row(first: #"{"a":"xyz","b":10}"#, other: #"{"a":"x\z","b":10}"#, fits: false),
        Row(first: #"{"a":"xyz","b":10}"#, other: "{\"a\":\"x\u{1}z\",\"b\":10}", fits: false),
        Row(first: #"{"a":"xyz","b":10}"#, other: #"{"a":"xé","b":10}"#, fits: false),
        Row(first: #"{"a":"xyz","b":10}"#, other: #"{"a":"xyz","c":10}"#, fits: false),
        Row(first: #"{"a":"xyz","b":10}"#, other: #"{"a":"xyz","b":-1}"#, fits: false),
        Row(first: #"{"a":"xyz","b":10}"#, other: #"{"a":"xyz","b":1}"#, fits: false),
        Row(first: #"{"a":"xyz","b":10}"#, other: #"{"a":"xyz","b":10}]"#, fits: false),
        Row(first: #"{"a":true,"b":null}"#, other: #"{"a":trux,"b":null}"#, fits: false),
        Row(first: #"[9007199254740991]"#, other: #"[9007199254740992]"#, fits: false),
    ])
    func `what differs in characters of strings and digits fits`(_ row: Row) {
        #expect(Self.fits(row.first, row.other) == row.fits)
    }

    @Test(arguments: [#"{"a":"\n"}..."#, #"{"a":"\n xyz"}"#, #"{"a":"é xyz"}"#, #"{"b":1,"a":2}"#, #"{}"#])
    func `what is not canonical, escaped, not ASCII or very short has no outline`(_ document: String) {
        #expect(Self.fits(document, document) == nil)
    }

    @Test func `fixed bytes are free no longer`() throws {
        let document = bytes(#"{"a":"xyz"}"#)
        var outline = try #require(document.withUnsafeBytes { CanonicalOutline(of: $0) })
        document.withUnsafeBytes { outline.fix(6..<8, as: $0) }
        #expect(document.withUnsafeBytes { outline.fits($0) })
        #expect(bytes(#"{"a":"xyA"}"#).withUnsafeBytes { outline.fits($0) })
        #expect(!bytes(#"{"a":"xAz"}"#).withUnsafeBytes { outline.fits($0) })
    }

    @Test(arguments: [
        #"{"actor":{"id":"svc-1","kind":"app"},"data":{"flag":true,"gone":null,"scope":["a b","!"]},"v":-12}"#,
        #"[0,-1,10,999999999999999,9007199254740991,"",[],{},[{"":[[]]}],"~#[]:,{}"]"#,
        #"{"":0,"a":{"b":"c","d":1},"aa":[1,22,333],"b":false}"#,
    ])
    func `whatever fits is canonical, with every name and value where it was`(_ document: String) throws {
        let document = bytes(document)
        let outline = try #require(document.withUnsafeBytes { CanonicalOutline(of: $0) })
        let shape = Self.shape(of: document)
        var fitting = 0
        for offset in document.indices {
            for byte in UInt8.min...UInt8.max {
                var other = document
                other[offset] = byte
                guard other.withUnsafeBytes({ outline.fits($0) }) else { continue }
                fitting += 1
                guard canonicalFault(in: other) == nil, Self.shape(of: other) == shape else {
                    return #expect(Bool(false), "\(text(other))")
                }
            }
        }
        #expect(fitting > document.count)
    }

    /// Names, and what else is not a string or a number, as they stand in the bytes.
    private static func shape(of document: [UInt8]) -> [String] {
        guard let value = try? JSON.parse(document) else { return ["not JSON"] }
        var shape: [String] = []
        func walk(_ value: JSONValue) {
            switch value {
            case .null, .boolean: shape.append("\(value)")
            case .integer, .number: shape.append("number")
            case .string(let string): shape.append("string of \(string.utf8.count)")
            case .array(let elements):
                shape.append("[\(elements.count)")
                for element in elements { walk(element) }
            case .object(let object):
                for member in object.members {
                    shape.append(member.name)
                    walk(member.value)
                }
            }
        }
        walk(value)
        return shape
    }
}
