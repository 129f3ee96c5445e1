internal import Threads

/// Shares out how many calls may be under way to one Identity, so that no app and no source takes them all.
///
/// An app holds at most half of an Identity's slots, a source tag at most a quarter, and nobody waits longer than
/// ``Limits/maximumWaitInMilliseconds``. Whoever gets none has a reason of ours not to ask, which ends the chain: it
/// says nothing about the Identity.
public final class IdentitySlots: Sendable {
    public struct Limits: Sendable {
        /// Per Identity that is registered with no number of its own.
        public var maximumInFlight = 32
        /// Per Identity. App and source have the same shares of the queue as of the slots.
        public var maximumWaiting = 128
        public var maximumWaitInMilliseconds = 50

        public init() {}

        func shareOfApp(in whole: Int) -> Int { max(1, whole / 2) }
        func shareOfSource(in whole: Int) -> Int { max(1, whole / 4) }
    }

    /// Names an Identity, an app or a source among its kind by a number: its identifier's bits, or its tag.
    public struct Name: Hashable, Sendable {
        // Two halves: the compiler loses its way when an async function gives back something with a UInt128 in it.
        private let high: UInt64
        private let low: UInt64

        public init(_ number: UInt128) {
            high = UInt64(truncatingIfNeeded: number >> 64)
            low = UInt64(truncatingIfNeeded: number)
        }
    }

    private struct State {
        var tables: [Name: SlotTable] = [:]
        var waiting: [UInt64: Waiting] = [:]
        var lastID: UInt64 = 0
        /// A task sends home whoever has waited too long. There is one while anybody waits.
        var isWatched = false
    }

    private struct Waiting {
        var continuation: CheckedContinuation<Bool, Never>
        var identity: Name
        var app: Name
        var until: ContinuousClock.Instant
    }

    private let limits: Limits
    private let state = Locked(State())

    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// A place among the calls to one Identity. Its end gives it back: it cannot be kept by accident, nor given
    /// back twice.
    public struct Slot: ~Copyable, Sendable {
        private let slots: IdentitySlots
        private let identity: Name
        private let app: Name
        private let source: Name

        fileprivate init(of slots: IdentitySlots, identity: Name, app: Name, source: Name) {
            self.slots = slots
            self.identity = identity
            self.app = app
            self.source = source
        }

        /// Gives the slot back now rather than at the end of its scope.
        public consuming func release() {}

        deinit {
            slots.giveBack(identity: identity, app: app, source: source)
        }
    }

    /// A slot for one call, at once or after a short wait; `nil` when there is none.
    ///
    /// `maximumInFlight` is how many calls the Identity is registered to bear. Cancelling the task does not cut the
    /// wait short: it is short.
    public func acquire(
        identity: Name, app: Name, source: Name, maximumInFlight: Int? = nil
    ) async -> Slot? {
        let isTaken = state.withLock { state in
            if let maximumInFlight {
                state.tables[identity, default: SlotTable(limits: limits)].maximumInFlight = maximumInFlight
            }
            return state.tables[identity, default: SlotTable(limits: limits)].take(app: app, source: source)
        }
        if isTaken {
            return Slot(of: self, identity: identity, app: app, source: source)
        }
        let isGranted = await withCheckedContinuation { continuation in
            wait(continuation, identity: identity, app: app, source: source)
        }
        return isGranted ? Slot(of: self, identity: identity, app: app, source: source) : nil
    }

    /// The calls under way and waiting, for metrics.
    public func load(of identity: Name) -> (inFlight: Int, waiting: Int) {
        state.withLock { state in
            let table = state.tables[identity]
            return (table?.inFlight ?? 0, table?.waitingCount ?? 0)
        }
    }

    private func wait(
        _ continuation: CheckedContinuation<Bool, Never>, identity: Name, app: Name, source: Name
    ) {
        enum Place {
            case taken
            case waiting(isWatched: Bool)
            case none
        }
        let until = ContinuousClock.now + .milliseconds(limits.maximumWaitInMilliseconds)
        let place: Place = state.withLock { state in
            // Once more: a slot may have come back since.
            if state.tables[identity, default: SlotTable(limits: limits)].take(app: app, source: source) {
                return .taken
            }
            state.lastID += 1
            let id = state.lastID
            guard state.tables[identity]?.wait(id, app: app, source: source) == true else { return .none }
            state.waiting[id] = Waiting(continuation: continuation, identity: identity, app: app, until: until)
            defer { state.isWatched = true }
            return .waiting(isWatched: state.isWatched)
        }
        switch place {
        case .taken: continuation.resume(returning: true)
        case .none: continuation.resume(returning: false)
        case .waiting(isWatched: true): break
        case .waiting(isWatched: false): Task { await watch() }
        }
    }

    /// Sends home whoever has waited too long, until nobody waits. One task for all: a timer of his own for everybody
    /// who waits a millisecond costs more than the wait.
    private func watch() async {
        while let next = nextLimit() {
            try? await Task.sleep(until: next, clock: .continuous)
            let now = ContinuousClock.now
            let late = state.withLock { state in
                let ids = state.waiting.filter { $0.value.until <= now }.keys
                return ids.compactMap { id -> CheckedContinuation<Bool, Never>? in
                    guard let waiting = state.waiting.removeValue(forKey: id),
                        state.tables[waiting.identity]?.giveUp(id, app: waiting.app) == true
                    else { return nil }
                    return waiting.continuation
                }
            }
            for continuation in late { continuation.resume(returning: false) }
        }
    }

    /// When the next one will have waited too long; nil, and the watch is over, when nobody waits.
    private func nextLimit() -> ContinuousClock.Instant? {
        state.withLock { state in
            let next = state.waiting.values.map(\.until).min()
            state.isWatched = next != nil
            return next
        }
    }

    private func giveBack(identity: Name, app: Name, source: Name) {
        let granted = state.withLock { state -> [CheckedContinuation<Bool, Never>] in
            let ids = state.tables[identity]?.giveBack(app: app, source: source) ?? []
            if state.tables[identity]?.isUnused == true { state.tables[identity] = nil }
            return ids.compactMap { state.waiting.removeValue(forKey: $0)?.continuation }
        }
        for continuation in granted { continuation.resume(returning: true) }
    }
}
