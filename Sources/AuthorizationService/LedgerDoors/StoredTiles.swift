internal import EventLog
internal import LedgerCrypto
internal import Threads

/// The tiles of the log as a reader sees it, partial ones of any width included.
struct StoredTiles {
    let reader: any LedgerReader
    let roots: FullTileRoots

    /// Exactly as many hashes as the tile is wide. The tile must exist in a tree of the reader's size.
    func hashes(of tile: Tile) throws(StoreError) -> [SHA256Digest] {
        let full = Int64(Tile.fullWidth)
        guard let index = Int64(exactly: tile.index), index <= Int64.max / full - 1 else {
            throw .unreadable("a tile beyond every tree")
        }
        let hashes: [SHA256Digest]
        if let stored = try reader.tile(level: tile.level, index: index) {
            hashes = Array(stored.prefix(tile.width))
        } else if tile.level == 0 {
            hashes = try reader.leafHashes((index * full)..<(index * full + Int64(tile.width)))
        } else {
            var below: [SHA256Digest] = []
            below.reserveCapacity(tile.width)
            for child in (index * full)..<(index * full + Int64(tile.width)) {
                below.append(try roots.root(level: tile.level - 1, index: child, from: reader))
            }
            hashes = below
        }
        guard hashes.count == tile.width else { throw .unreadable("a tile of \(hashes.count) hashes") }
        return hashes
    }

    /// The tree of the first `size` leaves, which the reader must see.
    func tree(ofSize size: Int64) -> TiledTree {
        TiledTree(size: UInt64(size)) { (tile) throws(ProofError) in
            do throws(StoreError) {
                return try hashes(of: tile)
            } catch {
                throw .nodeUnavailable(Subtree(level: 0, index: 0), reason: "\(error)")
            }
        }
    }
}

/// The roots of full tiles, which never change: the partial tile above them is made of them again and again.
final class FullTileRoots: Sendable {
    /// More are not needed at once: 255 for each level above the leaves.
    static let maximumKept = 4_096

    private struct Place: Hashable {
        var level: Int
        var index: Int64
    }

    private let kept = Locked<[Place: SHA256Digest]>([:])

    func root(level: Int, index: Int64, from reader: any LedgerReader) throws(StoreError) -> SHA256Digest {
        let place = Place(level: level, index: index)
        if let root = kept.withLock({ $0[place] }) { return root }
        guard let hashes = try reader.tile(level: level, index: index), hashes.count == Tile.fullWidth else {
            throw .unreadable("tile \(index) of level \(level) is missing")
        }
        let root = HashTile.root(ofFull: hashes)
        kept.withLock { kept in
            if kept.count >= Self.maximumKept { kept.removeAll(keepingCapacity: true) }
            kept[place] = root
        }
        return root
    }
}
