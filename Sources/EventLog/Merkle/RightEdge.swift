public import LedgerCrypto

/// A tree reduced to what its growth depends on: the roots of its largest complete subtrees, one per bit of its size.
///
/// Appending takes one or two hashes on average, and the root can be had at any time. It is what the head row stores.
public struct RightEdge: Equatable, Sendable {
    public private(set) var size: UInt64
    /// From left to right, so the largest subtree first.
    public private(set) var hashes: [SHA256Digest]

    /// The empty tree.
    public init() {
        size = 0
        hashes = []
    }

    /// Reads what ``serialized`` wrote; throws ``ProofError/damagedEdge(size:length:)`` unless its length fits the size.
    /// Whether the hashes are right shows in ``root`` only: compare it.
    public init(size: UInt64, serialized: [UInt8]) throws(ProofError) {
        guard size <= MerkleTree.maximumSize,
            serialized.count == size.nonzeroBitCount * SHA256Digest.byteCount
        else { throw .damagedEdge(size: size, length: serialized.count) }
        self.size = size
        hashes = stride(from: 0, to: serialized.count, by: SHA256Digest.byteCount).compactMap { start in
            SHA256Digest(bytes: Array(serialized[start..<(start + SHA256Digest.byteCount)]))
        }
    }

    /// The edge of the first `size` leaves of a tree, for a start or an audit from tiles.
    public init(size: UInt64, from source: some NodeSource) throws(ProofError) {
        guard size <= MerkleTree.maximumSize else { throw .sizeTooLarge(size) }
        self.size = size
        hashes = []
        for subtree in LeafRange(0, size).completeSubtrees { hashes.append(try source.hash(of: subtree)) }
    }

    /// Adds the next leaf.
    public mutating func append(_ leafHash: SHA256Digest) {
        precondition(size < MerkleTree.maximumSize, "the tree is full")
        var node = leafHash
        // Each one at the end of the size is a complete subtree as large as the one that just became complete.
        for _ in 0..<size.trailingOneBitCount { node = SHA256.nodeHash(hashes.removeLast(), node) }
        hashes.append(node)
        size += 1
    }

    /// The root of the tree, RFC 6962 section 2.1.
    public var root: SHA256Digest {
        guard var root = hashes.last else { return MerkleTree.emptyRoot }
        for left in hashes.dropLast().reversed() { root = SHA256.nodeHash(left, root) }
        return root
    }

    /// The hashes one after the other, from left to right, 32 bytes each. The size is stored beside it.
    public var serialized: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * SHA256Digest.byteCount)
        for hash in hashes { hash.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }
}

extension UInt64 {
    fileprivate var trailingOneBitCount: Int { (~self).trailingZeroBitCount }
}
