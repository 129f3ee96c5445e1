internal import EventLog
internal import LedgerCrypto

/// The tree as it is stored: full tiles, and leaf hashes beside the events behind the last of them.
struct StoredTree {
    private let leaves: SQLiteStatement
    private let tile: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        leaves = try connection.prepare(
            "SELECT position, leaf_hash FROM event WHERE position >= ?1 AND position < ?2 ORDER BY position")
        tile = try connection.prepare("SELECT hashes FROM tile WHERE level = ?1 AND n = ?2")
    }

    enum Fault: Error {
        case database(SQLiteError)
        case missingEvent(Int64)
        case missingTile(level: Int, index: Int64)
    }

    /// What appending to a tree of a given size goes on from.
    struct Growth {
        var edge: RightEdge
        var tiles: TileBuilder

        /// Of the empty tree.
        init() {
            edge = RightEdge()
            tiles = TileBuilder()
        }

        fileprivate init(edge: RightEdge, tiles: TileBuilder) {
            self.edge = edge
            self.tiles = tiles
        }
    }

    /// Computes the growth from what is stored.
    func growth(ofSize size: Int64) throws(Fault) -> Growth {
        let source = Source(self)
        do throws(ProofError) {
            let tree = TiledTree(size: UInt64(size), hashes: source.hashes)
            return Growth(
                edge: try RightEdge(size: UInt64(size), from: tree),
                tiles: try TileBuilder(size: UInt64(size), hashes: source.hashes))
        } catch {
            throw source.fault ?? .missingTile(level: 0, index: size / Int64(Tile.fullWidth))
        }
    }

    /// The stored leaf hashes of the range, all of them.
    func leafHashes(_ range: Range<Int64>) throws(Fault) -> [SHA256Digest] {
        var hashes: [SHA256Digest] = []
        var isDense = true
        do throws(SQLiteError) {
            try leaves.bind(1, range.lowerBound)
            try leaves.bind(2, range.upperBound)
            while isDense, try leaves.step() {
                if leaves.int64(0) == range.lowerBound + Int64(hashes.count),
                    let hash = SHA256Digest(bytes: leaves.blob(1))
                {
                    hashes.append(hash)
                } else {
                    isDense = false
                    leaves.reset()
                }
            }
        } catch {
            throw .database(error)
        }
        guard hashes.count == range.count else { throw .missingEvent(range.lowerBound + Int64(hashes.count)) }
        return hashes
    }

    /// Nil while the tile is not full.
    func fullTile(level: Int, index: Int64) throws(Fault) -> [SHA256Digest]? {
        do throws(SQLiteError) {
            try tile.bind(1, Int64(level))
            try tile.bind(2, index)
            guard try tile.step() else { return nil }
        } catch {
            throw .database(error)
        }
        defer { tile.reset() }
        do throws(TileError) {
            return try HashTile.hashes(in: tile.blob(0), width: Tile.fullWidth)
        } catch {
            throw .missingTile(level: level, index: index)
        }
    }

    private func requiredTile(level: Int, index: Int64) throws(Fault) -> [SHA256Digest] {
        guard let hashes = try fullTile(level: level, index: index) else {
            throw .missingTile(level: level, index: index)
        }
        return hashes
    }

    /// Gives tiles to whoever computes with them, each read once, and keeps the fault that a proof cannot carry.
    private final class Source {
        private let tree: StoredTree
        private var known: [Tile: [SHA256Digest]] = [:]
        private(set) var fault: Fault?

        init(_ tree: StoredTree) { self.tree = tree }

        func hashes(of tile: Tile) throws(ProofError) -> [SHA256Digest] {
            if let hashes = known[tile] { return hashes }
            do throws(Fault) {
                let hashes = try read(tile)
                known[tile] = hashes
                return hashes
            } catch {
                fault = error
                throw .nodeUnavailable(Subtree(level: 8 * tile.level, index: tile.index), reason: "not stored")
            }
        }

        private func read(_ tile: Tile) throws(Fault) -> [SHA256Digest] {
            if tile.isFull { return try tree.requiredTile(level: tile.level, index: Int64(tile.index)) }
            let first = Int64(tile.index) * Int64(Tile.fullWidth)
            let range = first..<first + Int64(tile.width)
            if tile.level == 0 { return try tree.leafHashes(range) }
            var hashes: [SHA256Digest] = []
            for index in range {
                hashes.append(HashTile.root(ofFull: try tree.requiredTile(level: tile.level - 1, index: index)))
            }
            return hashes
        }
    }
}
