public import LedgerCrypto

/// That a leaf stands at an index of a tree of a given size.
public struct InclusionProof: Equatable, Sendable {
    public let index: UInt64
    public let size: UInt64
    /// From the leaf's sibling up to the root's child.
    public let hashes: [SHA256Digest]

    /// A proof that came from somewhere; it proves nothing before ``verify(leafHash:root:)``.
    public init(index: UInt64, size: UInt64, hashes: [SHA256Digest]) {
        self.index = index
        self.size = size
        self.hashes = hashes
    }

    /// Makes the proof: PATH of RFC 6962 section 2.1.1.
    public init(index: UInt64, size: UInt64, from source: some NodeSource) throws(ProofError) {
        guard size <= MerkleTree.maximumSize else { throw .sizeTooLarge(size) }
        guard index < size else { throw .indexOutOfRange(index: index, size: size) }
        var siblings: [LeafRange] = []
        var range = LeafRange(0, size)
        while range.count > 1 {
            let (left, right) = range.halves
            (range, siblings) = index < left.end ? (left, siblings + [right]) : (right, siblings + [left])
        }
        var hashes: [SHA256Digest] = []
        for sibling in siblings.reversed() { hashes.append(try sibling.root(from: source)) }
        self.init(index: index, size: size, hashes: hashes)
    }

    /// Returns if the leaf stands at the index of the tree with this root; throws otherwise. RFC 9162 section 2.1.3.2.
    ///
    /// The root must come from a verified checkpoint of this size, never from where the proof came from.
    public func verify(leafHash: SHA256Digest, root: SHA256Digest) throws(ProofError) {
        guard size <= MerkleTree.maximumSize else { throw .sizeTooLarge(size) }
        guard index < size else { throw .indexOutOfRange(index: index, size: size) }
        // Number of the node on the way up, and of the last node of its level.
        var (node, last) = (index, size - 1)
        var hash = leafHash
        for sibling in hashes {
            guard last > 0 else { throw .wrongLength(hashes: hashes.count) }
            if node.isOdd || node == last {
                hash = SHA256.nodeHash(sibling, hash)
                // The last node of a level may have no sibling: it is promoted until it is a right child.
                while !node.isOdd, node > 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                hash = SHA256.nodeHash(hash, sibling)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0 else { throw .wrongLength(hashes: hashes.count) }
        guard hash == root else { throw .rootMismatch(old: false) }
    }
}

extension UInt64 {
    var isOdd: Bool { self & 1 == 1 }
}
