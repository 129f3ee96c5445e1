import EventLog
import Foundation
import LedgerCrypto
import LedgerTestSupport
import Testing

/// A published vector file as JSON.
func json(_ name: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(try Vectors.bytes(name))) as? [String: Any])
}

/// The definition of RFC 6962 section 2.1, word for word: what everything else is compared with.
func definedRoot(_ leaves: ArraySlice<SHA256Digest>) -> SHA256Digest {
    guard let first = leaves.first else { return SHA256.hash([]) }
    guard leaves.count > 1 else { return first }
    var split = 1
    while 2 * split < leaves.count { split *= 2 }
    let middle = leaves.startIndex + split
    return SHA256.hash([1] + definedRoot(leaves[..<middle]).bytes + definedRoot(leaves[middle...]).bytes)
}

/// Leaf hashes that are all different.
func leafHashes(_ count: Int) -> [SHA256Digest] {
    (0..<count).map { SHA256.leafHash(Array("leaf \($0)".utf8)) }
}

extension SHA256Digest {
    /// The digest with one bit changed.
    func flipped(_ bit: Int) -> SHA256Digest {
        var bytes = bytes
        bytes[bit / 8] ^= 1 << (bit % 8)
        return SHA256Digest(bytes: bytes) ?? self
    }
}

/// A private key in the text form of the Go module, in which the published test keys are written.
struct TestKey {
    let name: KeyName
    let privateKey: Ed25519PrivateKey

    init(_ text: String) throws {
        let parts = text.split(separator: "+", maxSplits: 4).map(String.init)
        name = try #require(KeyName(parts[2]))
        let bytes = try #require(Base64.decode(parts[4]))
        privateKey = try Ed25519PrivateKey(seed: SecretBytes(copying: Array(bytes.dropFirst())))
    }

    init(name: String) throws {
        self.name = try #require(KeyName(name))
        privateKey = try Ed25519PrivateKey.generate()
    }

    var signer: NoteSigner { NoteSigner(name: name, privateKey: privateKey) }
    var cosigner: Cosigner { Cosigner(name: name, privateKey: privateKey) }
}
