public import LedgerCrypto

/// Takes the hashes for proofs from the tiles of a tree of a given size.
public struct TiledTree: NodeSource {
    public let size: UInt64
    private let hashes: (Tile) throws(ProofError) -> [SHA256Digest]

    /// `hashes` gives the hashes of a tile that exists in the tree, partial ones included, exactly as many as it is wide.
    public init(size: UInt64, hashes: @escaping (Tile) throws(ProofError) -> [SHA256Digest]) {
        self.size = size
        self.hashes = hashes
    }

    public func hash(of subtree: Subtree) throws(ProofError) -> SHA256Digest {
        guard subtree.leafCount <= size, subtree.index < size / subtree.leafCount else {
            throw .nodeUnavailable(subtree, reason: "beyond the tree")
        }
        let level = subtree.level / Tile.height
        let count = 1 << (subtree.level % Tile.height)
        // The subtree's first node among all nodes of the tile's level.
        let first = subtree.index * UInt64(count)
        let index = first / UInt64(Tile.fullWidth)
        let available = (size >> UInt64(Tile.height * level)) - index * UInt64(Tile.fullWidth)
        let tile = Tile(level: level, index: index, width: Int(min(available, UInt64(Tile.fullWidth))))
        let start = Int(first % UInt64(Tile.fullWidth))
        return MerkleTree.root(ofComplete: try hashes(tile).checked(for: tile)[start..<(start + count)])
    }
}
