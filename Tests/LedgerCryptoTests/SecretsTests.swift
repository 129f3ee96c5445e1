import LedgerCrypto
import Testing

@Suite struct SecretsTests {
    @Test func `taking secret bytes leaves nothing with the giver`() {
        var given: [UInt8] = [1, 2, 3]
        let secret = SecretBytes(taking: &given)
        #expect(given.isEmpty)
        #expect(secret.withUnsafeBytes { [UInt8]($0) } == [1, 2, 3])
        #expect(secret.count == 3)
        #expect(secret.copy().withUnsafeBytes { [UInt8]($0) } == [1, 2, 3])
    }

    @Test func `wiping overwrites the storage itself`() {
        var bytes = [UInt8](repeating: 0x5a, count: 64)
        bytes.withUnsafeBytes { memory in
            var alias = [UInt8](memory)
            wipe(&alias)
            #expect(alias.isEmpty)
            #expect(memory.allSatisfy { $0 == 0x5a })
        }
        wipe(&bytes)
        #expect(bytes.isEmpty)
    }

    @Test func `constant-time comparison tells equal from unequal`() {
        #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
        #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
        #expect(constantTimeEqual([], []))
        let one = SecretBytes(copying: [1])
        let same = SecretBytes(copying: [1])
        let two = SecretBytes(copying: [2])
        let (isSame, isOther) = (constantTimeEqual(one, same), constantTimeEqual(one, two))
        #expect(isSame)
        #expect(!isOther)
    }

    @Test func `random bytes differ and fill everything`() throws {
        #expect(try SecureRandom.bytes(32) != SecureRandom.bytes(32))
        #expect(try SecureRandom.bytes(0).isEmpty)
        #expect(try SecureRandom.uint64() != SecureRandom.uint64())
        let secret = try SecretBytes.random(count: 32)
        let other = try SecretBytes.random(count: 32)
        let isEqual = constantTimeEqual(secret, other)
        #expect(!isEqual)
        // Each of 4 KiB stays zero in all of 8 rounds with a probability of 2^-52.
        var touched = [UInt8](repeating: 0, count: 4_096)
        for _ in 0..<8 {
            for (index, byte) in try SecureRandom.bytes(touched.count).enumerated() { touched[index] |= byte }
        }
        #expect(touched.allSatisfy { $0 != 0 })
    }
}
