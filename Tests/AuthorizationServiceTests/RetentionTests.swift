import AuthorizationCore
import EventLog
import LedgerCrypto
import Testing
import Threads

@testable import AuthorizationService

/// A ledger in memory whose clock a test drives, and what ends things in it.
struct RetentionScene {
    /// The beginning of a day, and of an epoch of tags.
    static let today: Int64 = 20_720

    let store: FakeStore
    let vaults = FakeVaults()
    let keys: FakeKeys
    let facts = Locked(RetentionFacts())
    let clock: Locked<Timestamp>
    /// Where the monotonic clock stands while the other one jumps.
    let stopped = Locked<Int64?>(nil)
    let reports = Locked<[String]>([])
    /// What a run has waited for.
    let pauses = Locked<[Duration]>([])
    let retention: Retention

    init() throws {
        let clock = Locked(Timestamp(microseconds: Self.today * 86_400_000_000))
        self.clock = clock
        let store = FakeStore { clock.withLock { $0 } }
        self.store = store
        keys = try FakeKeys()
        retention = try Self.retention(store, vaults, keys, facts, clock, stopped, pauses, reports)
        store.onCommit { [facts] events in facts.withLock { facts in for event in events { facts.fold(event) } } }
        var created = LedgerCreated()
        created.origin = "example.org/ledger"
        try store.appendNow(proposal(.ledger(.created(created))))
    }

    private static func retention(
        _ store: FakeStore, _ vaults: FakeVaults, _ keys: FakeKeys, _ facts: Locked<RetentionFacts>,
        _ clock: Locked<Timestamp>, _ stopped: Locked<Int64?>, _ pauses: Locked<[Duration]>,
        _ reports: Locked<[String]>
    ) throws -> Retention {
        let context = ServiceContext(
            store: store, vaults: vaults, keys: keys, identities: try SharedClient.client(),
            configuration: ServiceConfiguration(baseURL: "https://auth.example"), throttles: Locked(ThrottleTable()),
            clock: { clock.withLock { $0 } },
            monotonic: { stopped.withLock { $0 } ?? clock.withLock { $0.microseconds } },
            pause: { pause in
                let count = pauses.withLock { pauses in
                    pauses.append(pause)
                    return pauses.count
                }
                // The second one ends the run.
                if count > 1 { withUnsafeCurrentTask { $0?.cancel() } }
            })
        return Retention(
            context, vaults: vaults, facts: facts, report: { line in reports.withLock { $0.append(line) } })
    }

    /// What a new process would make of the same log.
    func restarted() throws -> Retention {
        let folded = Locked(RetentionFacts())
        folded.withLock { facts in for event in store.events { facts.fold(event) } }
        return try Self.retention(store, vaults, keys, folded, clock, stopped, pauses, reports)
    }

    func proposal(_ data: EventData, sealed: [SealedRecord] = []) -> Proposal {
        Proposal(
            events: [
                ProposedEvent(
                    actor: .service, correlation: "test", blind: Bytes16(high: 1, low: 2), data: data, sealed: sealed)
            ], consulted: store.state.consulted)
    }

    func advance(days: Int64) { clock.withLock { $0 = $0.advanced(bySeconds: days * 86_400) } }

    /// A request of today, with the name that somebody typed.
    @discardableResult
    func request(_ name: String) async throws -> VaultID {
        let blind = Bytes16(high: 1, low: 2)
        let vault = try await vaults.dayVault(clock.withLock { $0.day })
        let sealed = try await vaults.seal(Array(name.utf8), field: "request.user_name", blind: blind, vault: vault)
        var refused = TokenRefused()
        refused.reason = .credentialsRejected
        try store.appendNow(proposal(.tokens(.refused(refused)), sealed: [sealed.record]))
        return vault
    }

    func hold(_ number: UInt128, first: Int64?, last: Int64?) throws {
        var hold = HoldPlaced()
        hold.hold = HoldID(bits: number)
        hold.firstDay = first
        hold.lastDay = last
        try store.appendNow(proposal(.accounts(.holdPlaced(hold))))
    }

    var destroyed: [VaultDestroyed] {
        store.events.compactMap { event in
            if case .accounts(.vaultDestroyed(let data)) = event.data { data } else { nil }
        }
    }
}

@Suite struct RetentionTests {
    @Test func `a day's vault ends when its 30 days are over: recorded, destroyed, emptied`() async throws {
        let scene = try RetentionScene()
        let vault = try await scene.request("ana")
        scene.advance(days: 30)
        let kept = try await scene.request("ben")
        await scene.retention.pass()
        #expect(scene.destroyed.isEmpty && scene.store.sealedRecords.count == 2)

        scene.advance(days: 1)
        await scene.retention.pass()
        #expect(scene.destroyed.map(\.vault) == [vault] && scene.destroyed.first?.day == RetentionScene.today)
        #expect(scene.destroyed.first?.kind == .day)
        #expect(scene.vaults.days == [RetentionScene.today + 30])
        #expect(scene.store.sealedRecords.map(\.vault) == [kept])
        #expect(try await scene.vaults.tombstones().map(\.isEmptied) == [true])
        #expect(scene.reports.withLock { $0 }.isEmpty)

        await scene.retention.pass()
        #expect(scene.destroyed.count == 1)
    }

    @Test func `the ledger says how long`() async throws {
        let scene = try RetentionScene()
        var settings = LedgerConfigured()
        settings.unrecognisedRetentionDays = 3
        settings.tagRetentionDays = 15
        try scene.store.appendNow(scene.proposal(.ledger(.configured(settings))))
        try await scene.request("ana")
        _ = try scene.keys.tagKey(epoch: RetentionScene.today / 7)
        scene.advance(days: 3)
        await scene.retention.pass()
        #expect(scene.destroyed.isEmpty)
        scene.advance(days: 1)
        await scene.retention.pass()
        #expect(scene.destroyed.count == 1)
        scene.advance(days: 10)
        await scene.retention.pass()
        #expect(scene.keys.tagEpochs == [RetentionScene.today / 7])
        scene.advance(days: 1)
        await scene.retention.pass()
        #expect(scene.keys.tagEpochs.isEmpty)
    }

    @Test func `a hold over its day keeps a vault until it is lifted`() async throws {
        let scene = try RetentionScene()
        for _ in 0..<4 {
            try await scene.request("ana")
            scene.advance(days: 1)
        }
        let today = RetentionScene.today
        try scene.hold(1, first: today + 1, last: today + 1)
        try scene.hold(2, first: today + 3, last: nil)
        scene.advance(days: 60)
        await scene.retention.pass()
        #expect(scene.destroyed.map(\.day) == [today, today + 2])

        var lifted = HoldLifted()
        lifted.hold = HoldID(bits: 2)
        try scene.store.appendNow(scene.proposal(.accounts(.holdLifted(lifted))))
        await scene.retention.pass()
        #expect(scene.destroyed.map(\.day) == [today, today + 2, today + 3])
        #expect(scene.vaults.days == [today + 1])
    }

    @Test func `a hold that is placed in the last moment wins`() async throws {
        let scene = try RetentionScene()
        try await scene.request("ana")
        scene.advance(days: 40)
        let failure = Locked(false)
        scene.store.beforeNextAppend { _ in
            failure.withLock { $0 = (try? scene.hold(1, first: RetentionScene.today, last: nil)) == nil }
        }
        await scene.retention.pass()
        #expect(failure.withLock { !$0 })
        #expect(scene.destroyed.isEmpty && scene.vaults.days == [RetentionScene.today])
        await scene.retention.pass()
        #expect(scene.destroyed.isEmpty)
    }

    @Test func `nothing is destroyed on the word of a clock that is wrong`() async throws {
        let scene = try RetentionScene()
        try await scene.request("ana")
        _ = try scene.keys.tagKey(epoch: RetentionScene.today / 7)
        scene.stopped.withLock { $0 = scene.clock.withLock { $0.microseconds } }
        scene.advance(days: 400)
        await scene.retention.pass()
        #expect(scene.destroyed.isEmpty && scene.keys.tagEpochs.count == 1 && scene.vaults.epochChanges == 0)
        #expect(scene.reports.withLock { $0.first?.contains("clock") == true })
    }

    @Test(arguments: zip([Int64(0), 1, 2], [600, 600, 3_600]))
    func `the first pass after a long rest gives an hour to stop a service whose clock is wrong`(
        _ days: Int64, _ seconds: Int
    ) async throws {
        let scene = try RetentionScene()
        scene.advance(days: days)
        let retention = try scene.restarted()
        // Ended by its second pause.
        await Task { await retention.run() }.value
        #expect(scene.pauses.withLock { $0 } == [.seconds(seconds), .seconds(600)])
    }

    @Test func `what was recorded and not done is done by the next pass, and at every start`() async throws {
        let scene = try RetentionScene()
        let vault = try await scene.request("ana")
        scene.advance(days: 40)
        scene.vaults.fail(.unavailable("no disk"))
        await scene.retention.pass()
        #expect(scene.destroyed.count == 1 && scene.vaults.days.count == 1)
        #expect(scene.reports.withLock { $0.first?.contains("no disk") == true })
        scene.vaults.fail(nil)
        await scene.retention.pass()
        #expect(scene.destroyed.count == 1 && scene.vaults.days.isEmpty && scene.store.sealedRecords.isEmpty)

        // A copy of the vault file was put back: a new process looks at everything once.
        try scene.vaults.restore(vault, day: RetentionScene.today)
        let again = try scene.restarted()
        try await again.applyRecord()
        #expect(scene.vaults.days.isEmpty && scene.destroyed.count == 1)
    }

    @Test func `an erased person's vaults end, and their records go wherever they stand`() async throws {
        let scene = try RetentionScene()
        let vault = try await scene.request("ana")
        var erased = PersonErased()
        erased.vaults = [vault]
        try scene.store.appendNow(scene.proposal(.accounts(.personErased(erased))))
        try await scene.retention.applyRecord()
        #expect(try await scene.vaults.tombstones().map(\.isEmptied) == [false])
        await scene.retention.pass()
        #expect(scene.store.sealedRecords.isEmpty && scene.destroyed.isEmpty)
        #expect(try await scene.vaults.tombstones().map(\.vault.kind) == [.account])
    }

    @Test func `a tombstone of which a restored log knows nothing is recorded again`() async throws {
        let scene = try RetentionScene()
        let vault = try await scene.request("ana")
        let label = VaultLabel(id: vault, kind: .day, day: RetentionScene.today)
        try await scene.vaults.destroy([label])
        try await scene.vaults.noteEmptied([vault])
        try await scene.retention.applyRecord()
        #expect(scene.destroyed.map(\.vault) == [vault] && scene.destroyed.first?.day == RetentionScene.today)
        await scene.retention.pass()
        #expect(scene.store.sealedRecords.isEmpty)
        try await scene.retention.applyRecord()
        #expect(scene.destroyed.count == 1)
    }

    @Test func `the epoch key changes once a day, and whenever it is asked to`() async throws {
        let scene = try RetentionScene()
        for _ in 0..<3 { await scene.retention.pass() }
        #expect(scene.vaults.epochChanges == 1)
        try await scene.retention.changeEpoch()
        #expect(scene.vaults.epochChanges == 2)
        scene.advance(days: 1)
        for _ in 0..<3 { await scene.retention.pass() }
        #expect(scene.vaults.epochChanges == 3)
    }

    @Test func `what is kept is measured`() async throws {
        let scene = try RetentionScene()
        try await scene.request("ana")
        await scene.retention.pass()
        let text = Metric.text(scene.retention.metrics)
        #expect(text.contains("\nauthledger_vaults{kind=\"day\"} 1\n"))
        #expect(text.contains("\nauthledger_oldest_day_vault_timestamp_seconds \(RetentionScene.today * 86_400)\n"))
        #expect(text.contains("\nauthledger_vault_epoch_change_timestamp_seconds \(RetentionScene.today * 86_400)\n"))
        #expect(text.contains("\nauthledger_retention_failures_total 0\n"))
    }
}

@Suite struct RetentionRuleTests {
    /// Days after the first day of an epoch, and how many epochs before the current one still have their key.
    @Test(arguments: [(0, 4), (1, 4), (2, 3), (3, 3), (6, 3)])
    func `no tag can be recomputed 30 days after it was made`(_ dayOfEpoch: Int64, _ past: Int64) {
        let epoch: Int64 = 2_960
        let now = Timestamp(microseconds: (epoch * 7 + dayOfEpoch) * 86_400_000_000)
        let first = RetentionRule(LedgerFacts()).firstTagEpoch(at: now)
        #expect(first == epoch - past)
        // The first tag of an epoch is as old as the epoch.
        #expect(now.day - first * 7 < 30 && now.day - (first - 1) * 7 >= 30)
    }

    @Test func `the tag key before the current one stays, whatever the ledger says`() {
        var ledger = LedgerFacts()
        ledger.tagRetentionDays = 1
        let now = Timestamp(microseconds: 20_726 * 86_400_000_000)
        #expect(RetentionRule(ledger).firstTagEpoch(at: now) == 20_726 / 7 - 1)
        ledger.unrecognisedRetentionDays = -5
        #expect(RetentionRule(ledger).lastDay(at: now) == 20_725)
    }

    @Test func `facts are read back as they were written, and other bytes are refused`() {
        var facts = RetentionFacts()
        for (index, data) in [
            AccountEvent.vaultDestroyed(Self.destroyed(day: 7)), .personErased(Self.erased), .holdPlaced(Self.hold),
        ].enumerated() {
            facts.fold(
                Event(
                    position: Position(Int64(index)), recordedAt: Timestamp(), actor: .service, correlation: "",
                    blind: Bytes16(), data: .accounts(data)))
        }
        #expect(facts.destroyed.count == 3 && facts.keeps(day: 5) && facts.keeps(day: -1) && !facts.keeps(day: 6))
        let bytes = facts.serialized()
        #expect(RetentionFacts(serialized: bytes) == facts)
        #expect(RetentionFacts(serialized: RetentionFacts().serialized()) == RetentionFacts())
        for count in 0..<bytes.count { #expect(RetentionFacts(serialized: Array(bytes[..<count])) == nil) }
        #expect(RetentionFacts(serialized: bytes + [0]) == nil)
    }

    private static func destroyed(day: Int64) -> VaultDestroyed {
        var data = VaultDestroyed()
        data.vault = VaultID(bits: 1)
        data.day = day
        return data
    }

    private static var erased: PersonErased {
        var data = PersonErased()
        data.vaults = [VaultID(bits: 3), VaultID(bits: 2)]
        return data
    }

    private static var hold: HoldPlaced {
        var data = HoldPlaced()
        data.hold = HoldID(bits: 4)
        data.lastDay = 5
        return data
    }
}
