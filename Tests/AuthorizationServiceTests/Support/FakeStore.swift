import AuthorizationCore
import EventLog
import LedgerCrypto
import Threads

/// An event store in memory that keeps its promises: it gives places, judges fences, folds the estate, hashes leaves.
///
/// Tests can let the estate move under a proposal (``beforeEachAppend(_:)``) and let appends fail (``failNext(_:)``).
final class FakeStore: EventStore {
    private let content: Locked<FakeLog>
    private let now: @Sendable () -> Timestamp

    init(clock: @escaping @Sendable () -> Timestamp) {
        content = Locked(FakeLog())
        now = clock
    }

    var state: LedgerState { content.withLock { $0.state } }
    var health: StoreHealth { content.withLock { $0.health } }

    func append(_ proposal: Proposal) async throws(AppendError) -> Commit { try appendNow(proposal) }

    /// What `append` does, for tests that set a scene.
    @discardableResult
    func appendNow(_ proposal: Proposal) throws(AppendError) -> Commit {
        if let hook = content.withLock({ $0.hook }) {
            // What the hook appends does not call it again.
            content.withLock { $0.hook = nil }
            hook(self)
            content.withLock { if $0.hookIsKept { $0.hook = hook } }
        }
        let time = now()
        let (commit, folded) = try content.withLock { (log) throws(AppendError) in
            let commit = try log.append(proposal, at: time)
            return (commit, log.onCommit == nil ? [] : Array(log.events.suffix(proposal.events.count)))
        }
        if let onCommit = content.withLock({ $0.onCommit }) { onCommit(folded) }
        return commit
    }

    func admit(_ proposal: Proposal, reserving events: Int) async throws(AppendError) -> Admission {
        let commit = try appendNow(proposal)
        return Admission(first: commit.first, reservation: UInt64(commit.first.value), reservedEvents: events)
    }

    func release(_ admission: Admission) {
        content.withLock { $0.released.append(admission) }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerReader) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        try body(FakeReader(content.withLock { $0 }))
    }

    func keep(_ checkpoint: ReleasedCheckpoint) async throws(AppendError) {
        content.withLock { $0.checkpoints.append(checkpoint) }
    }

    func eraseSealed(of vaults: [VaultID], in range: Range<Int64>) async throws(AppendError) -> Int {
        content.withLock { log in
            let count = log.sealed.count
            log.sealed = log.sealed.filter { !(vaults.contains($0.value.vault) && range.contains($0.key.position)) }
            return count - log.sealed.count
        }
    }

    func stop() async {
        content.withLock { $0.health = .stopped("stopped") }
    }

    // MARK: - For tests

    /// All events, in order.
    var events: [Event] { content.withLock { $0.events } }
    /// The leaf bytes of all events, in order.
    var leaves: [[UInt8]] { content.withLock { $0.leaves } }
    /// The admissions that were given back.
    var released: [Admission] { content.withLock { $0.released } }
    /// The ciphertext records beside the log.
    var sealedRecords: [SealedRecord] { content.withLock { $0.sealed.map(\.value) } }

    /// All that it holds.
    var snapshot: FakeLog { content.withLock { $0 } }

    /// The next appends fail like this, one after the other, and write nothing.
    func failNext(_ errors: AppendError...) {
        content.withLock { $0.failures += errors }
    }

    /// Runs `hook` before the next append is judged, or before each one.
    func beforeNextAppend(_ hook: @escaping @Sendable (FakeStore) -> Void) {
        content.withLock { ($0.hook, $0.hookIsKept) = (hook, false) }
    }
    func beforeEachAppend(_ hook: @escaping @Sendable (FakeStore) -> Void) {
        content.withLock { ($0.hook, $0.hookIsKept) = (hook, true) }
    }

    /// Called with the events of every commit, as a store's writer feeds projections.
    func onCommit(_ body: @escaping @Sendable ([Event]) -> Void) {
        content.withLock { $0.onCommit = body }
    }

    /// Appends events of the service itself, without fences.
    @discardableResult
    func add(_ data: EventData..., by actor: Actor = .service) -> Commit? {
        let proposed = data.map {
            ProposedEvent(actor: actor, correlation: "test", blind: Bytes16(high: 1, low: 2), data: $0)
        }
        return try? content.withLock { (log) throws(AppendError) in
            try log.append(Proposal(events: proposed, consulted: log.state.consulted), at: now())
        }
    }
}

/// The content of a ``FakeStore``.
struct FakeLog: Sendable {
    struct SealedPlace: Hashable, Sendable {
        var position: Int64
        var field: String
    }

    var events: [Event] = []
    var leaves: [[UInt8]] = []
    var hashes: [SHA256Digest] = []
    var sealed: [SealedPlace: SealedRecord] = [:]
    var remembered: [Bytes32: RememberedRequest] = [:]
    var touched: [FenceName: Position] = [:]
    var checkpoints: [ReleasedCheckpoint] = []
    var released: [Admission] = []
    var health = StoreHealth.writable
    var failures: [AppendError] = []
    var hook: (@Sendable (FakeStore) -> Void)?
    var hookIsKept = false
    var onCommit: (@Sendable ([Event]) -> Void)?
    private var edge = RightEdge()
    private var estate = Estate()
    private var lastRecordedAt = Timestamp()

    var head: Head { Head(size: Int64(events.count), root: edge.root) }
    var state: LedgerState { LedgerState(head: head, estate: estate, recordedAt: lastRecordedAt) }

    mutating func append(_ proposal: Proposal, at time: Timestamp) throws(AppendError) -> Commit {
        if !failures.isEmpty { throw failures.removeFirst() }
        if case .stopped(let reason) = health { throw .stopped(reason) }
        for fence in proposal.unchanged {
            if let last = touched[fence], last >= proposal.consulted { throw .moved(fence) }
        }
        for fence in proposal.unused where touched[fence] != nil { throw .moved(fence) }

        let first = Position(Int64(events.count))
        let recordedAt = max(time, lastRecordedAt)
        var placed: [(event: Event, leaf: [UInt8])] = []
        for (index, proposed) in proposal.events.enumerated() {
            var data = proposed.data
            data.placeReferences(at: first)
            let event = Event(
                position: first.advanced(by: index), recordedAt: recordedAt, actor: proposed.actor,
                correlation: proposed.correlation, blind: proposed.blind, data: data)
            do throws(RecordedFormError) {
                placed.append((event, try RecordedForm.encode(event)))
            } catch {
                throw .form(error)
            }
        }
        for (index, (event, leaf)) in placed.enumerated() {
            take(event, leaf, sealed: proposal.events[index].sealed)
        }
        if let key = proposal.idempotency {
            remembered[key.key] = RememberedRequest(request: key.request, position: first)
            touched[.idempotency(key.key)] = first
        }
        lastRecordedAt = recordedAt
        return Commit(first: first, recordedAt: recordedAt, leafHashes: Array(hashes.suffix(placed.count)))
    }

    private mutating func take(_ event: Event, _ leaf: [UInt8], sealed records: [SealedRecord]) {
        events.append(event)
        leaves.append(leaf)
        hashes.append(SHA256.leafHash(leaf))
        edge.append(hashes[hashes.count - 1])
        if event.data.isEstate { estate.fold(event) }
        for fence in event.data.touchedFences { touched[fence] = event.position }
        for record in records {
            sealed[SealedPlace(position: event.position.value, field: record.field)] = record
        }
    }
}

/// Reads what a ``FakeStore`` held when it was asked.
final class FakeReader: LedgerReader {
    private let log: FakeLog

    init(_ log: FakeLog) { self.log = log }

    func head() -> Head { log.head }

    func event(at position: Position) -> StoredEvent? {
        guard log.leaves.indices.contains(Int(position.value)) else { return nil }
        return StoredEvent(
            position: position, leafHash: log.hashes[Int(position.value)], body: log.leaves[Int(position.value)])
    }

    func scan(
        _ range: Range<Int64>, _ body: (Position, UnsafeRawBufferPointer, SHA256Digest) throws(StoreError) -> Bool
    ) throws(StoreError) {
        for place in range.clamped(to: 0..<Int64(log.leaves.count)) {
            let goesOn = try log.leaves[Int(place)].withUnsafeBufferPointer { (bytes) throws(StoreError) in
                try body(Position(place), UnsafeRawBufferPointer(bytes), log.hashes[Int(place)])
            }
            guard goesOn else { return }
        }
    }

    func estatePositions(below limit: Position) -> [Position] {
        log.events.filter { $0.data.isEstate && $0.position < limit }.map(\.position)
    }

    func outcome(of decision: DecisionID) -> Position? {
        log.events.last { event in
            guard event.correlation == decision.text else { return false }
            return event.data.type == .tokenIssued || event.data.type == .tokenRefused
        }?.position
    }

    func lastTouch(of fence: FenceName) -> Position? { log.touched[fence] }
    func remembered(_ key: Bytes32) -> RememberedRequest? { log.remembered[key] }

    func sealedRecord(at position: Position, field: String) -> [UInt8]? {
        log.sealed[FakeLog.SealedPlace(position: position.value, field: field)]?.bytes
    }

    func leafHashes(_ range: Range<Int64>) -> [SHA256Digest] {
        Array(log.hashes[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    func tile(level: Int, index: Int64) -> [SHA256Digest]? {
        let source = LeafHashes(log.hashes)
        let first = UInt64(index) * UInt64(Tile.fullWidth)
        let hashes = (0..<UInt64(Tile.fullWidth)).compactMap { offset in
            try? source.hash(of: Subtree(level: 8 * level, index: first + offset))
        }
        return hashes.count == Tile.fullWidth ? hashes : nil
    }

    func newestCheckpoint() -> ReleasedCheckpoint? { log.checkpoints.last }
    func checkpoints() -> [ReleasedCheckpoint] { log.checkpoints }
}
