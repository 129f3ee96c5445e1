internal import LedgerCrypto

/// Finds the edge of a tree size again, from stored tiles and the leaf hashes behind the last full one.
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

    struct Edges {
        var edge: TreeEdge
        var open: OpenTiles
    }

    func edges(ofSize size: Int64, with hasher: inout SHA256Hasher) throws(Fault) -> Edges {
        var levels = [try leafHashes(size / Tile.width * Tile.width..<size)]
        var count = size / Tile.width
        var level = 1
        while count > 0 {
            var hashes: [SHA256Digest] = []
            for index in count / Tile.width * Tile.width..<count {
                guard let below = try fullTile(level: level - 1, index: index) else {
                    throw .missingTile(level: level - 1, index: index)
                }
                hashes.append(Tile.root(of: below, with: &hasher))
            }
            levels.append(hashes)
            count /= Tile.width
            level += 1
        }
        var nodes: [SHA256Digest] = []
        for hashes in levels.reversed() {
            var part = TreeEdge()
            for hash in hashes { part.append(hash, with: &hasher) }
            nodes += part.nodes
        }
        return Edges(edge: TreeEdge(size: size, nodes: nodes), open: OpenTiles(levels: levels))
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
            defer { tile.reset() }
            return Tile.hashes(in: tile.blob(0)).flatMap { $0.count == Int(Tile.width) ? $0 : nil }
        } catch {
            throw .database(error)
        }
    }
}
