internal import EventLog
internal import LedgerCrypto

/// The Merkle tree (RFC 6962, section 2.1) computed again from leaf hashes alone.
///
/// It shares nothing with the writer's tree but SHA-256: what was computed when it was written is computed another way
/// when it is checked.
struct TreeRebuild: ~Copyable {
    /// Levels of hashes between two levels of tiles.
    private static let tileHeight = 8
    static let tileWidth = 256

    private var hasher = SHA256Hasher()
    /// The complete subtree of 2^level leaves that ends at the size, where the size has that bit.
    private var edge: [SHA256Digest] = []
    private(set) var size: Int64 = 0
    /// Hashes of the tile of each level that is not full yet.
    private var openTiles: [[SHA256Digest]] = []

    /// A tile that became full.
    struct FullTile {
        let level: Int
        let index: Int64
        let hashes: [SHA256Digest]
    }

    /// Adds the next leaf, and returns the tiles that it completes.
    mutating func append(_ leafHash: SHA256Digest) -> [FullTile] {
        var full: [FullTile] = []
        var node = leafHash
        var level = 0
        addToTile(node, level: 0, &full)
        while size >> Int64(level) & 1 == 1 {
            node = hasher.nodeHash(edge[level], node)
            level += 1
            if level % Self.tileHeight == 0 { addToTile(node, level: level / Self.tileHeight, &full) }
        }
        if level == edge.count { edge.append(node) } else { edge[level] = node }
        size += 1
        return full
    }

    private mutating func addToTile(_ node: SHA256Digest, level: Int, _ full: inout [FullTile]) {
        if openTiles.count == level {
            openTiles.append([])
            openTiles[level].reserveCapacity(Self.tileWidth)
        }
        openTiles[level].append(node)
        guard openTiles[level].count == Self.tileWidth else { return }
        // The leaf that is being appended counts.
        let index = ((size + 1) >> Int64(Self.tileHeight * (level + 1))) - 1
        full.append(FullTile(level: level, index: index, hashes: openTiles[level]))
        openTiles[level] = []
        openTiles[level].reserveCapacity(Self.tileWidth)
    }

    /// The root over everything appended so far.
    mutating func root() -> SHA256Digest {
        var root: SHA256Digest?
        for level in edge.indices where size >> Int64(level) & 1 == 1 {
            root = root.map { hasher.nodeHash(edge[level], $0) } ?? edge[level]
        }
        return root ?? MerkleTree.emptyRoot
    }

    /// The complete subtrees from left to right, as the head row holds them.
    var serializedEdge: [UInt8] {
        edge.indices.reversed().filter { size >> Int64($0) & 1 == 1 }.flatMap { edge[$0].bytes }
    }
}
