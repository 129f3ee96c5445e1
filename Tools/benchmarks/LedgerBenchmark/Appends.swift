import AuthorizationCore
import EventLog
import EventLogSQLite
import SyntheticLedgers

/// Appends to a new ledger for some seconds, the next proposal when the one before is durable.
struct Appends {
    private let path: String
    private let seconds: Double

    init(at path: String, seconds: Int) {
        self.path = path
        self.seconds = Double(seconds)
    }

    /// One caller, whose proposals hold `batch` events each: one commit per proposal.
    func run(batch: Int) async throws {
        let store = try open()
        let start = monotonicSeconds()
        let took = try await append(
            to: store, seed: 1, eventsPerProposal: batch, proposals: max(1, 4_096 / batch),
            until: start + seconds)
        report(took, events: took.count * batch, elapsed: monotonicSeconds() - start)
        await store.stop()
    }

    /// Many callers with one event each: whatever waits when a commit ends goes into the next.
    func run(callers: Int) async throws {
        let store = try open()
        let start = monotonicSeconds()
        let seconds = seconds
        let took = try await withThrowingTaskGroup(of: [Double].self) { group in
            for caller in 0..<callers {
                group.addTask {
                    try await append(
                        to: store, seed: UInt64(caller + 1), eventsPerProposal: 1, proposals: 8 + 4_096 / callers,
                        until: start + seconds)
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        report(took, events: took.count, elapsed: monotonicSeconds() - start)
        await store.stop()
    }

    private func open() throws -> SQLiteEventStore {
        var created = LedgerCreated()
        created.origin = "bench.example/appends"
        let first = ProposedEvent(
            actor: .service, correlation: "bench", blind: Bytes16(), data: .ledger(.created(created)))
        try SQLiteEventStore.create(at: path, first: [first], clock: wallClock)
        return try SQLiteEventStore.open(at: path, clock: wallClock)
    }

    private func report(_ took: [Double], events: Int, elapsed: Double) {
        let sorted = took.sorted()
        guard !sorted.isEmpty else { return }
        let figures = [
            Double(events) / elapsed, Double(sorted.count) / elapsed, sorted[sorted.count / 2] * 1e6,
            sorted[sorted.count * 99 / 100] * 1e6,
        ]
        print(figures.map { String(Int($0.rounded())) }.joined(separator: "\t"))
    }
}

/// Appends until the time is over, and returns how long each append took, in seconds. What is appended was made before:
/// the program to which this is compared only has bytes to write, too.
private func append(
    to store: SQLiteEventStore, seed: UInt64, eventsPerProposal count: Int, proposals: Int, until end: Double
) async throws -> [Double] {
    var numbers = SeededNumbers(state: seed)
    let proposals = (0..<proposals).map { _ in
        Proposal(events: attempts(count, &numbers), consulted: Position(1))
    }
    var took: [Double] = []
    var now = monotonicSeconds()
    while now < end {
        let before = now
        _ = try await store.append(proposals[took.count % proposals.count])
        now = monotonicSeconds()
        took.append(now - before)
    }
    return took
}

private func attempts(_ count: Int, _ numbers: inout SeededNumbers) -> [ProposedEvent] {
    let correlation = DecisionID(milliseconds: wallClock().microseconds / 1_000, random: numbers.bits()).text
    return (0..<count).map { _ in
        var data = ValidationAttempted()
        data.identity = IdentityID(bits: 1 << 100)
        data.via = [APIID(bits: 1 << 101)]
        data.outcome = .accepted
        data.startedAt = wallClock()
        data.status = 200
        data.subjectKind = .userName
        data.subjectReference = SubjectReference(bits: numbers.bits())
        data.subjectNew = false
        data.tookMicroseconds = 1_000
        return ProposedEvent(
            actor: .service, correlation: correlation, blind: numbers.blind(), data: .tokens(.attempted(data)))
    }
}
