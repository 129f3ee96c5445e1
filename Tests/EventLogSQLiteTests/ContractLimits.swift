import AuthorizationCore
import EventLog
import LedgerCrypto
import Testing

extension EventStoreContract {
    /// Admissions, and what happens when too much waits.
    static let limits: [ContractRule] = [
        ContractRule("what was admitted stands before what is appended afterwards, and is as durable") { factory in
            let store = try await factory.make()
            let size = store.state.head.size
            let admission = try await store.admit(
                Proposal(events: [Sample.read()], consulted: store.state.consulted), reserving: 3)
            let commit = try await store.propose(Sample.read(2), admission: admission)
            #expect(admission.first?.value ?? size == size)
            #expect(commit.first.value == size + 1)
            await store.stop()
            let reopened = try await factory.reopen(store, clock: TestClock())
            #expect(reopened.state.head.size == size + 2)
            await reopened.stop()
        },
        ContractRule("an append can name the event that its admission has queued") { factory in
            let store = try await factory.make()
            let decision = DecisionID(bits: 77)
            let admission = try await store.admit(
                Proposal(events: [Sample.read()], consulted: store.state.consulted), reserving: 3)
            let commit = try await store.propose(
                Sample.refused(decision, attempts: [.admission]), admission: admission)
            let stored = try await store.read { (reader) throws(StoreError) in try reader.event(at: commit.first) }
            guard case .tokens(.refused(let data)) = try RecordedForm.decode(try #require(stored).body).data else {
                Issue.record("another event")
                return
            }
            #expect(data.attempts == [.position(commit.first.advanced(by: -1))])
            await store.stop()
        },
        ContractRule("an admission that nothing follows is written all the same") { factory in
            let store = try await factory.make()
            let size = store.state.head.size
            _ = try await store.admit(
                Proposal(events: [Sample.read()], consulted: store.state.consulted, unchanged: [.estate]),
                reserving: 1)
            while store.state.head.size == size { try await Task.sleep(for: .milliseconds(1)) }
            #expect(store.state.head.size == size + 1)
            await store.stop()
        },
        ContractRule("an admission is judged after the estate event that was proposed before it") { factory in
            let clock = TestClock()
            let store = try await factory.make(clock: clock)
            let consulted = store.state.consulted
            clock.hold()
            async let moved = store.propose(Sample.environment("sandbox"))
            try await clock.waitForReader()
            let admission = Task {
                try await store.admit(
                    Proposal(events: [Sample.read()], consulted: consulted, unchanged: [.estate]), reserving: 1)
            }
            try await Task.sleep(for: .milliseconds(5))
            clock.letGo()
            _ = try await moved
            await #expect(throws: AppendError.moved(.estate)) { try await admission.value }
            await store.stop()
        },
        ContractRule("an admission is judged like an append") { factory in
            let store = try await factory.make()
            await #expect(throws: AppendError.moved(.estate)) {
                try await store.admit(
                    Proposal(events: [Sample.read()], consulted: 0, unchanged: [.estate]), reserving: 1)
            }
            await store.stop()
        },
        ContractRule("a full queue refuses, and keeps a share for what is urgent") { factory in
            let clock = TestClock()
            let store = try await small(factory, clock)
            clock.hold()
            async let blocked = store.propose(Sample.read())
            try await clock.waitForReader()
            let ordinary = try await flood(store, 40, .ordinary, refused: 28)
            let urgent = try await flood(store, 10, .urgent, refused: 6)
            clock.letGo()
            _ = try await blocked
            #expect(try await appended(ordinary) == 12)
            #expect(try await appended(urgent) == 4)
            try await store.propose(Sample.read())
            await store.stop()
        },
        ContractRule("an admission keeps room until its outcome is appended, or it is released") { factory in
            let store = try await small(factory, TestClock())
            func admit() async throws -> Admission {
                try await store.admit(
                    Proposal(events: [Sample.read()], consulted: store.state.consulted), reserving: 11)
            }
            let first = try await admit()
            await #expect(throws: AppendError.full) { try await store.propose(Sample.read(), Sample.read()) }
            await #expect(throws: AppendError.full) { try await admit() }
            // Refused, it will come back: the room stays.
            await #expect(throws: AppendError.moved(.estate)) {
                try await store.propose(Sample.read(), unchanged: [.estate], consulted: 0, admission: first)
            }
            await #expect(throws: AppendError.full) { try await store.propose(Sample.read(), Sample.read()) }
            try await store.propose(Sample.read(), Sample.read(), admission: first)
            try await store.propose(Sample.read(), Sample.read())
            let second = try await admit()
            store.release(second)
            store.release(second)
            try await store.propose(Sample.read(), Sample.read())
            await store.stop()
        },
        ContractRule("a stopped store takes nothing and says so") { factory in
            let store = try await factory.make()
            async let last = store.propose(Sample.read())
            _ = try await last
            await store.stop()
            await store.stop()
            do throws(AppendError) {
                try await store.propose(Sample.read())
                Issue.record("it was appended")
            } catch {
                guard case .stopped = error else {
                    _ = Issue.record("\(error)")
                    return
                }
            }
            guard case .stopped = store.health else {
                _ = Issue.record("it calls itself healthy")
                return
            }
            await #expect(throws: StoreError.closed) {
                try await store.read { (reader) throws(StoreError) in try reader.head() }
            }
        },
    ]

    private static func small(_ factory: any StoreFactory, _ clock: TestClock) async throws -> any EventStore {
        try await factory.make(first: [Sample.created], clock: clock, maximumQueuedEvents: 16, urgentShare: 4)
    }

    /// Proposes `count` events at once and returns when `refused` of them found the queue full.
    private static func flood(
        _ store: any EventStore, _ count: Int, _ urgency: Proposal.Urgency, refused: Int
    ) async throws -> [Task<Bool, any Error>] {
        let (refusals, note) = AsyncStream.makeStream(of: Void.self)
        let tasks = (0..<count).map { _ in
            Task<Bool, any Error> {
                do throws(AppendError) {
                    try await store.propose(Sample.read(), urgency: urgency)
                    return true
                } catch {
                    guard error == .full else { throw error }
                    note.yield()
                    return false
                }
            }
        }
        var iterator = refusals.makeAsyncIterator()
        for _ in 0..<refused { await iterator.next() }
        return tasks
    }

    private static func appended(_ tasks: [Task<Bool, any Error>]) async throws -> Int {
        var count = 0
        for task in tasks where try await task.value { count += 1 }
        return count
    }
}
