import AuthorizationCore
import EventLog
import LedgerCrypto

/// A ledger in memory, every part of which a test can change by itself.
final class MemoryLedger: AuditReader {
    struct Row {
        var leafHash: SHA256Digest
        var body: [UInt8]
    }

    /// A row of the side table.
    struct Sealed {
        var position: Position
        var field: String
        var vault: VaultID?
        var bytes: [UInt8]
    }

    struct TilePlace: Hashable {
        var level: Int
        var index: Int64
    }

    var rows: [Row?] = []
    var tiles: [TilePlace: [SHA256Digest]] = [:]
    var pinned = Head(size: 0, root: SHA256.hash([]))
    var edge: [UInt8] = []
    var kept: [ReleasedCheckpoint] = []
    var estateIndex: [Position] = []
    var outcomes: [(DecisionID, Position)] = []
    var sealed: [Sealed] = []
    var storedSnapshots: [Head] = []
    /// Where fences were last touched, by name: what a store keeps of accounts, subjects, tokens and families.
    var touches: [FenceName: Position] = [:]

    static let start = Timestamp(microseconds: 1_790_000_000_000_000)

    /// Records the events, ten to a second, and keeps a checkpoint after every `checkpointEvery` of them.
    init(_ events: [ProposedEvent], checkpointEvery: Int = 50, signer: NoteSigner = Story.signer) throws {
        for (index, proposed) in events.enumerated() {
            try append(
                proposed,
                at: Timestamp(microseconds: Self.start.microseconds + Int64(index / 10) * 1_000_000))
        }
        rebuildTree()
        for size in stride(from: checkpointEvery, through: rows.count, by: checkpointEvery) {
            try keepCheckpoint(size: size, signer: signer)
        }
        if rows.count >= 20 { storedSnapshots = [Head(size: 20, root: root(of: 20))] }
    }

    /// The same ledger once more, to be changed by itself.
    init(copying other: MemoryLedger) {
        rows = other.rows
        tiles = other.tiles
        pinned = other.pinned
        edge = other.edge
        kept = other.kept
        estateIndex = other.estateIndex
        outcomes = other.outcomes
        sealed = other.sealed
        storedSnapshots = other.storedSnapshots
        touches = other.touches
    }

    func append(_ proposed: ProposedEvent, at time: Timestamp) throws {
        let position = Position(Int64(rows.count))
        let event = Event(
            position: position, recordedAt: time, actor: proposed.actor, correlation: proposed.correlation,
            blind: proposed.blind, data: proposed.data)
        try append(leaf: try RecordedForm.encode(event))
        for record in proposed.sealed {
            sealed.append(
                Sealed(position: position, field: record.field, vault: record.vault, bytes: record.bytes))
        }
    }

    /// Records a leaf as it stands, and indexes it.
    func append(leaf body: [UInt8]) throws {
        let event = try RecordedForm.decode(body)
        let position = event.position
        rows.append(Row(leafHash: SHA256.leafHash(body), body: body))
        if event.data.isEstate { estateIndex.append(position) }
        for fence in event.data.touchedFences { touches[fence] = position }
        switch event.data {
        case .tokens(.issued), .tokens(.refused):
            if let decision = DecisionID(text: event.correlation) { outcomes.append((decision, position)) }
        default: break
        }
    }

    /// Tiles, head and edge from the leaf hashes, as the store does it.
    func rebuildTree() {
        var edge = RightEdge()
        var builder = TileBuilder()
        tiles = [:]
        for row in rows {
            guard let row else { continue }
            edge.append(row.leafHash)
            for full in builder.append(row.leafHash) {
                tiles[TilePlace(level: full.tile.level, index: Int64(full.tile.index))] = full.hashes
            }
        }
        pinned = Head(size: Int64(rows.count), root: edge.root)
        self.edge = edge.serialized
    }

    func root(of size: Int) -> SHA256Digest {
        var edge = RightEdge()
        for row in rows.prefix(size) { if let row { edge.append(row.leafHash) } }
        return edge.root
    }

    func keepCheckpoint(size: Int, signer: NoteSigner = Story.signer, origin: String = Story.origin) throws {
        let checkpoint = try Checkpoint(origin: origin, size: UInt64(size), root: root(of: size))
        let note = try checkpoint.signed(by: signer)
        kept.removeAll { $0.size == size }
        kept.append(ReleasedCheckpoint(size: Int64(size), note: note.bytes))
        kept.sort { $0.size < $1.size }
    }

    /// Replaces an event's bytes and gives them their hash, as somebody would who knows the format.
    func rewrite(_ position: Int, _ change: (inout Event) -> Void) throws {
        guard let row = rows[position] else { return }
        var event = try RecordedForm.decode(row.body)
        change(&event)
        let body = try RecordedForm.encode(event)
        rows[position] = Row(leafHash: SHA256.leafHash(body), body: body)
    }

    // MARK: LedgerReader

    func head() throws(StoreError) -> Head { pinned }

    func event(at position: Position) throws(StoreError) -> StoredEvent? {
        guard (0..<pinned.size).contains(position.value) else { return nil }
        var found: StoredEvent?
        try scan(position.value..<position.value + 1) { position, body, hash in
            found = StoredEvent(position: position, leafHash: hash, body: [UInt8](body))
            return true
        }
        return found
    }

    func scan(
        _ range: Range<Int64>, _ body: (Position, UnsafeRawBufferPointer, SHA256Digest) throws(StoreError) -> Bool
    ) throws(StoreError) {
        for place in range.clamped(to: 0..<pinned.size) {
            guard place < rows.count, let row = rows[Int(place)] else { throw .missing(Position(place)) }
            let hash = SHA256.leafHash(row.body)
            guard hash == row.leafHash else {
                throw .damaged(Position(place), "its bytes do not have the recorded hash")
            }
            let goesOn = try row.body.withUnsafeBufferPointer { (bytes) throws(StoreError) in
                try body(Position(place), UnsafeRawBufferPointer(bytes), hash)
            }
            guard goesOn else { return }
        }
    }

    func estatePositions(below limit: Position) throws(StoreError) -> [Position] { estateIndex.filter { $0 < limit } }
    func outcome(of decision: DecisionID) throws(StoreError) -> Position? { outcomes.first { $0.0 == decision }?.1 }
    func lastTouch(of fence: FenceName) throws(StoreError) -> Position? {
        switch fence {
        case .family, .refreshToken, .account, .subject, .token: touches[fence]
        case .estate, .environment, .operator, .holds, .proof, .assertion, .idempotency: nil
        }
    }
    func remembered(_ key: Bytes32) throws(StoreError) -> RememberedRequest? { nil }
    func sealedRecord(at position: Position, field: String) throws(StoreError) -> [UInt8]? {
        sealed.first { $0.position == position && $0.field == field }?.bytes
    }
    func leafHashes(_ range: Range<Int64>) throws(StoreError) -> [SHA256Digest] {
        range.compactMap { rows[Int($0)]?.leafHash }
    }
    func tile(level: Int, index: Int64) throws(StoreError) -> [SHA256Digest]? {
        tiles[TilePlace(level: level, index: index)]
    }
    func newestCheckpoint() throws(StoreError) -> ReleasedCheckpoint? { kept.last }
    func checkpoints() throws(StoreError) -> [ReleasedCheckpoint] { kept }

    // MARK: AuditReader

    /// What a service recorded while the audit ran.
    var later: [Row] = []

    func refresh() throws(StoreError) {
        // The first refresh begins the audit; what is recorded later shows at the second.
        wasRefreshed.toggle()
        guard !wasRefreshed, !later.isEmpty else { return }
        rows += later
        later = []
        pinned.size = Int64(rows.count)
    }
    private var wasRefreshed = false

    func scanSealed(
        _ range: Range<Int64>, _ body: (SealedRow) throws(StoreError) -> Bool
    ) throws(StoreError) {
        for row in sealed where range.contains(row.position.value) {
            let field = Array(row.field.utf8)
            let goesOn = try field.withUnsafeBufferPointer { (field) throws(StoreError) in
                try row.bytes.withUnsafeBufferPointer { (bytes) throws(StoreError) in
                    try body(
                        SealedRow(
                            position: row.position, field: UnsafeRawBufferPointer(field), vault: row.vault,
                            record: UnsafeRawBufferPointer(bytes)))
                }
            }
            guard goesOn else { return }
        }
    }
    func scanOutcomes(_ body: (DecisionID, Position) throws(StoreError) -> Bool) throws(StoreError) {
        for (decision, position) in outcomes.reversed() {
            guard try body(decision, position) else { return }
        }
    }
    func snapshots() throws(StoreError) -> [Head] { storedSnapshots }
    func storedEdge() throws(StoreError) -> (size: Int64, edge: [UInt8]) { (pinned.size, edge) }
    func eventsOutsideHead() throws(StoreError) -> Int64 { max(0, Int64(rows.count) - pinned.size) }
}
