public import LedgerCrypto

/// A complete subtree: the 2^level leaves from index · 2^level on.
public struct Subtree: Hashable, Sendable {
    /// 0 for a leaf.
    public let level: Int
    public let index: UInt64

    public init(level: Int, index: UInt64) {
        precondition((0..<64).contains(level), "a level from 0 to 63")
        self.level = level
        self.index = index
    }

    /// The number of leaves below.
    public var leafCount: UInt64 { 1 << UInt64(level) }

    /// The left and the right half of a subtree that is no leaf.
    public var halves: (left: Subtree, right: Subtree) {
        (Subtree(level: level - 1, index: 2 * index), Subtree(level: level - 1, index: 2 * index + 1))
    }
}

/// Where proofs take the hashes of complete subtrees from: stored tiles, or leaf hashes.
public protocol NodeSource {
    /// The hash of a subtree that lies wholly inside the tree.
    ///
    /// Throws ``ProofError/nodeUnavailable(_:reason:)`` when it cannot be had; never a hash that may be wrong.
    func hash(of subtree: Subtree) throws(ProofError) -> SHA256Digest
}

/// Computes subtrees from leaf hashes held in memory.
public struct LeafHashes: NodeSource, Sendable {
    public var hashes: [SHA256Digest]

    public init(_ hashes: [SHA256Digest] = []) {
        self.hashes = hashes
    }

    public func hash(of subtree: Subtree) throws(ProofError) -> SHA256Digest {
        let count = UInt64(hashes.count)
        // In this order, so that nothing overflows.
        guard subtree.leafCount <= count, subtree.index < count / subtree.leafCount else {
            throw .nodeUnavailable(subtree, reason: "beyond the leaves")
        }
        let start = Int(subtree.index * subtree.leafCount)
        return MerkleTree.root(ofComplete: hashes[start..<(start + Int(subtree.leafCount))])
    }
}
