import LedgerCrypto
import LedgerTestSupport
import Testing

@Suite struct SealingTests {
    static let nonce = [UInt8](1...12)

    @Test func `what was sealed opens with the same key, nonce and data only`() throws {
        let key = try SecretBytes.random(count: 32)
        let other = try SecretBytes.random(count: 32)
        let plaintext = Array("a name".utf8)
        let sealed = try AESGCM.seal(plaintext, key: key, nonce: Self.nonce, associatedData: [1, 2])
        #expect(sealed.count == plaintext.count + AESGCM.tagLength)
        let opened = try AESGCM.open(sealed, key: key, nonce: Self.nonce, associatedData: [1, 2])
        #expect(opened.withUnsafeBytes { [UInt8]($0) } == plaintext)

        expectRefused { () throws(CryptoError) in
            try AESGCM.open(sealed, key: other, nonce: Self.nonce, associatedData: [1, 2])
        }
        expectRefused { () throws(CryptoError) in
            try AESGCM.open(sealed, key: key, nonce: Self.nonce.reversed(), associatedData: [1, 2])
        }
        expectRefused { () throws(CryptoError) in
            try AESGCM.open(sealed, key: key, nonce: Self.nonce, associatedData: [1])
        }
        for length in 0..<sealed.count {
            expectRefused { () throws(CryptoError) in
                try AESGCM.open([UInt8](sealed.prefix(length)), key: key, nonce: Self.nonce, associatedData: [1, 2])
            }
        }
        for bit in 0..<(8 * sealed.count) {
            var changed = sealed
            changed[bit / 8] ^= 1 << (bit % 8)
            expectRefused { () throws(CryptoError) in
                try AESGCM.open(changed, key: key, nonce: Self.nonce, associatedData: [1, 2])
            }
        }
    }

    @Test func `keys and nonces of another length are refused`() throws {
        let key = try SecretBytes.random(count: 32)
        let short = try SecretBytes.random(count: 16)
        #expect(throws: CryptoError.wrongLength(of: "key", expected: 32, found: 16)) {
            try AESGCM.seal([], key: short, nonce: Self.nonce, associatedData: [])
        }
        #expect(throws: CryptoError.wrongLength(of: "nonce", expected: 12, found: 16)) {
            try AESGCM.seal([], key: key, nonce: [UInt8](1...16), associatedData: [])
        }
    }

    @Test(.enabled(if: Vectors.areAvailable))
    func `every Wycheproof case with our key and nonce lengths comes out as stated`() throws {
        var count = 0
        for group in try Vector.file("wycheproof/aes_gcm_test.json").list("testGroups") {
            guard try group.number("keySize") == 256, try group.number("ivSize") == 96 else { continue }
            for test in try group.list("tests") {
                let key = SecretBytes(copying: try test.bytes("key"))
                let (nonce, data) = (try test.bytes("iv"), try test.bytes("aad"))
                let (message, sealed) = (try test.bytes("msg"), try test.bytes("ct") + test.bytes("tag"))
                let opened: [UInt8]?
                do throws(CryptoError) {
                    opened = try AESGCM.open(sealed, key: key, nonce: nonce, associatedData: data)
                        .withUnsafeBytes { [UInt8]($0) }
                } catch {
                    #expect(error == .authenticationFailed)
                    opened = nil
                }
                let isValid = try test.isValid
                #expect(opened == (isValid ? message : nil), test.comment)
                if isValid {
                    #expect(try AESGCM.seal(message, key: key, nonce: nonce, associatedData: data) == sealed)
                }
                count += 1
            }
        }
        #expect(count == 66)
    }

    static let wrappingKey = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f")

    @Test(arguments: [
        // RFC 3394 sections 4.3 and 4.6.
        ("00112233445566778899aabbccddeeff", "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"),
        (
            "00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f",
            "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21"
        ),
    ])
    func `RFC 3394's wrapped keys come out and go back`(key: String, wrapped: String) throws {
        let wrappingKey = SecretBytes(copying: Self.wrappingKey)
        let secret = SecretBytes(copying: hex(key))
        #expect(try AESKeyWrap.wrap(secret, under: wrappingKey) == hex(wrapped))
        let unwrapped = try AESKeyWrap.unwrap(hex(wrapped), under: wrappingKey)
        let isSame = constantTimeEqual(unwrapped, secret)
        #expect(isSame)
    }

    @Test func `a changed or cut wrapped key does not unwrap`() throws {
        let wrappingKey = SecretBytes(copying: Self.wrappingKey)
        let wrapped = try AESKeyWrap.wrap(SecretBytes.random(count: 32), under: wrappingKey)
        for bit in 0..<(8 * wrapped.count) {
            var changed = wrapped
            changed[bit / 8] ^= 1 << (bit % 8)
            expectRefused { () throws(CryptoError) in try AESKeyWrap.unwrap(changed, under: wrappingKey) }
        }
        for length in 0..<wrapped.count {
            expectRefused { () throws(CryptoError) in
                try AESKeyWrap.unwrap([UInt8](wrapped.prefix(length)), under: wrappingKey)
            }
        }
    }

    @Test func `a key whose length cannot be wrapped is refused`() throws {
        let wrappingKey = SecretBytes(copying: Self.wrappingKey)
        for count in [0, 8, 31, 33, AESKeyWrap.maximumWrappedLength + 8] {
            let key = SecretBytes(copying: [UInt8](repeating: 1, count: count))
            #expect(throws: CryptoError.wrongLength(of: "key", expected: 32, found: count)) {
                try AESKeyWrap.wrap(key, under: wrappingKey)
            }
        }
    }

    private func expectRefused(
        _ open: () throws(CryptoError) -> SecretBytes, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do throws(CryptoError) {
            _ = try open()
            Issue.record("it opened", sourceLocation: sourceLocation)
        } catch {
            #expect(error == .authenticationFailed, sourceLocation: sourceLocation)
        }
    }
}
