import CanonicalJSON
import LedgerTestSupport
import Testing

struct ForeignCanonicalTests {
    /// RFC 8785, section 3.2.
    @Test func `the standard's own example comes out as printed there`() throws {
        let document = bytes(
            #"""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """#)
        let expected =
            #"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#
            + #""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        #expect(text(try JSON.canonicalizeForeign(document)) == expected)
    }

    @Test(
        .enabled(if: Vectors.areAvailable), arguments: ["arrays", "french", "structures", "unicode", "values", "weird"])
    func `the published pairs come out byte for byte`(name: String) throws {
        let written = try JSON.canonicalizeForeign(Vectors.bytes("jcs/input/\(name).json"))
        #expect(written == (try Vectors.bytes("jcs/output/\(name).json")))
        let hexadecimal = text(try Vectors.bytes("jcs/outhex/\(name).txt")).split(whereSeparator: \.isWhitespace)
        #expect(written == hexadecimal.compactMap { UInt8($0, radix: 16) })
        #expect(try JSON.canonicalizeForeign(written) == written)
    }

    @Test func `a number too large for a double has no canonical form`() throws {
        #expect(throws: JSONParseError(reason: .numberOutsideProfile, offset: 1)) {
            try JSON.canonicalizeForeign(bytes("[1e400]"))
        }
        #expect(text(try JSON.canonicalizeForeign(bytes("[1e-400,-0.0,9007199254740993]"))) == "[0,0,9007199254740992]")
    }
}
