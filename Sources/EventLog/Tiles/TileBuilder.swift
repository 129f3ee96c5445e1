public import LedgerCrypto

/// Collects leaf hashes into tiles: keeps the partial tile of each level and hands out each tile that becomes full.
public struct TileBuilder: Sendable {
    public private(set) var size: UInt64
    private var partial: [[SHA256Digest]]

    /// A tile that became full, to be stored once and never changed.
    public struct FullTile: Equatable, Sendable {
        public let tile: Tile
        public let hashes: [SHA256Digest]
    }

    /// The empty tree.
    public init() {
        size = 0
        partial = Array(repeating: [], count: Tile.usedLevels.count)
    }

    /// Goes on with a tree of this size. `hashes` gives the hashes of each partial tile: of level 0 from stored leaf
    /// hashes, of the others from the roots of stored full tiles below.
    public init(
        size: UInt64, hashes: (Tile) throws(ProofError) -> [SHA256Digest]
    ) throws(ProofError) {
        guard size <= MerkleTree.maximumSize else { throw .sizeTooLarge(size) }
        self.init()
        self.size = size
        for level in TileLevel.all(inTreeOfSize: size) {
            guard let tile = level.partialTile else { continue }
            partial[level.level] = try hashes(tile).checked(for: tile)
        }
    }

    /// Adds the next leaf and returns the tiles that it completed, from the leaves up: none, except for every 256th.
    public mutating func append(_ leafHash: SHA256Digest) -> [FullTile] {
        precondition(size < MerkleTree.maximumSize, "the tree is full")
        size += 1
        var completed: [FullTile] = []
        var hash = leafHash
        for level in Tile.usedLevels {
            partial[level].append(hash)
            guard partial[level].count == Tile.fullWidth else { break }
            let index = (size >> UInt64(Tile.height * (level + 1))) - 1
            completed.append(FullTile(tile: Tile(level: level, index: index), hashes: partial[level]))
            hash = HashTile.root(ofFull: partial[level])
            partial[level].removeAll(keepingCapacity: true)
        }
        return completed
    }

    /// The hashes of the partial tile of a level; empty where there is none.
    public func partialTile(level: Int) -> [SHA256Digest] {
        Tile.usedLevels.contains(level) ? partial[level] : []
    }
}

extension [SHA256Digest] {
    /// The hashes, if there are as many as the tile is wide.
    func checked(for tile: Tile) throws(ProofError) -> [SHA256Digest] {
        guard count == tile.width else {
            throw .nodeUnavailable(
                Subtree(level: Tile.height * tile.level, index: tile.index * UInt64(Tile.fullWidth)),
                reason: "a tile of \(count) hashes instead of \(tile.width)")
        }
        return self
    }
}
