import AuthorizationCore
import EventLog
import LedgerCrypto
import Testing

extension EventStoreContract {
    private static let prod = FenceName.environment(EnvironmentName(text: "prod") ?? EnvironmentName())

    /// What a proposal depends on.
    static let fences: [ContractRule] = [
        ContractRule("a proposal that consulted the estate before it moved is refused") { factory in
            let store = try await factory.make()
            let before = store.state.consulted
            try await store.propose(Sample.configured)
            await expectMoved(.estate) { () throws(AppendError) in
                try await store.propose(Sample.read(), unchanged: [.estate], consulted: before)
            }
            try await store.propose(Sample.read(), unchanged: [.estate])
            await store.stop()
        },
        ContractRule("an environment's fence moves with its own events only") { factory in
            let store = try await factory.make()
            let before = store.state.consulted
            try await store.propose(Sample.configured)
            try await store.propose(Sample.read(), unchanged: [prod], consulted: before)
            try await store.propose(Sample.deployed(in: "prod"))
            await expectMoved(prod) { () throws(AppendError) in
                try await store.propose(Sample.read(), unchanged: [prod], consulted: before)
            }
            await store.stop()
        },
        ContractRule("account, subject, token and family fences hold, also after the log was opened again") { factory in
            let store = try await factory.make()
            let before = store.state.consulted
            let token = DecisionID(milliseconds: 5, random: 6)
            let family = FamilyID(milliseconds: 7, random: 8)
            let touched: [FenceName] = [
                .account(AccountID(bits: 1)), .subject(SubjectReference(bits: 2)), .token(token), .family(family),
            ]
            for fence in touched { try await store.propose(Sample.read(), unchanged: [fence], unused: [fence]) }
            let untouchedAt = store.state.head.size
            try await store.propose(
                Sample.opened(account: 1, subject: 2), Sample.revoked(token: token), Sample.refreshUsed(family: family))
            func check(_ store: any EventStore) async throws {
                for fence in touched {
                    await expectMoved(fence) { () throws(AppendError) in
                        try await store.propose(Sample.read(), unchanged: [fence], consulted: before)
                    }
                    await expectMoved(fence) { () throws(AppendError) in
                        try await store.propose(Sample.read(), unused: [fence])
                    }
                    try await store.propose(Sample.read(), unchanged: [fence])
                }
                let places = try await store.read { (reader) throws(StoreError) in
                    try touched.map { (fence) throws(StoreError) in try reader.lastTouch(of: fence)?.value }
                }
                #expect(places == [untouchedAt, untouchedAt, untouchedAt + 1, untouchedAt + 2])
            }
            try await check(store)
            await store.stop()
            let reopened = try await factory.reopen(store, clock: TestClock())
            await expectMoved(.estate) { () throws(AppendError) in
                try await reopened.propose(Sample.read(), unchanged: [.estate], consulted: 0)
            }
            await expectMoved(prod) { () throws(AppendError) in
                try await reopened.propose(Sample.read(), unchanged: [prod], consulted: 0)
            }
            try await check(reopened)
            await reopened.stop()
        },
        ContractRule("what ends many tokens moves every decision, and is no part of the estate at the next start") {
            factory in
            let store = try await factory.make()
            let before = store.state.consulted
            try await store.propose(Sample.revoked(vouchedBy: IdentityID(bits: 1)))
            await expectMoved(.estate) { () throws(AppendError) in
                try await store.propose(Sample.read(), unchanged: [.estate], consulted: before)
            }
            try await store.propose(Sample.configured)
            await store.stop()
            let reopened = try await factory.reopen(store, clock: TestClock())
            try await reopened.propose(Sample.read(), unchanged: [.estate])
            await reopened.stop()
        },
        ContractRule("each generation of a family is issued once, and found at any age") { factory in
            let store = try await factory.make()
            let family = FamilyID(milliseconds: 7, random: 8)
            var places: [Position] = []
            for generation in 0..<3 as Range<Int64> {
                let fence = FenceName.refreshToken(family, generation)
                let commit = try await store.propose(
                    Sample.read(), Sample.issued(family: family, generation: generation), unused: [fence])
                places.append(commit.first.advanced(by: 1))
                await expectMoved(fence) { () throws(AppendError) in
                    try await store.propose(Sample.issued(family: family, generation: generation), unused: [fence])
                }
            }
            await store.stop()
            let reopened = try await factory.reopen(store, clock: TestClock())
            let found = try await reopened.read { (reader) throws(StoreError) in
                try (0..<4 as Range<Int64>).map { (generation) throws(StoreError) in
                    try reader.lastTouch(of: .refreshToken(family, generation))
                }
            }
            #expect(found == places + [nil])
            let newest = try await reopened.read { (reader) throws(StoreError) in
                try reader.lastTouch(of: .family(family))
            }
            #expect(newest == places.last)
            await reopened.stop()
        },
        ContractRule("of 64 proposals that use the same proof, one wins") { factory in
            let store = try await factory.make()
            let before = store.state.head.size
            let wins = await winners(of: store, unused: .proof(Bytes32(first: 9))) { Sample.read() }
            #expect(wins == 1)
            #expect(store.state.head.size == before + 1)
            await store.stop()
        },
        ContractRule("of 64 proposals that open the same subject, one wins") { factory in
            let store = try await factory.make()
            let wins = await winners(of: store, unused: .subject(SubjectReference(bits: 3))) {
                Sample.opened(account: 4, subject: 3)
            }
            #expect(wins == 1)
            await store.stop()
        },
        ContractRule("proposals of one batch are judged in order, each against those before it") { factory in
            let clock = TestClock()
            let store = try await factory.make(clock: clock)
            let consulted = store.state.consulted
            clock.hold()
            async let blocked = store.propose(Sample.read())
            try await clock.waitForReader()
            // All three wait while the writer is held up, in this order, and go into one commit.
            let first = queued(Sample.configured, on: store, consulted: consulted)
            let second = queued(Sample.read(), on: store, consulted: consulted)
            let third = queued(Sample.read(), on: store, unchanged: [.estate], consulted: consulted)
            clock.letGo()
            _ = try await blocked
            #expect(try await first.value.first.value == consulted.value + 1)
            #expect(try await second.value.first.value == consulted.value + 2)
            await #expect(throws: AppendError.moved(.estate)) { try await third.value }
            await store.stop()
        },
        ContractRule("a refused proposal writes nothing") { factory in
            let store = try await factory.make()
            let (head, bodies) = (store.state.head, try await store.bodies())
            let proof = FenceName.proof(Bytes32(first: 5))
            let key = RememberedRequest.Key(key: Bytes32(first: 1), request: Bytes32(first: 2))
            await expectMoved(.estate) { () throws(AppendError) in
                try await store.propose(
                    Sample.configured, Sample.opened(account: 1, subject: 1), unchanged: [.estate], unused: [proof],
                    consulted: 0, idempotency: key)
            }
            #expect(store.state.head == head)
            #expect(try await store.bodies() == bodies)
            // Neither the fences that its events would have touched nor those that it would have used are.
            try await store.propose(
                Sample.read(), unchanged: [.estate, .account(AccountID(bits: 1))], unused: [proof], idempotency: key)
            await store.stop()
        },
        ContractRule("an event that is too long is refused, and its neighbours are not") { factory in
            let store = try await factory.make()
            var long = AuditRead()
            long.action = String(repeating: "a", count: RecordedForm.maximumBytes)
            let before = store.state.head.size
            do throws(AppendError) {
                try await store.propose(Sample.configured, Sample.event(.audit(.read(long))))
                Issue.record("it was appended")
            } catch {
                guard case .form(.tooLarge) = error else {
                    _ = Issue.record("\(error)")
                    return
                }
            }
            let commit = try await store.propose(Sample.read(), unchanged: [.estate], consulted: Position(before))
            #expect(commit.first.value == before)
            await store.stop()
        },
    ]

    /// How many of 64 proposals at once are appended; every other one must be refused for the fence.
    private static func winners(
        of store: any EventStore, unused fence: FenceName, _ event: @escaping @Sendable () -> ProposedEvent
    ) async -> Int {
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    do throws(AppendError) {
                        try await store.propose(event(), unused: [fence])
                        return true
                    } catch {
                        #expect(error == .moved(fence))
                        return false
                    }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
    }

    /// Starts an append and returns when it waits in the queue: an immediate task runs up to where it waits.
    private static func queued(
        _ event: ProposedEvent, on store: any EventStore, unchanged: [FenceName] = [], consulted: Position
    ) -> Task<Commit, any Error> {
        Task.immediate { try await store.propose(event, unchanged: unchanged, consulted: consulted) }
    }
}
