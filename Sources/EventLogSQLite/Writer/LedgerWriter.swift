internal import AuthorizationCore
internal import EventLog
internal import Threads

/// The one thread that writes. Per batch: judge, place, encode, hash, insert, head, COMMIT, fold, publish, resume.
final class LedgerWriter: @unchecked Sendable {
    // Safe to share: `appender` is handed over before the thread starts, and touched by it alone from then on.
    private var appender: LedgerAppender?
    private let queue: WriterQueue
    private let published: Locked<Published>
    private let projection: (any SideProjection)?
    private let clock: @Sendable () -> Timestamp
    private let configuration: StoreConfiguration
    private var eventsSinceSnapshot: Int64
    /// Where admissions stand whose outcome is still to come, or why they could not be written.
    private var admissions: [UInt64: Result<Position, AppendError>] = [:]
    private let ending = Locked(Ending())

    struct Published {
        var state: LedgerState
        var health = StoreHealth.writable
    }

    private struct Ending {
        var isOver = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// How long nothing must come before what waits in the write-ahead log is copied.
    private static let idleNanoseconds: UInt64 = 1_000_000_000

    init(
        _ appender: LedgerAppender, queue: WriterQueue, published: Locked<Published>,
        projection: (any SideProjection)?, eventsSinceSnapshot: Int64, configuration: StoreConfiguration,
        clock: @escaping @Sendable () -> Timestamp
    ) {
        self.appender = appender
        self.queue = queue
        self.published = published
        self.projection = projection
        self.eventsSinceSnapshot = eventsSinceSnapshot
        self.configuration = configuration
        self.clock = clock
    }

    /// Works until the queue is closed and empty, or until an I/O error.
    func run() {
        while let appender {
            let patience = appender.connection.waitingPages > 0 ? Self.idleNanoseconds : nil
            do throws(SQLiteError) {
                switch queue.take(atMost: configuration.maximumBatch, idleAfterNanoseconds: patience) {
                case .batch(let items):
                    try write(items, with: appender)
                    try keepHouse(with: appender)
                case .idle: try appender.connection.checkpoint(.passive)
                case .closed:
                    try storeSnapshot(with: appender)
                    try appender.connection.checkpoint(.truncate)
                    self.appender = nil
                }
            } catch {
                stop(because: error)
            }
        }
        let waiters = ending.withLock { ending in
            ending.isOver = true
            return ending.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Returns when the thread has ended its work and closed its connection.
    func ended() async {
        await withCheckedContinuation { continuation in
            let isOver = ending.withLock { ending in
                if !ending.isOver { ending.waiters.append(continuation) }
                return ending.isOver
            }
            if isOver { continuation.resume() }
        }
    }

    // MARK: One batch

    private func write(_ items: [WriterItem], with appender: LedgerAppender) throws(SQLiteError) {
        var waiting: [WriterItem] = []
        var resume: [() -> Void] = []
        var estateProposals = 0
        resume.reserveCapacity(items.count)
        do throws(SQLiteError) {
            try appender.begin(at: clock())
            let deadline = monotonicNanoseconds() + configuration.gatherNanoseconds
            var arrived = items
            var count = 0
            while !arrived.isEmpty {
                count += arrived.count
                for (index, item) in arrived.enumerated() {
                    if item.touchesEstate { estateProposals += 1 }
                    do throws(SQLiteError) {
                        if let waiter = try judge(item, with: appender) {
                            waiting.append(item)
                            resume.append(waiter)
                        }
                    } catch {
                        waiting += arrived[index...]
                        throw error
                    }
                }
                arrived = queue.takeMore(
                    atMost: configuration.maximumBatch - count, while: configuration.gatherFromAdmissions,
                    until: deadline)
                if !arrived.isEmpty { appender.advance(to: clock()) }
            }
            try appender.commit()
        } catch {
            announceStop(because: error)
            for item in waiting { item.fail(.stopped(error.description)) }
            throw error
        }
        if !appender.batch.isEmpty {
            projection?.fold(appender.batch)
            published.withLock { $0.state = appender.state }
            eventsSinceSnapshot += Int64(appender.batch.count)
        }
        queue.settle(estateProposals: estateProposals, size: appender.state.head.size)
        for reservation in queue.takeReleased() { admissions[reservation] = nil }
        for waiter in resume { waiter() }
    }

    /// Gives the item its place. Returns what tells its waiter, once the commit stands; nil when he knows already.
    private func judge(_ item: WriterItem, with appender: LedgerAppender) throws(SQLiteError) -> (() -> Void)? {
        switch item {
        case .append(let proposal, let waiter):
            let result = try add(proposal, with: appender)
            return { waiter.resume(returning: result) }
        case .admitted(let proposal, let reservation):
            admissions[reservation] = try appender.add(proposal).map(\.first)
            return nil
        case .admit(let proposal, let reservation, let events, let waiter):
            let result = try appender.add(proposal)
            if case .failure = result { queue.release(reservation) }
            // Nobody waits for the disk here: the answer that follows will.
            waiter.resume(
                returning: result.map {
                    Admission(first: $0.first, reservation: reservation, reservedEvents: events)
                })
            return nil
        case .keep(let checkpoint, let waiter):
            try appender.keep(checkpoint)
            return { waiter.resume(returning: .success(())) }
        case .erase(let vaults, let range, let waiter):
            let erased = try appender.eraseSealed(of: vaults, in: range)
            return { waiter.resume(returning: .success(erased)) }
        }
    }

    /// Adds a proposal that may stand on an admission.
    private func add(
        _ proposal: Proposal, with appender: LedgerAppender
    ) throws(SQLiteError) -> Result<Commit, AppendError> {
        guard let admission = proposal.admission else { return try appender.add(proposal) }
        switch admissions[admission.reservation] {
        case .failure(let error): return .failure(error)
        case .success(let first): return settle(admission, try appender.add(proposal, admission: first))
        case nil: return settle(admission, try appender.add(proposal, admission: admission.first))
        }
    }

    /// Refused, the proposal will come back: its room is kept. Taken, nobody asks again where the admission stands.
    private func settle(
        _ admission: Admission, _ result: Result<Commit, AppendError>
    ) -> Result<Commit, AppendError> {
        switch result {
        case .success: admissions[admission.reservation] = nil
        case .failure: queue.restore(admission)
        }
        return result
    }

    private func keepHouse(with appender: LedgerAppender) throws(SQLiteError) {
        if eventsSinceSnapshot >= configuration.snapshotEvery { try storeSnapshot(with: appender) }
        let pages = appender.connection.waitingPages
        let isDue = pages >= configuration.busyCheckpointPages
        if isDue || pages >= configuration.idleCheckpointPages && queue.isEmpty {
            try appender.connection.checkpoint(.passive)
        }
    }

    private func storeSnapshot(with appender: LedgerAppender) throws(SQLiteError) {
        guard let projection, eventsSinceSnapshot > 0 else { return }
        try appender.store(snapshot: projection.snapshot())
        eventsSinceSnapshot = 0
    }

    // MARK: The end

    private func announceStop(because error: SQLiteError) {
        queue.close(because: error.description)
        published.withLock { $0.health = .stopped(error.description) }
    }

    /// What the file holds is unknown from here on: nothing is tried again in place.
    private func stop(because error: SQLiteError) {
        announceStop(because: error)
        while case .batch(let items) = queue.take(atMost: .max, idleAfterNanoseconds: nil) {
            for item in items { item.fail(.stopped(error.description)) }
        }
        appender = nil
    }
}
