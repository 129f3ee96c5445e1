import LedgerCrypto
import LedgerTestSupport
import Testing

@Suite struct TokenKeyTests {
    static let input = Array("eyJhbGciOiJFUzI1NiJ9.e30".utf8)

    @Test(arguments: SignatureAlgorithm.allCases)
    func `a signature verifies with its key and input only`(_ algorithm: SignatureAlgorithm) throws {
        let key = try TokenSigningKey.generate(algorithm)
        let other = try TokenSigningKey.generate(algorithm)
        let signature = try key.sign(Self.input)
        #expect(key.algorithm == algorithm)
        #expect(signature.count == (algorithm == .rs256 ? 256 : 64))
        #expect(try key.verificationKey.verify(signature, of: Self.input))
        #expect(try TokenVerificationKey(key.jwk).verify(signature, of: Self.input))
        #expect(try !key.verificationKey.verify(signature, of: Self.input + [0]))
        #expect(try !other.verificationKey.verify(signature, of: Self.input))
        for length in [0, 1, 63, 65, signature.count - 1, signature.count + 1] where length != signature.count {
            let wrong = [UInt8]((signature + [0]).prefix(length))
            #expect(try !key.verificationKey.verify(wrong, of: Self.input))
        }
        for bit in stride(from: 0, to: 8 * signature.count, by: 7) {
            var changed = signature
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(try !key.verificationKey.verify(changed, of: Self.input))
        }
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func `a key file gives the same key back`(_ algorithm: SignatureAlgorithm) throws {
        let key = try TokenSigningKey.generate(algorithm)
        let file = try key.pkcs8()
        let read = try TokenSigningKey(pkcs8: file)
        #expect(read.jwk == key.jwk)
        #expect(read.keyID == key.keyID)
        #expect(try key.verificationKey.verify(read.sign(Self.input), of: Self.input))

        let bytes = file.withUnsafeBytes { [UInt8]($0) }
        expectRefused(bytes + [0])
        for length in stride(from: 0, to: bytes.count, by: 11) { expectRefused([UInt8](bytes.prefix(length))) }
    }

    @Test func `a key file with the public half of another key is refused`() throws {
        let key = try bytes(TokenSigningKey.generate(.es256))
        let other = try bytes(TokenSigningKey.generate(.es256))
        // The structure ends with the 64 bytes of the point.
        expectRefused([UInt8](key.dropLast(64)) + other.suffix(64))
    }

    @Test func `a key file for another curve is refused`() {
        // secp256k1, made by `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -outform DER`.
        expectRefused(
            hex(
                "30818402010030100607 2a8648ce3d0201 06052b8104000a 046d306b0201010420"
                    + "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"
                    + "a14403420004" + String(repeating: "11", count: 64)))
    }

    /// RFC 6979 appendix A.2.5: made with a deterministic nonce, so by an implementation that is not ours.
    @Test(arguments: [
        (
            "sample",
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                + "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
        ),
        (
            "test",
            "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
                + "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"
        ),
    ])
    func `RFC 6979's signatures verify`(message: String, signature: String) throws {
        let key = try TokenVerificationKey(
            .p256(
                x: hex("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"),
                y: hex("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299")))
        #expect(try key.verify(hex(signature), of: Array(message.utf8)))
        #expect(try !key.verify(hex(signature), of: Array("\(message)s".utf8)))
    }

    @Test func `RFC 8037's signature comes out`() throws {
        // The appendix's private key as PKCS#8: a fixed header and the seed.
        let seed = try #require(Base64URL.decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
        let key = try TokenSigningKey(
            pkcs8: SecretBytes(copying: hex("302e020100300506032b657004220420") + seed))
        #expect(key.keyID == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
        #expect(
            Base64URL.encode(try key.sign(Array("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8)))
                == "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
    }

    @Test(.enabled(if: Vectors.areAvailable))
    func `every Wycheproof ES256 case comes out as stated`() throws {
        var count = 0
        for group in try Vector.file("wycheproof/ecdsa_secp256r1_sha256_p1363_test.json").list("testGroups") {
            let point = [UInt8](try group.object("publicKey").bytes("uncompressed").dropFirst())
            let key = try TokenVerificationKey(.p256(x: [UInt8](point.prefix(32)), y: [UInt8](point.suffix(32))))
            for test in try group.list("tests") {
                let isValid = try key.verify(try test.bytes("sig"), of: try test.bytes("msg"))
                #expect(try isValid == test.isValid, test.comment)
                count += 1
            }
        }
        #expect(count == 262)
    }

    @Test(.enabled(if: Vectors.areAvailable))
    func `every Wycheproof RS256 case comes out as stated`() throws {
        var count = 0
        for group in try Vector.file("wycheproof/rsa_signature_2048_sha256_test.json").list("testGroups") {
            let numbers = try group.object("publicKey")
            let key = try TokenVerificationKey(
                .rsa(
                    n: [UInt8](try numbers.bytes("modulus").drop { $0 == 0 }),
                    e: [UInt8](try numbers.bytes("publicExponent").drop { $0 == 0 })))
            for test in try group.list("tests") {
                let isValid = try key.verify(try test.bytes("sig"), of: try test.bytes("msg"))
                // "acceptable" is a digest identifier without its NULL: some accept it, we do not.
                #expect(try isValid == test.isValid, test.comment)
                count += 1
            }
        }
        #expect(count == 259)
    }

    @Test func `many tasks sign, authenticate, seal and hash with the same keys at once`() async throws {
        let keys = try SignatureAlgorithm.allCases.map { algorithm throws(CryptoError) in
            try TokenSigningKey.generate(algorithm)
        }
        let mac = HMACKey(try SecretBytes.random(count: 32))
        let expected = try mac.authenticate(Self.input)
        let digest = SHA256.hash(Self.input)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    let sealing = try SecretBytes.random(count: 32)
                    for round in 0..<40 {
                        let message = Self.input + [UInt8(task), UInt8(round)]
                        for key in keys where key.algorithm != .rs256 || round.isMultiple(of: 10) {
                            #expect(try key.verificationKey.verify(key.sign(message), of: message))
                        }
                        #expect(try mac.authenticate(Self.input) == expected)
                        #expect(SHA256.hash(Self.input) == digest)
                        let nonce = [UInt8](repeating: UInt8(round), count: 12)
                        let sealed = try AESGCM.seal(message, key: sealing, nonce: nonce, associatedData: [])
                        let opened = try AESGCM.open(sealed, key: sealing, nonce: nonce, associatedData: [])
                        #expect(opened.withUnsafeBytes { [UInt8]($0) } == message)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func bytes(_ key: TokenSigningKey) throws -> [UInt8] {
        try key.pkcs8().withUnsafeBytes { [UInt8]($0) }
    }

    private func expectRefused(_ file: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) {
        do throws(CryptoError) {
            _ = try TokenSigningKey(pkcs8: SecretBytes(copying: file))
            Issue.record("the file was read", sourceLocation: sourceLocation)
        } catch .keyRefused {
        } catch {
            Issue.record(error, sourceLocation: sourceLocation)
        }
    }
}
