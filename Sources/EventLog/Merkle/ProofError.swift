/// Why a proof could not be made, or proves nothing.
public enum ProofError: Error, Equatable, Sendable {
    /// A leaf index is not below the tree size.
    case indexOutOfRange(index: UInt64, size: UInt64)
    /// The old tree is larger than the new one.
    case sizesOutOfOrder(old: UInt64, new: UInt64)
    /// The old tree is empty, and every tree is consistent with it: such a proof says nothing.
    case emptyOldTree
    /// The tree is larger than 2^63 − 1 leaves.
    case sizeTooLarge(UInt64)
    /// The proof has more or fewer hashes than its index and sizes ask for.
    case wrongLength(hashes: Int)
    /// The proof leads to another root than the one it should prove. For a consistency proof, `old` says which one.
    case rootMismatch(old: Bool)
    /// A stored right edge does not have the length that its size asks for.
    case damagedEdge(size: UInt64, length: Int)
    /// A hash that the proof needs is missing or damaged in the store.
    case nodeUnavailable(Subtree, reason: String)
}
