import LedgerCrypto
import LedgerTestSupport
import Testing

@Suite struct PublicJWKTests {
    static let p256 = [
        "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": "any",
        "x": "04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY", "y": "UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmw",
    ]
    static let ed25519 = ["kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]
    static let rsa = [
        "kty": "RSA", "e": "AQAB",
        "n":
            "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3o"
            + "knjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6"
            + "qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awap"
            + "JzKnqDKgw",
    ]

    @Test func `RFC 7638's and RFC 8037's thumbprints come out`() throws {
        #expect(try PublicJWK(member: { Self.rsa[$0] }).keyID == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        #expect(try PublicJWK(member: { Self.ed25519[$0] }).keyID == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
    }

    @Test(arguments: [p256, ed25519, rsa])
    func `a key's members read back as the same key`(_ members: [String: String]) throws {
        let jwk = try PublicJWK(member: { members[$0] })
        let written = Dictionary(uniqueKeysWithValues: jwk.members.map { ($0.name, $0.value) })
        #expect(try PublicJWK(member: { written[$0] }) == jwk)
        #expect(jwk.members.map(\.name) == jwk.members.map(\.name).sorted())
        #expect(try TokenVerificationKey(jwk).keyID == jwk.keyID)
        #expect(written.allSatisfy { members[$0.key] == $0.value })
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let members: [String: String]
        let refusal: KeyRefusal

        init(_ what: String, _ key: [String: String], _ change: [String: String?], _ refusal: KeyRefusal) {
            testDescription = what
            members = key.merging(change.compactMapValues { $0 }) { $1 }.filter { change[$0.key] != .some(nil) }
            self.refusal = refusal
        }
    }

    static let changes = [
        Change("a private scalar", p256, ["d": "AAAA"], .privateMember),
        Change("a symmetric key", ed25519, ["k": "AAAA"], .privateMember),
        Change("a private prime", rsa, ["p": "AAAA"], .privateMember),
        Change("no type", p256, ["kty": nil], .unsupported),
        Change("a symmetric type", ["kty": "oct"], [:], .unsupported),
        Change("another curve", p256, ["crv": "P-384"], .unsupported),
        Change("a curve of another type", p256, ["crv": "Ed25519"], .unsupported),
        Change("a point called RSA", p256, ["kty": "RSA"], .malformedMember),
        Change("for encryption", p256, ["use": "enc"], .unsupported),
        Change("for another algorithm", p256, ["alg": "ES512"], .unsupported),
        Change("for none", rsa, ["alg": "none"], .unsupported),
        Change("no y", p256, ["y": nil], .malformedMember),
        Change("x of 31 bytes", p256, ["x": Base64URL.encode([UInt8](1...31))], .malformedMember),
        Change("x of 33 bytes", p256, ["x": Base64URL.encode([UInt8](0...32))], .malformedMember),
        Change("x with padding", p256, ["x": "04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY="], .malformedMember),
        Change("y off the curve", p256, ["y": "UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgnw"], .notOnCurve),
        Change("y above the field", p256, ["y": Base64URL.encode([UInt8](repeating: 255, count: 32))], .notOnCurve),
        Change("Ed25519 key of 31 bytes", ed25519, ["x": Base64URL.encode([UInt8](1...31))], .malformedMember),
        Change("n with a leading zero", rsa, ["n": Base64URL.encode([0] + [UInt8](1...255))], .malformedMember),
        Change("no n", rsa, ["n": ""], .malformedMember),
        Change("2,047 bits", rsa, ["n": modulus(bits: 2_047)], .weakModulus),
        Change("an even n", rsa, ["n": modulus(bits: 2_048, last: 0xfe)], .weakModulus),
        Change("8,193 bits", rsa, ["n": modulus(bits: 8_193)], .modulusTooLarge),
        Change("exponent 1", rsa, ["e": "AQ"], .badExponent),
        Change("an even exponent", rsa, ["e": Base64URL.encode([1, 0, 2])], .badExponent),
        Change("a long exponent", rsa, ["e": Base64URL.encode([1, 0, 0, 0, 1])], .badExponent),
    ]

    @Test(arguments: changes)
    func `a key that is weak, malformed or for something else is refused`(_ change: Change) {
        #expect(throws: CryptoError.keyRefused(change.refusal)) {
            try TokenVerificationKey(PublicJWK(member: { change.members[$0] }))
        }
    }

    @Test(.enabled(if: Vectors.areAvailable))
    func `every Wycheproof key set with one public key comes out as stated`() throws {
        var count = 0
        for group in try Vector.file("wycheproof/json_web_key_test.json").list("testGroups") {
            let keys = try (try? group.object("public"))?.list("keys") ?? []
            for test in try group.list("tests") {
                guard let key = keys.first, keys.count == 1 else { continue }
                let parts = try test.text("jws").split(separator: ".", omittingEmptySubsequences: false).map(
                    String.init)
                let signature = try #require(Base64URL.decode(parts[2]))
                let isValid =
                    (try? TokenVerificationKey(PublicJWK(member: key.member))
                        .verify(signature, of: Array("\(parts[0]).\(parts[1])".utf8))) ?? false
                #expect(try isValid == test.isValid, test.comment)
                count += 1
            }
        }
        #expect(count == 11)
    }

    private static func modulus(bits: Int, last: UInt8 = 0xff) -> String {
        let count = (bits + 7) / 8
        let first = UInt8(truncatingIfNeeded: (1 << (bits - 8 * (count - 1))) - 1)
        return Base64URL.encode([first] + [UInt8](repeating: 0xff, count: count - 2) + [last])
    }
}
