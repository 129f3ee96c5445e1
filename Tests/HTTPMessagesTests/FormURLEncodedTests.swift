import HTTPMessages
import Testing

@Suite struct FormURLEncodedTests {
    @Test(arguments: [
        ("", []),
        ("a=1&b=2", ["a=1", "b=2"]),
        ("a", ["a="]),
        ("a=", ["a="]),
        ("=1", ["=1"]),
        ("a=1=2", ["a=1=2"]),
        ("a=1&&b=2&", ["a=1", "b=2"]),
        ("a+b=c+d%20e", ["a b=c d e"]),
        ("p=%2B%26%3D%25", ["p=+&=%"]),
        ("u=gr%C3%BC%c3%9fe", ["u=grüße"]),
        ("u=grüße", ["u=grüße"]),
        ("a=2&a=1", ["a=2", "a=1"]),
    ])
    func `a form is read in order`(text: String, fields: [String]) throws {
        #expect(try FormURLEncoded(parsing: text).fields.map { "\($0.name)=\($0.value)" } == fields)
    }

    @Test(
        arguments: [
            ("a=%", .badTriplet), ("a=%4", .badTriplet), ("a=%zz", .badTriplet), ("%4=a", .badTriplet),
            ("a=%+1", .badTriplet), ("a=%00", .nul), ("a\0=1", .nul), ("a=%ff", .notUTF8), ("a=%c0%80", .notUTF8),
            ("a=%ed%a0%80", .notUTF8), ("a=%f4%90%80%80", .notUTF8), ("a=%C3&b=%BC", .notUTF8),
        ] as [(String, PercentDecodingError)])
    func `a form with two readings is refused`(text: String, error: PercentDecodingError) {
        #expect(throws: FormError.badEncoding(error)) { try FormURLEncoded(parsing: text) }
    }

    @Test func `raw bytes that are no UTF-8 are refused`() {
        #expect(throws: FormError.badEncoding(.notUTF8)) { try FormURLEncoded(parsing: [0x61, 0x3D, 0xFF]) }
    }

    @Test func `a form has as many fields as it may, and no more`() throws {
        let fields = Array(repeating: "a=1", count: 64)
        #expect(try FormURLEncoded(parsing: fields.joined(separator: "&")).fields.count == 64)
        #expect(throws: FormError.tooManyFields(maximum: 64)) {
            try FormURLEncoded(parsing: (fields + ["a=1"]).joined(separator: "&"))
        }
        #expect(throws: FormError.tooManyFields(maximum: 2)) {
            try FormURLEncoded(parsing: "a&b&c", maximumFields: 2)
        }
    }

    @Test func `a repeated name is found, whatever its spelling`() throws {
        #expect(try FormURLEncoded(parsing: "a=1&b=2").repeatedName == nil)
        #expect(try FormURLEncoded(parsing: "a=1&b=2&%61=3&b=4").repeatedName == "a")
        let form = try FormURLEncoded(parsing: "a=1&b=2&a=3")
        #expect(form.first("a") == "1")
        #expect(form.all("a") == ["1", "3"])
        #expect(form.first("c") == nil)
    }

    @Test(arguments: ["a b", "a+b", "&=%", "grüße 🔑", "~-._*'()"]) func `what is encoded is read back`(text: String)
        throws
    {
        let form = FormURLEncoded([.init(name: text, value: text), .init(name: "x", value: "")])
        #expect(try FormURLEncoded(parsing: form.encoded) == form)
        #expect(form.encoded.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        #expect(try PercentDecoding.decode(PercentDecoding.encode(text)) == text)
    }
}
