internal import AuthorizationCore
public import EventLog
internal import LedgerCrypto
public import Threads

/// Ends what has had its time: the vaults of days, the keys of tags, and once a day the epoch key.
///
/// **Record, then act.** A vault's end is an event first, and only then its key is destroyed. A crash in between loses
/// nothing: at every start the record is carried out before anything is served. The other way round a key could be gone
/// of which the log says nothing, and nobody could tell an end that was due from a loss. What the log says therefore
/// also wins over a vault file that was restored from a copy; and a tombstone of which the log knows nothing, because it
/// was the log that was restored, is recorded again.
public final class Retention: Sendable {
    /// Seconds between two passes.
    public static let secondsBetweenPasses = 600
    /// A start after a longer rest may be one with a wrong clock, and what is destroyed does not come back: whoever is
    /// told so by the service's first words has this long to stop it.
    static let longRestInSeconds: Int64 = 86_400
    static let secondsAfterLongRest = 3_600
    /// Vaults whose end one append records.
    static let maximumVaultsPerAppend = 64

    let context: ServiceContext
    let vaults: any EndingVaults
    private let facts: Locked<RetentionFacts>
    private let report: @Sendable (String) -> Void
    private let restedLong: Bool
    let state = Locked(State())

    struct State {
        var isPassing = false
        /// The ended vaults that the log had when all of them were seen to have no key.
        var applied: Int?
        /// The same, when none was seen to have a record beside the log.
        var emptied: Int?
        /// Emptied once, but their records may be back with a log that was restored.
        var toEmptyAgain: Set<VaultID> = []
        var lastPass: Timestamp?
        var failures: Int64 = 0
    }

    /// - Parameters:
    ///   - facts: What the store's writer folds.
    ///   - report: Takes a sentence for the operator of the host.
    public init(
        _ context: ServiceContext, vaults: any EndingVaults, facts: Locked<RetentionFacts>,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.context = context
        self.vaults = vaults
        self.facts = facts
        self.report = report
        // Now, before a start records anything itself.
        restedLong = context.clock() > context.store.state.recordedAt.advanced(bySeconds: Self.longRestInSeconds)
    }

    /// Destroys every key that the log says has ended, and records the ends of which only tombstones know.
    ///
    /// Nothing may be served before this has returned once. The records beside the log open to nobody from then on, and
    /// are deleted by the next pass: a start does not wait for that.
    public func applyRecord() async throws {
        // In this order: an end between the two readings is in the facts, and then only acted on twice.
        let count = facts.withLock { $0.destroyed.count }
        if state.withLock({ $0.applied }) == count { return }
        let tombstones = try await vaults.tombstones()
        let recorded = facts.withLock { $0 }
        let there = Set(tombstones.map(\.vault.id))
        for part in recorded.destroyedVaults.filter({ !there.contains($0.id) }).split(by: Self.maximumVaultsPerAppend) {
            try await vaults.destroy(part)
        }
        let unrecorded = tombstones.map(\.vault).filter { recorded.destroyed[$0.id] == nil }
        for part in unrecorded.split(by: Self.maximumVaultsPerAppend) { try await record(part) }
        state.withLock { state in
            state.applied = recorded.destroyed.count + unrecorded.count
            state.toEmptyAgain.formUnion(unrecorded.map(\.id))
        }
    }

    /// Deletes the records of every vault that has ended and is on the record.
    private func emptyEndedVaults() async throws {
        let (count, again) = (facts.withLock { $0.destroyed.count }, state.withLock { $0.toEmptyAgain })
        let (applied, emptied) = state.withLock { ($0.applied, $0.emptied) }
        // First the keys: what has no tombstone yet would be taken for emptied.
        guard applied == count, !again.isEmpty || emptied != count else { return }
        let toEmpty = try await vaults.tombstones().filter { tombstone in
            (!tombstone.isEmptied || again.contains(tombstone.vault.id))
                && facts.withLock { $0.destroyed[tombstone.vault.id] != nil }
        }
        try await SealedSweep(store: context.store, vaults: vaults).delete(toEmpty.map(\.vault))
        state.withLock { state in
            state.emptied = count
            state.toEmptyAgain.subtract(again)
        }
    }

    /// Does everything that is due. What fails is reported and tried again by the next pass.
    public func pass() async {
        guard begin() else { return }
        guard context.serviceClock.judgement == .right else {
            return end(["the clock does not fit the log, and nothing is destroyed on its word"])
        }
        // Each for itself: what fails must not keep the others from being done.
        let failures = [
            await failure(of: destroyDueVaults), await failure(of: destroyDueTagKeys),
            await failure(of: changeDueEpoch), await failure(of: emptyEndedVaults),
        ]
        end(failures.compactMap(\.self))
    }

    private func failure(of step: () async throws -> Void) async -> String? {
        do {
            try await step()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// A pass, and then another every ten minutes, until it is cancelled. The first one waits an hour where nothing was
    /// recorded for more than a day.
    public func run() async {
        if restedLong { await context.pause(.seconds(Self.secondsAfterLongRest)) }
        while !Task.isCancelled {
            await pass()
            await context.pause(.seconds(Self.secondsBetweenPasses))
        }
    }

    /// Makes every end that was carried out before complete: see ``EndingVaults/changeEpoch(at:)``.
    public func changeEpoch() async throws { try await vaults.changeEpoch(at: context.clock()) }

    private var rule: RetentionRule { RetentionRule(context.store.state.estate.ledger) }

    /// Records the end of the days that are over, then carries it out.
    private func destroyDueVaults() async throws {
        try await applyRecord()
        let lastDay = rule.lastDay(at: context.clock())
        let kept = try await vaults.dayVaults(through: lastDay)
        let due = kept.filter { vault in
            facts.withLock { facts in
                facts.destroyed[vault.id] == nil && !(vault.day.map { facts.keeps(day: $0) } ?? true)
            }
        }
        for part in due.split(by: Self.maximumVaultsPerAppend) { try await recordUnheld(part) }
        try await applyRecord()
    }

    /// Records the end of day vaults unless a hold was placed or lifted meanwhile; then the next pass decides anew.
    private func recordUnheld(_ vaults: [VaultLabel]) async throws {
        // The state first: what the facts know beyond it makes the fence refuse, never the other way round.
        let consulted = context.store.state.consulted
        let free = facts.withLock { facts in vaults.filter { !($0.day.map { facts.keeps(day: $0) } ?? true) } }
        try await record(free, unchanged: [.holds], consulted: consulted)
    }

    private func destroyDueTagKeys() async throws {
        try context.keys.destroyTagKeys(before: rule.firstTagEpoch(at: context.clock()))
    }

    private func changeDueEpoch() async throws {
        let now = context.clock()
        if vaults.census.epochSince.day < now.day { try await vaults.changeEpoch(at: now) }
    }

    private func record(
        _ vaults: [VaultLabel], unchanged: [FenceName] = [], consulted: Position? = nil
    ) async throws {
        guard !vaults.isEmpty else { return }
        let correlation: CommandID = try context.identifier(at: context.clock())
        let events = try vaults.map { vault in
            var data = VaultDestroyed()
            data.vault = vault.id
            data.kind = vault.kind
            data.day = vault.day
            return ProposedEvent(
                actor: .service, correlation: correlation.text, blind: try context.blind(),
                data: .accounts(.vaultDestroyed(data)))
        }
        _ = try await context.store.append(
            Proposal(
                events: events, consulted: consulted ?? context.store.state.consulted, unchanged: unchanged,
                urgency: .urgent))
    }

    // MARK: One pass at a time

    private func begin() -> Bool {
        state.withLock { state in
            if state.isPassing { return false }
            state.isPassing = true
            return true
        }
    }

    private func end(_ failures: [String]) {
        let now = context.clock()
        state.withLock { state in
            state.isPassing = false
            if failures.isEmpty { state.lastPass = now } else { state.failures += 1 }
        }
        guard !failures.isEmpty else { return }
        let minutes = Self.secondsBetweenPasses / 60
        report(
            "What is over could not all be destroyed (\(failures.joined(separator: "; "))); it is tried again in "
                + "\(minutes) minutes.")
    }
}

extension Array {
    /// Parts of at most so many elements, in order.
    fileprivate func split(by count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
