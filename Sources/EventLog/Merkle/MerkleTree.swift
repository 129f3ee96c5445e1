public import LedgerCrypto

/// The Merkle tree of RFC 6962 section 2.1, which is also that of RFC 9162 and of C2SP tlog-tiles.
public enum MerkleTree {
    /// Sizes and indexes stay below 2^63, so that they fit every format and every database.
    public static let maximumSize = UInt64(Int64.max)

    /// The root of the tree without leaves: SHA-256 of nothing.
    public static let emptyRoot = SHA256.hash([])

    /// The longest proof that any tree needs, in hashes.
    public static let maximumProofLength = 64

    /// The largest power of two below a size of two or more: where a tree is split.
    static func split(_ size: UInt64) -> UInt64 {
        precondition(size > 1, "a leaf is not split")
        return 1 << UInt64(63 - (size - 1).leadingZeroBitCount)
    }

    /// The root of a complete subtree, from 2^n hashes of one level.
    static func root(ofComplete hashes: ArraySlice<SHA256Digest>) -> SHA256Digest {
        precondition(hashes.count.nonzeroBitCount == 1, "a complete subtree")
        var level = Array(hashes)
        while level.count > 1 {
            for index in 0..<(level.count / 2) {
                level[index] = SHA256.nodeHash(level[2 * index], level[2 * index + 1])
            }
            level.removeLast(level.count / 2)
        }
        return level[0]
    }
}
