internal import AuthorizationCore
internal import EventLog
internal import Glibc
internal import Threads

/// What waits for the writer, bounded, and the room that admissions keep.
final class WriterQueue: @unchecked Sendable {
    // Safe to share: everything below is only touched while `mutex` is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let arrived: UnsafeMutablePointer<pthread_cond_t>
    private var items: [WriterItem] = []
    /// Those of them that somebody waits for.
    private var awaitedItems = 0
    /// When what nobody waits for is written all the same; nil while there is none of it.
    private var patienceEndsAt: UInt64?
    private var queuedEvents = 0
    private var reservations: [UInt64: Int] = [:]
    private var reservedEvents = 0
    private var lastReservation: UInt64 = 0
    private var writerSleep = Sleep.none
    private var closedBecause: String?
    /// Proposals with estate events that are queued or being written, and the size of the log after the newest that was.
    private var estateProposals = 0
    private var estateMovedAt: Int64
    /// Reservations that were given back; the writer forgets where their admissions stand.
    private var released: [UInt64] = []

    /// How the writer waits: lightly, and it looks for itself before long, or until somebody wakes it.
    private enum Sleep { case none, light, deep }

    /// How long an admission may wait for an append that takes it along to the disk.
    private static let admissionPatience: UInt64 = 2_000_000
    /// How long the writer sleeps lightly after it had something to do.
    private static let alertness: UInt64 = 20_000_000

    private let maximumEvents: Int
    private let urgentShare: Int

    /// - Parameter size: The events in the log.
    init(maximumEvents: Int, urgentShare: Int, size: Int64) {
        estateMovedAt = size
        self.maximumEvents = maximumEvents
        self.urgentShare = urgentShare
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        arrived = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(arrived, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(arrived)
        arrived.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    // MARK: Proposers

    /// Queues the proposal; otherwise says why not, and nothing is kept.
    func offer(_ proposal: Proposal, _ item: WriterItem) -> AppendError? {
        enqueueing {
            if let closedBecause { return .stopped(closedBecause) }
            let kept = proposal.admission.flatMap { reservations[$0.reservation] } ?? 0
            guard hasRoom(for: proposal.events.count - kept, proposal.urgency) else { return .full }
            if let admission = proposal.admission { dropReservation(admission.reservation) }
            enqueue(item, events: proposal.events.count)
            return nil
        }
    }

    /// Queues the proposal and keeps room for what follows it.
    func offerAdmission(
        _ proposal: Proposal, reserving events: Int, _ item: (_ reservation: UInt64) -> WriterItem
    ) -> AppendError? {
        enqueueing {
            if let closedBecause { return .stopped(closedBecause) }
            guard hasRoom(for: proposal.events.count + events, proposal.urgency) else { return .full }
            enqueue(item(reserve(events)), events: proposal.events.count)
            return nil
        }
    }

    /// Judges, queues and admits a proposal without waiting for the writer, where its fences are the estate's and
    /// nothing that waits could move them. nil when the writer has to judge it.
    ///
    /// Nobody waits for the disk here: an append that comes soon takes it along, or else it goes by itself.
    func admitAtOnce(_ proposal: Proposal, reserving events: Int) -> Result<Admission?, AppendError> {
        let (result, wakes) = locked { () -> (Result<Admission?, AppendError>, Bool) in
            if let closedBecause { return (.failure(.stopped(closedBecause)), false) }
            guard estateProposals == 0, proposal.consulted.value >= estateMovedAt, proposal.dependsOnEstateOnly else {
                return (.success(nil), false)
            }
            guard hasRoom(for: proposal.events.count + events, proposal.urgency) else {
                return (.failure(.full), false)
            }
            let reservation = reserve(events)
            enqueue(.admitted(proposal, reservation: reservation), events: proposal.events.count)
            if patienceEndsAt == nil { patienceEndsAt = monotonicNanoseconds() + Self.admissionPatience }
            let admission = Admission(first: nil, reservation: reservation, reservedEvents: events)
            return (.success(admission), writerSleep == .deep)
        }
        if wakes { pthread_cond_signal(arrived) }
        return result
    }

    /// Queues what needs no room.
    func offer(_ item: WriterItem) -> AppendError? {
        enqueueing {
            if let closedBecause { return .stopped(closedBecause) }
            enqueue(item, events: 0)
            return nil
        }
    }

    func release(_ reservation: UInt64) {
        locked {
            dropReservation(reservation)
            released.append(reservation)
        }
    }

    /// Keeps the room of an admission again, because the proposal that used it was refused and will come back.
    func restore(_ admission: Admission) {
        locked {
            guard closedBecause == nil, reservations[admission.reservation] == nil else { return }
            reservations[admission.reservation] = admission.reservedEvents
            reservedEvents += admission.reservedEvents
        }
    }

    /// Takes nothing more. What is queued stays for the writer.
    func close(because reason: String) {
        locked {
            if closedBecause == nil { closedBecause = reason }
            pthread_cond_signal(arrived)
        }
    }

    // MARK: The writer

    enum Taken {
        case batch([WriterItem])
        /// Nothing came for a while.
        case idle
        /// Closed, and nothing is left.
        case closed
    }

    /// Waits for work and takes up to `maximum` items in order.
    func take(atMost maximum: Int, idleAfterNanoseconds patience: UInt64?) -> Taken {
        locked {
            let start = monotonicNanoseconds()
            let idleAt = patience.map { start + $0 }
            while true {
                let now = monotonicNanoseconds()
                if awaitedItems > 0 || !items.isEmpty && (closedBecause != nil || now >= patienceEndsAt ?? 0) {
                    return .batch(takeItems(atMost: maximum))
                }
                if let patienceEndsAt {
                    wait(.light, until: patienceEndsAt)
                } else if closedBecause != nil {
                    return .closed
                } else if now < start + Self.alertness {
                    wait(.light, until: now + Self.admissionPatience)
                } else if let idleAt, now >= idleAt {
                    return .idle
                } else {
                    wait(.deep, until: idleAt)
                }
            }
        }
    }

    /// What the writer must know of a batch's end: where admissions are no longer needed.
    func takeReleased() -> [UInt64] {
        locked {
            defer { released.removeAll(keepingCapacity: true) }
            return released
        }
    }

    /// A batch is written and published, so many of its proposals with estate events; the log has `size` events now.
    func settle(estateProposals count: Int, size: Int64) {
        guard count > 0 else { return }
        locked {
            estateProposals -= count
            estateMovedAt = size
        }
    }

    /// Takes what comes until the deadline, while at least `siblings` admissions promise more: a commit for many costs
    /// little more than a commit for one. Nothing when it is not worth the wait, or the time is over.
    func takeMore(atMost maximum: Int, while siblings: Int, until deadline: UInt64) -> [WriterItem] {
        locked {
            while awaitedItems == 0 {
                guard reservations.count >= siblings, closedBecause == nil, monotonicNanoseconds() < deadline else {
                    break
                }
                wait(.light, until: deadline)
            }
            return takeItems(atMost: maximum)
        }
    }

    var isEmpty: Bool { locked { items.isEmpty } }

    // MARK: Inside the lock

    /// Waits for a signal, or until a moment of the monotonic clock.
    private func wait(_ sleep: Sleep, until deadline: UInt64?) {
        writerSleep = sleep
        defer { writerSleep = .none }
        guard let deadline else {
            pthread_cond_wait(arrived, mutex)
            return
        }
        var moment = timespec()
        moment.tv_sec = Int(deadline / 1_000_000_000)
        moment.tv_nsec = Int(deadline % 1_000_000_000)
        pthread_cond_timedwait(arrived, mutex, &moment)
    }

    private func reserve(_ events: Int) -> UInt64 {
        lastReservation += 1
        reservations[lastReservation] = events
        reservedEvents += events
        return lastReservation
    }

    private func takeItems(atMost maximum: Int) -> [WriterItem] {
        var batch: [WriterItem] = []
        if items.count <= maximum {
            swap(&batch, &items)
        } else {
            batch = Array(items[..<maximum])
            items.removeFirst(maximum)
        }
        for item in batch {
            queuedEvents -= item.eventCount
            if item.isAwaited { awaitedItems -= 1 }
        }
        if items.count == awaitedItems { patienceEndsAt = nil }
        return batch
    }

    private func hasRoom(for events: Int, _ urgency: Proposal.Urgency) -> Bool {
        let limit =
            switch urgency {
            case .ordinary: maximumEvents - urgentShare
            case .urgent: maximumEvents
            }
        return events <= 0 || queuedEvents + reservedEvents + events <= limit
    }

    private func enqueue(_ item: WriterItem, events: Int) {
        items.append(item)
        if item.isAwaited { awaitedItems += 1 }
        if item.touchesEstate { estateProposals += 1 }
        queuedEvents += events
    }

    private func dropReservation(_ reservation: UInt64) {
        if let events = reservations.removeValue(forKey: reservation) { reservedEvents -= events }
    }

    /// Wakes the writer only when the lock is free again: it wants it first of all.
    private func enqueueing(_ body: () -> AppendError?) -> AppendError? {
        let (refusal, wakes) = locked { (body(), writerSleep != .none && !items.isEmpty) }
        if wakes { pthread_cond_signal(arrived) }
        return refusal
    }

    private func locked<Output>(_ body: () -> Output) -> Output {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}

/// One thing for the writer to do, and who waits for it.
enum WriterItem {
    typealias Waiter<Value: Sendable> = CheckedContinuation<Result<Value, AppendError>, Never>

    case append(Proposal, Waiter<Commit>)
    case admit(Proposal, reservation: UInt64, reserving: Int, Waiter<Admission>)
    /// Judged when it was queued: nobody waits.
    case admitted(Proposal, reservation: UInt64)
    case keep(ReleasedCheckpoint, Waiter<Void>)
    case erase([VaultID], Range<Int64>, Waiter<Int>)

    var eventCount: Int {
        switch self {
        case .append(let proposal, _), .admit(let proposal, _, _, _), .admitted(let proposal, _): proposal.events.count
        case .keep, .erase: 0
        }
    }

    /// Whether somebody waits for it.
    var isAwaited: Bool {
        switch self {
        case .append, .admit, .keep, .erase: true
        case .admitted: false
        }
    }

    /// Whether it may move the estate's fences.
    var touchesEstate: Bool {
        switch self {
        case .append(let proposal, _), .admit(let proposal, _, _, _), .admitted(let proposal, _):
            proposal.events.contains { $0.data.movesEstate }
        case .keep, .erase: false
        }
    }

    /// Tells whoever waits that it failed.
    func fail(_ error: AppendError) {
        switch self {
        case .append(_, let waiter): waiter.resume(returning: .failure(error))
        case .admit(_, _, _, let waiter): waiter.resume(returning: .failure(error))
        case .keep(_, let waiter): waiter.resume(returning: .failure(error))
        case .erase(_, _, let waiter): waiter.resume(returning: .failure(error))
        case .admitted: break
        }
    }
}

extension Proposal {
    /// Whether nothing but estate events can make its judgement another, and it makes none itself.
    fileprivate var dependsOnEstateOnly: Bool {
        unused.isEmpty && idempotency == nil && admission == nil
            && unchanged.allSatisfy { fence in
                switch fence {
                case .estate, .environment: true
                case .operator, .family, .refreshToken, .account, .subject, .token, .holds, .proof, .assertion,
                    .idempotency:
                    false
                }
            }
            && !events.contains { $0.data.movesEstate }
    }
}

extension EventData {
    /// Whether it moves a fence of the estate: estate events, and what ends many tokens at once.
    fileprivate var movesEstate: Bool {
        if case .tokens(.revoked) = self { return touchedFences.contains { $0.isOfEstate } }
        return isEstate
    }
}
