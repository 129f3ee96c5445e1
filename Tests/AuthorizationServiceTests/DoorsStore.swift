import AuthorizationCore
import EventLog
import LedgerCrypto
import Threads

/// A log in memory whose every failure a test can order.
final class DoorsStore: EventStore {
    struct Content: Sendable {
        var estate = Estate()
        var recordedAt = Timestamp(microseconds: 1_790_000_000_000_000)
        var leafHashes: [SHA256Digest] = []
        var bodies: [Int64: [UInt8]] = [:]
        var events: [Event] = []
        var tiles: [Tile: [SHA256Digest]] = [:]
        var builder = TileBuilder()
        var edge = RightEdge()
        var kept: [ReleasedCheckpoint] = []
        var health = StoreHealth.writable
        var appendFailure: AppendError?
        var keepFailure: AppendError?
        var readFailure: StoreError?
        /// A head that the stored hashes do not lead to.
        var falseRoot: SHA256Digest?
        /// Called inside ``DoorsStore/keep(_:)``, before anything is kept.
        var beforeKeeping: (@Sendable () async -> Void)?

        var head: Head { Head(size: Int64(edge.size), root: falseRoot ?? edge.root) }

        mutating func add(_ leafHash: SHA256Digest) {
            leafHashes.append(leafHash)
            edge.append(leafHash)
            for full in builder.append(leafHash) { tiles[full.tile] = full.hashes }
        }
    }

    let content = Locked(Content())

    /// Adds leaves of which only the hashes are known.
    func addLeaves(_ count: Int, seed: String = "leaf") {
        content.withLock { content in
            for _ in 0..<count { content.add(SHA256.leafHash(Array("\(seed) \(content.leafHashes.count)".utf8))) }
        }
    }

    @discardableResult
    func record(
        _ data: EventData, by actor: Actor = .service, at time: Timestamp? = nil
    ) throws -> Position {
        try content.withLock { content in
            let position = Position(content.head.size)
            if let time { content.recordedAt = time }
            let event = Event(
                position: position, recordedAt: content.recordedAt, actor: actor, correlation: "test",
                blind: Bytes16(high: 7, low: UInt64(position.value)), data: data)
            let body = try RecordedForm.encode(event)
            content.bodies[position.value] = body
            content.events.append(event)
            content.add(SHA256.leafHash(body))
            content.estate.fold(event)
            return position
        }
    }

    var state: LedgerState {
        content.withLock { LedgerState(head: $0.head, estate: $0.estate, recordedAt: $0.recordedAt) }
    }
    var health: StoreHealth { content.withLock { $0.health } }

    func append(_ proposal: Proposal) async throws(AppendError) -> Commit {
        if let failure = content.withLock({ $0.appendFailure }) { throw failure }
        var commit = Commit(
            first: Position(state.head.size), recordedAt: state.recordedAt, leafHashes: [])
        for event in proposal.events {
            do {
                let position = try record(event.data, by: event.actor)
                commit.leafHashes.append(content.withLock { $0.leafHashes[Int(position.value)] })
            } catch {
                throw .stopped("\(error)")
            }
        }
        return commit
    }

    func admit(_ proposal: Proposal, reserving events: Int) async throws(AppendError) -> Admission { throw .full }
    func release(_ admission: Admission) {}

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerReader) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        await Self.pause()
        let content = content.withLock { $0 }
        if let failure = content.readFailure { throw failure }
        return try body(DoorsReader(content))
    }

    func keep(_ checkpoint: ReleasedCheckpoint) async throws(AppendError) {
        await content.withLock { $0.beforeKeeping }?()
        await Self.pause()
        try content.withLock { (content) throws(AppendError) in
            if let failure = content.keepFailure { throw failure }
            content.kept.append(checkpoint)
            content.kept.sort { $0.size < $1.size }
        }
    }

    func eraseSealed(of vaults: [VaultID], in range: Range<Int64>) async throws(AppendError) -> Int { 0 }

    func stop() async {}

    /// Lets others in between, as threads of its own would.
    private static func pause() async {
        for _ in 0..<3 { await Task.yield() }
    }
}

final class DoorsReader: LedgerReader {
    private let content: DoorsStore.Content

    init(_ content: DoorsStore.Content) {
        self.content = content
    }

    func head() -> Head { content.head }

    func event(at position: Position) throws(StoreError) -> StoredEvent? {
        guard position.value < content.head.size else { return nil }
        guard let body = content.bodies[position.value] else { throw .missing(position) }
        return StoredEvent(position: position, leafHash: content.leafHashes[Int(position.value)], body: body)
    }

    func scan(
        _ range: Range<Int64>, _ body: (Position, UnsafeRawBufferPointer, SHA256Digest) throws(StoreError) -> Bool
    ) throws(StoreError) {
        for value in range.clamped(to: 0..<content.head.size) {
            guard let stored = try event(at: Position(value)) else { return }
            let goesOn = try stored.body.withUnsafeBufferPointer { (bytes) throws(StoreError) in
                try body(Position(value), UnsafeRawBufferPointer(bytes), stored.leafHash)
            }
            guard goesOn else { return }
        }
    }

    func estatePositions(below limit: Position) -> [Position] { [] }
    func outcome(of decision: DecisionID) -> Position? { nil }
    func lastTouch(of fence: FenceName) -> Position? { nil }
    func remembered(_ key: Bytes32) -> RememberedRequest? { nil }
    func sealedRecord(at position: Position, field: String) -> [UInt8]? { nil }

    func leafHashes(_ range: Range<Int64>) -> [SHA256Digest] {
        let range = range.clamped(to: 0..<content.head.size)
        return Array(content.leafHashes[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    func tile(level: Int, index: Int64) -> [SHA256Digest]? {
        content.tiles[Tile(level: level, index: UInt64(index))]
    }

    func newestCheckpoint() -> ReleasedCheckpoint? { content.kept.last }
    func checkpoints() -> [ReleasedCheckpoint] { content.kept }
}
