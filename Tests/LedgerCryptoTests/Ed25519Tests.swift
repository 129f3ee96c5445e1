import LedgerCrypto
import LedgerTestSupport
import Testing

@Suite struct Ed25519Tests {
    struct Known: Sendable {
        let seed, publicKey, message, signature: String
    }

    // RFC 8032 section 7.1, tests 1 to 3.
    static let known = [
        Known(
            seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
            signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        Known(
            seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
            signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        Known(
            seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", message: "af82",
            signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ]

    @Test(arguments: known)
    func `RFC 8032's signatures come out and verify`(_ known: Known) throws {
        let key = try Ed25519PrivateKey(seed: SecretBytes(copying: hex(known.seed)))
        #expect(key.publicKey.rawBytes == hex(known.publicKey))
        #expect(try key.sign(hex(known.message)) == hex(known.signature))
        #expect(try key.publicKey.verify(hex(known.signature), of: hex(known.message)))
        #expect(try !key.publicKey.verify(hex(known.signature), of: hex(known.message) + [0]))
        let seed = try key.seed()
        #expect(seed.withUnsafeBytes { [UInt8]($0) } == hex(known.seed))
    }

    @Test func `every changed bit of a signature is noticed`() throws {
        let key = try Ed25519PrivateKey.generate()
        let signature = try key.sign([1, 2, 3])
        #expect(try key.publicKey.verify(signature, of: [1, 2, 3]))
        for bit in 0..<(8 * signature.count) {
            var changed = signature
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(try !key.publicKey.verify(changed, of: [1, 2, 3]))
        }
        #expect(try !key.publicKey.verify(signature + [0], of: [1, 2, 3]))
        #expect(try !key.publicKey.verify(signature.dropLast(), of: [1, 2, 3]))
        #expect(try !Ed25519PrivateKey.generate().publicKey.verify(signature, of: [1, 2, 3]))
    }

    @Test func `keys of another length are refused`() throws {
        #expect(throws: CryptoError.wrongLength(of: "seed", expected: 32, found: 31)) {
            try Ed25519PrivateKey(seed: SecretBytes(copying: [UInt8](1...31)))
        }
        #expect(throws: CryptoError.wrongLength(of: "public key", expected: 32, found: 33)) {
            try Ed25519PublicKey(rawBytes: [UInt8](1...33))
        }
    }

    @Test(.enabled(if: Vectors.areAvailable))
    func `every Wycheproof case comes out as stated`() throws {
        var count = 0
        for group in try Vector.file("wycheproof/ed25519_test.json").list("testGroups") {
            let key = try Ed25519PublicKey(rawBytes: try group.object("publicKey").bytes("pk"))
            for test in try group.list("tests") {
                let isValid = try key.verify(try test.bytes("sig"), of: try test.bytes("msg"))
                #expect(try isValid == test.isValid, test.comment)
                count += 1
            }
        }
        #expect(count == 151)
    }

    /// The cases where implementations disagree: small orders, non-canonical encodings. Ours has no cofactor, as
    /// RFC 8032 allows, and the numbers say that an update of the library has not changed that.
    @Test(.enabled(if: Vectors.areAvailable))
    func `of the disputed signatures 208 pass and 706 do not`() throws {
        let vectors = try Vector.list("cctv-ed25519/ed25519vectors.json")
        let passed = try vectors.filter { vector in
            try Ed25519PublicKey(rawBytes: try vector.bytes("key"))
                .verify(try vector.bytes("sig"), of: Array(try vector.text("msg").utf8))
        }
        #expect(vectors.count == 914)
        #expect(passed.count == 208)
    }
}
