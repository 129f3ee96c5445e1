internal import AuthorizationCore
public import EventLog
internal import LedgerCrypto

/// Writes a ledger as static files that any client of C2SP tlog-tiles can verify: `checkpoint`, `tile/…`,
/// `tile/entries/…`, with the partial tiles of that checkpoint and no others.
///
/// Every event is hashed again on the way, and the checkpoint is written last, after the tree was found to be its own:
/// a folder without one is no whole export.
public struct TileExport: Sendable {
    /// A signed checkpoint, or a receipt, as a file; the newest one that the ledger kept when nil.
    public var checkpointFile: [UInt8]?
    public var keyring: CheckpointKeyring

    public init(at checkpointFile: [UInt8]? = nil, _ keyring: CheckpointKeyring) {
        self.checkpointFile = checkpointFile
        self.keyring = keyring
    }

    /// The checkpoint that was exported. `progress` is told events done and events in all.
    public func run(
        _ reader: any LedgerReader, to sink: any FileSink, progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(ExportFault) -> Checkpoint {
        let verified = try reader.exportCheckpoint(checkpointFile, keyring)
        let checkpoint = verified.checkpoint
        var writer = TileWriter(sink)
        var failure: ExportFault?
        do throws(StoreError) {
            try reader.scan(0..<Int64(checkpoint.size)) { (position, leaf, leafHash) in
                if position.value % 4_096 == 0 { progress(position.value, Int64(checkpoint.size)) }
                do throws(ExportFault) {
                    try writer.append(leaf, leafHash)
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            throw .proof(.audit(.store(error)))
        }
        if let failure { throw failure }
        guard try writer.finish() == checkpoint.root else {
            throw .proof(
                checkpointFile == nil ? .damagedTree(size: checkpoint.size) : .otherTree(size: checkpoint.size))
        }
        try sink.add("checkpoint", verified.note.bytes)
        try sink.finish()
        return checkpoint
    }
}

/// Collects events into bundles and hashes into tiles.
private struct TileWriter {
    private let sink: any FileSink
    private var tiles = TileBuilder()
    private var edge = RightEdge()
    private var bundle: [UInt8] = []

    init(_ sink: any FileSink) { self.sink = sink }

    mutating func append(_ leaf: UnsafeRawBufferPointer, _ leafHash: SHA256Digest) throws(ExportFault) {
        do throws(TileError) {
            try EntryBundle.append(leaf, to: &bundle)
        } catch {
            throw .proof(.audit(.noEvent(Position(Int64(tiles.size)))))
        }
        edge.append(leafHash)
        for full in tiles.append(leafHash) {
            try sink.add(TilePath.hashes(full.tile).text, HashTile.bytes(full.hashes))
            if full.tile.level == 0 { try writeBundle(EntryBundleTile(index: full.tile.index)) }
        }
    }

    private mutating func writeBundle(_ place: EntryBundleTile) throws(ExportFault) {
        try sink.add(TilePath.entries(place).text, bundle)
        bundle.removeAll(keepingCapacity: true)
    }

    /// Writes the partial tiles; the tree's root.
    mutating func finish() throws(ExportFault) -> SHA256Digest {
        for level in TileLevel.all(inTreeOfSize: tiles.size) {
            guard let tile = level.partialTile else { continue }
            try sink.add(TilePath.hashes(tile).text, HashTile.bytes(tiles.partialTile(level: level.level)))
            if level.level == 0 { try writeBundle(EntryBundleTile(index: tile.index, width: tile.width)) }
        }
        return edge.root
    }
}

extension LedgerReader {
    /// The checkpoint of an export: the given one, or the newest kept.
    func exportCheckpoint(_ file: [UInt8]?, _ keyring: CheckpointKeyring) throws(ExportFault) -> VerifiedCheckpoint {
        do throws(ProofFault) {
            guard let file else { return try newestCheckpoint(keyring) }
            let verified = try keyring.verify(file: file)
            let size = try proving { (reader) throws(StoreError) in try reader.head().size }
            guard verified.checkpoint.size <= UInt64(size) else {
                throw ProofFault.beyondLedger(checkpoint: verified.checkpoint.size, size: size)
            }
            return verified
        } catch {
            throw .proof(error)
        }
    }
}
