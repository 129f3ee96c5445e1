public import LedgerCrypto

/// That a tree is the beginning of a larger one: nothing that was there was changed, moved or removed.
public struct ConsistencyProof: Equatable, Sendable {
    public let oldSize: UInt64
    public let newSize: UInt64
    public let hashes: [SHA256Digest]

    /// A proof that came from somewhere; it proves nothing before ``verify(oldRoot:newRoot:)``.
    public init(oldSize: UInt64, newSize: UInt64, hashes: [SHA256Digest]) {
        self.oldSize = oldSize
        self.newSize = newSize
        self.hashes = hashes
    }

    /// Makes the proof: PROOF of RFC 6962 section 2.1.2. From size 0 and between equal sizes it is empty.
    public init(oldSize: UInt64, newSize: UInt64, from source: some NodeSource) throws(ProofError) {
        guard newSize <= MerkleTree.maximumSize else { throw .sizeTooLarge(newSize) }
        guard oldSize <= newSize else { throw .sizesOutOfOrder(old: oldSize, new: newSize) }
        guard oldSize > 0, oldSize < newSize else {
            self.init(oldSize: oldSize, newSize: newSize, hashes: [])
            return
        }
        var parts: [LeafRange] = []
        var range = LeafRange(0, newSize)
        // The old tree ends at the end of the range when everything left is in it.
        while range.end != oldSize {
            let (left, right) = range.halves
            (range, parts) = oldSize <= left.end ? (left, parts + [right]) : (right, parts + [left])
        }
        // If it is the whole old tree, the verifier has its root.
        if range.start > 0 { parts.append(range) }
        var hashes: [SHA256Digest] = []
        for part in parts.reversed() { hashes.append(try part.root(from: source)) }
        self.init(oldSize: oldSize, newSize: newSize, hashes: hashes)
    }

    /// Returns if the old tree is the beginning of the new one; throws otherwise. RFC 9162 section 2.1.4.2.
    ///
    /// An old size of 0 is refused with ``ProofError/emptyOldTree``, even for two empty trees: nothing would be proved, and
    /// a caller that asked for a proof must not take that for one. Witnesses have their own rule,
    /// ``verifyAsWitness(oldRoot:newRoot:)``.
    public func verify(oldRoot: SHA256Digest, newRoot: SHA256Digest) throws(ProofError) {
        guard newSize <= MerkleTree.maximumSize else { throw .sizeTooLarge(newSize) }
        guard oldSize <= newSize else { throw .sizesOutOfOrder(old: oldSize, new: newSize) }
        guard oldSize > 0 else { throw .emptyOldTree }
        guard oldSize < newSize else {
            guard hashes.isEmpty else { throw .wrongLength(hashes: hashes.count) }
            guard oldRoot == newRoot else { throw .rootMismatch(old: true) }
            return
        }
        // Number of the node on the way up, and of the last node of its level.
        var (node, last) = (oldSize - 1, newSize - 1)
        while node.isOdd {
            node >>= 1
            last >>= 1
        }
        // Where the old tree is one complete subtree, its root is the first hash and not in the proof.
        let isComplete = oldSize.nonzeroBitCount == 1
        guard let first = isComplete ? oldRoot : hashes.first else { throw .wrongLength(hashes: hashes.count) }
        var (old, new) = (first, first)
        for hash in hashes.dropFirst(isComplete ? 0 : 1) {
            guard last > 0 else { throw .wrongLength(hashes: hashes.count) }
            if node.isOdd || node == last {
                old = SHA256.nodeHash(hash, old)
                new = SHA256.nodeHash(hash, new)
                while !node.isOdd, node > 0 {
                    node >>= 1
                    last >>= 1
                }
            } else {
                new = SHA256.nodeHash(new, hash)
            }
            node >>= 1
            last >>= 1
        }
        guard last == 0 else { throw .wrongLength(hashes: hashes.count) }
        guard old == oldRoot else { throw .rootMismatch(old: true) }
        guard new == newRoot else { throw .rootMismatch(old: false) }
    }

    /// The same by the rule of a witness (C2SP tlog-witness): from size 0, which is where a witness starts with a log it
    /// has not seen, the proof must be empty and **nothing is verified**. All other sizes are as in
    /// ``verify(oldRoot:newRoot:)``.
    public func verifyAsWitness(oldRoot: SHA256Digest, newRoot: SHA256Digest) throws(ProofError) {
        guard oldSize == 0 else { return try verify(oldRoot: oldRoot, newRoot: newRoot) }
        guard newSize <= MerkleTree.maximumSize else { throw .sizeTooLarge(newSize) }
        guard hashes.isEmpty else { throw .wrongLength(hashes: hashes.count) }
        guard newSize > 0 || newRoot == MerkleTree.emptyRoot else { throw .rootMismatch(old: false) }
    }
}
