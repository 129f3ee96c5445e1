import LedgerCrypto
import LedgerTestSupport
import Testing

@Suite struct HMACTests {
    @Test func `RFC 4231's cases come out`() throws {
        let short = HMACKey(SecretBytes(copying: [UInt8](repeating: 0x0b, count: 20)))
        #expect(
            try short.authenticate(Array("Hi There".utf8)).hex
                == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        let long = HMACKey(SecretBytes(copying: [UInt8](repeating: 0xaa, count: 131)))
        #expect(
            try long.authenticate(Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8)).hex
                == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test func `one key gives the same values again, in parts and whole`() throws {
        let key = HMACKey(SecretBytes(copying: Array("key".utf8)))
        let first = try key.authenticate([[1, 2], [], [3]])
        #expect(try key.authenticate([1, 2, 3]) == first)
        #expect(try [UInt8]([1, 2, 3]).withUnsafeBytes { try key.authenticate($0) } == first)
        #expect(try key.authenticate([1, 2, 4]) != first)
        #expect(try key.authenticate([1, 2, 3]) == first)
    }

    @Test(.enabled(if: Vectors.areAvailable))
    func `every Wycheproof case comes out as stated`() throws {
        var count = 0
        for group in try Vector.file("wycheproof/hmac_sha256_test.json").list("testGroups") {
            for test in try group.list("tests") {
                let key = HMACKey(SecretBytes(copying: try test.bytes("key")))
                let tag = try key.authenticate(try test.bytes("msg")).bytes.prefix(try group.number("tagSize") / 8)
                let isValid = try constantTimeEqual([UInt8](tag), test.bytes("tag"))
                #expect(try isValid == test.isValid, test.comment)
                count += 1
            }
        }
        #expect(count == 174)
    }

    @Test func `length prefixes keep parts apart`() {
        #expect(LengthPrefixed("ab", "c").bytes == [0, 0, 0, 2, 97, 98, 0, 0, 0, 1, 99])
        #expect(LengthPrefixed("ab", "c").bytes != LengthPrefixed("a", "bc").bytes)
        var parts = LengthPrefixed(after: [9])
        parts.append([7, 8])
        parts.append("")
        #expect(parts.bytes == [9, 0, 0, 0, 2, 7, 8, 0, 0, 0, 0])
    }
}
