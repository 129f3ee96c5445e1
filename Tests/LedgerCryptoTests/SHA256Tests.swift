import LedgerCrypto
import Testing

@Suite struct SHA256Tests {
    struct Known: Sendable {
        let message: [UInt8]
        let digest: String
    }

    // FIPS 180-4's examples, and a million times "a".
    static let known = [
        Known(message: [], digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        Known(message: Array("abc".utf8), digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        Known(
            message: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            digest: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        Known(
            message: [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000),
            digest: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
    ]

    @Test(arguments: known)
    func `known values come out, whole and in pieces`(_ known: Known) {
        #expect(SHA256.hash(known.message).hex == known.digest)
        var hasher = SHA256Hasher()
        #expect(hasher.hash(known.message).hex == known.digest)
        for piece in stride(from: 0, to: known.message.count, by: 1_000) {
            hasher.update(Array(known.message[piece..<min(piece + 1_000, known.message.count)]))
        }
        #expect(hasher.finish().hex == known.digest)
        #expect(hasher.hash([], known.message, []).hex == known.digest)
    }

    @Test func `leaves and nodes are told apart by their first byte`() {
        let (left, right) = (SHA256.hash(Array("l".utf8)), SHA256.hash(Array("r".utf8)))
        let node = SHA256.hash([1] + left.bytes + right.bytes)
        var hasher = SHA256Hasher()
        #expect(SHA256.leafHash([]).hex == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        #expect(
            SHA256.leafHash(Array("L123456".utf8)).hex
                == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56")
        #expect(SHA256.nodeHash(left, right) == node)
        #expect(hasher.nodeHash(left, right) == node)
        #expect(SHA256.nodeHash(right, left) != node)
        #expect([UInt8](7...200).withUnsafeBytes { hasher.leafHash($0) } == SHA256.hash([0] + [UInt8](7...200)))
    }

    @Test func `digests have one form as bytes and one as text`() throws {
        let digest = SHA256.hash(Array("abc".utf8))
        #expect(SHA256Digest(bytes: digest.bytes) == digest)
        #expect(SHA256Digest(hex: digest.hex) == digest)
        #expect("\(digest)" == digest.hex)
        #expect(SHA256Digest(bytes: [1, 2, 3]) == nil)
        #expect(SHA256Digest(bytes: digest.bytes + [0]) == nil)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == nil)
        #expect(SHA256Digest(hex: String(digest.hex.dropLast(2))) == nil)
    }

    @Test func `digests are ordered as their bytes are`() throws {
        let digests = (0..<200).map { SHA256.hash([UInt8($0)]) }
        #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
        for index in 1..<32 {
            var bytes = (0..<32).map { UInt8(255 - 7 * $0) }
            let middle = try #require(SHA256Digest(bytes: bytes))
            bytes[index] += 1
            let above = try #require(SHA256Digest(bytes: bytes))
            #expect(middle < above)
            #expect(!(above < middle))
            #expect(middle != above)
            #expect(!constantTimeEqual(middle, above))
        }
    }
}
