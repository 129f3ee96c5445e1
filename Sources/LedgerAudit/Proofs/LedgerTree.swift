internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto

/// The tree of a ledger at any size up to its head, from stored tiles and leaf hashes.
///
/// What is stored may be wrong. Whoever makes a proof from it verifies that against a signed root before showing it.
final class LedgerTree {
    /// Tiles kept at once, 8 KiB each.
    private static let maximumTiles = 2_048

    private let reader: any LedgerReader
    private var tiles: [Place: [SHA256Digest]] = [:]
    /// Why a hash could not be had, where it was the store's fault.
    private var fault: StoreError?

    private struct Place: Hashable {
        let level: Int
        let index: UInt64
    }

    init(_ reader: any LedgerReader) { self.reader = reader }

    /// The tree of the first `size` events, which the ledger must have.
    func ofSize(_ size: UInt64) -> TiledTree {
        TiledTree(size: size) { [self] (tile) throws(ProofError) in
            do throws(StoreError) {
                return try hashes(of: tile)
            } catch {
                fault = error
                throw .nodeUnavailable(Subtree(level: 0, index: 0), reason: "not stored")
            }
        }
    }

    /// The root that the ledger's tree has at a size.
    func root(ofSize size: UInt64) throws(ProofFault) -> SHA256Digest {
        try proving(size) { (tree) throws(ProofError) in try RightEdge(size: size, from: tree).root }
    }

    /// Runs what computes a proof; an error is the store's, or says that the stored tree is damaged.
    func proving<Output>(
        _ size: UInt64, _ body: (TiledTree) throws(ProofError) -> Output
    ) throws(ProofFault) -> Output {
        fault = nil
        do throws(ProofError) {
            return try body(ofSize(size))
        } catch {
            if let fault { throw .audit(.store(fault)) }
            throw .damagedTree(size: size)
        }
    }

    private func hashes(of tile: Tile) throws(StoreError) -> [SHA256Digest] {
        if let full = try fullTile(level: tile.level, index: tile.index) { return Array(full.prefix(tile.width)) }
        let first = Int64(tile.index) * Int64(Tile.fullWidth)
        let range = first..<first + Int64(tile.width)
        if tile.level == 0 { return try reader.leafHashes(range) }
        var hashes: [SHA256Digest] = []
        for index in range {
            guard let below = try fullTile(level: tile.level - 1, index: UInt64(index)) else {
                throw .unreadable("tile \(index) of level \(tile.level - 1) is missing")
            }
            hashes.append(HashTile.root(ofFull: below))
        }
        return hashes
    }

    private func fullTile(level: Int, index: UInt64) throws(StoreError) -> [SHA256Digest]? {
        let place = Place(level: level, index: index)
        if let tile = tiles[place] { return tile }
        guard let tile = try reader.tile(level: level, index: Int64(index)) else { return nil }
        guard tile.count == Tile.fullWidth else { throw .unreadable("tile \(index) of level \(level) is cut short") }
        if tiles.count >= Self.maximumTiles { tiles.removeAll(keepingCapacity: true) }
        tiles[place] = tile
        return tile
    }
}
