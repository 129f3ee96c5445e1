import AuthorizationCore
import EventLog
import LedgerCrypto
import Testing

/// Makes stores of one kind, each with a log of its own.
protocol StoreFactory: Sendable {
    /// A new log with these first events, opened. `limits` are in events.
    func make(
        first: [ProposedEvent], clock: TestClock, maximumQueuedEvents: Int, urgentShare: Int
    ) async throws -> any EventStore

    /// The same log opened again, after the store was stopped.
    func reopen(_ store: any EventStore, clock: TestClock) async throws -> any EventStore
}

extension StoreFactory {
    func make(clock: TestClock = TestClock()) async throws -> any EventStore {
        try await make(
            first: [Sample.created, Sample.environment("prod")], clock: clock, maximumQueuedEvents: 8_192,
            urgentShare: 256)
    }
}

/// One promise of ``EventStore``, to which every store is held.
struct ContractRule: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let check: @Sendable (any StoreFactory) async throws -> Void

    init(_ sentence: String, _ check: @escaping @Sendable (any StoreFactory) async throws -> Void) {
        testDescription = sentence
        self.check = check
    }
}

/// Everything that a store promises. A new kind of store adds one test that runs these.
enum EventStoreContract {
    static let rules = places + fences + memory + limits + reading + erasing
}

extension EventStore {
    /// Proposes on the newest state.
    @discardableResult
    func propose(
        _ events: ProposedEvent..., unchanged: [FenceName] = [], unused: [FenceName] = [], consulted: Position? = nil,
        idempotency: RememberedRequest.Key? = nil, urgency: Proposal.Urgency = .ordinary, admission: Admission? = nil
    ) async throws(AppendError) -> Commit {
        try await append(
            Proposal(
                events: events, consulted: consulted ?? state.consulted, unchanged: unchanged, unused: unused,
                idempotency: idempotency, urgency: urgency, admission: admission))
    }

    /// All bodies, by place.
    func bodies() async throws -> [[UInt8]] {
        try await read { (reader) throws(StoreError) in
            var bodies: [[UInt8]] = []
            try reader.scan(0..<(try reader.head().size)) { (position, body, leafHash) in
                bodies.append([UInt8](body))
                return true
            }
            return bodies
        }
    }
}

/// What the store is asked for fails in just this way.
func expectMoved(_ fence: FenceName, _ body: () async throws(AppendError) -> Commit) async {
    do throws(AppendError) {
        let commit = try await body()
        Issue.record("it was appended at \(commit.first)")
    } catch {
        #expect(error == .moved(fence))
    }
}
