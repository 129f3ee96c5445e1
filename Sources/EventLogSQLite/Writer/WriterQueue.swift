internal import AuthorizationCore
internal import EventLog
internal import Glibc

/// What waits for the writer, bounded, and the room that admissions keep.
final class WriterQueue: @unchecked Sendable {
    // Safe to share: everything below is only touched while `mutex` is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let arrived: UnsafeMutablePointer<pthread_cond_t>
    private var items: [WriterItem] = []
    private var queuedEvents = 0
    private var reservations: [UInt64: Int] = [:]
    private var reservedEvents = 0
    private var lastReservation: UInt64 = 0
    private var isWriterWaiting = false
    private var closedBecause: String?

    private let maximumEvents: Int
    private let urgentShare: Int

    init(maximumEvents: Int, urgentShare: Int) {
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
            lastReservation += 1
            reservations[lastReservation] = events
            reservedEvents += events
            enqueue(item(lastReservation), events: proposal.events.count)
            return nil
        }
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
        locked { dropReservation(reservation) }
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
            let deadline = patience.map { Self.deadline(after: $0) }
            while items.isEmpty {
                if closedBecause != nil { return .closed }
                if !wait(until: deadline), items.isEmpty { return closedBecause == nil ? .idle : .closed }
            }
            return .batch(takeItems(atMost: maximum))
        }
    }

    /// Takes what comes until the deadline, while at least `siblings` admissions promise more: a commit for many costs
    /// little more than a commit for one. Nothing when it is not worth the wait, or the time is over.
    func takeMore(atMost maximum: Int, while siblings: Int, until deadline: timespec) -> [WriterItem] {
        locked {
            while items.isEmpty {
                guard reservations.count >= siblings, closedBecause == nil, wait(until: deadline) else { break }
            }
            return takeItems(atMost: maximum)
        }
    }

    static func deadline(after nanoseconds: UInt64) -> timespec {
        var deadline = timespec()
        clock_gettime(CLOCK_MONOTONIC, &deadline)
        let whole = UInt64(deadline.tv_nsec) + nanoseconds
        deadline.tv_sec += Int(whole / 1_000_000_000)
        deadline.tv_nsec = Int(whole % 1_000_000_000)
        return deadline
    }

    var isEmpty: Bool { locked { items.isEmpty } }

    // MARK: Inside the lock

    /// Waits for a signal. `false` when the deadline has passed.
    private func wait(until deadline: timespec?) -> Bool {
        isWriterWaiting = true
        defer { isWriterWaiting = false }
        guard var deadline else { return pthread_cond_wait(arrived, mutex) == 0 }
        return pthread_cond_timedwait(arrived, mutex, &deadline) != ETIMEDOUT
    }

    private func takeItems(atMost maximum: Int) -> [WriterItem] {
        var batch: [WriterItem] = []
        if items.count <= maximum {
            swap(&batch, &items)
        } else {
            batch = Array(items[..<maximum])
            items.removeFirst(maximum)
        }
        for item in batch { queuedEvents -= item.eventCount }
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
        queuedEvents += events
    }

    private func dropReservation(_ reservation: UInt64) {
        if let events = reservations.removeValue(forKey: reservation) { reservedEvents -= events }
    }

    /// Wakes the writer only when the lock is free again: it wants it first of all.
    private func enqueueing(_ body: () -> AppendError?) -> AppendError? {
        let (refusal, wakes) = locked { (body(), isWriterWaiting && !items.isEmpty) }
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
    case keep(ReleasedCheckpoint, Waiter<Void>)
    case erase([VaultID], Range<Int64>, Waiter<Int>)

    var eventCount: Int {
        switch self {
        case .append(let proposal, _), .admit(let proposal, _, _, _): proposal.events.count
        case .keep, .erase: 0
        }
    }

    /// Tells whoever waits that it failed.
    func fail(_ error: AppendError) {
        switch self {
        case .append(_, let waiter): waiter.resume(returning: .failure(error))
        case .admit(_, _, _, let waiter): waiter.resume(returning: .failure(error))
        case .keep(_, let waiter): waiter.resume(returning: .failure(error))
        case .erase(_, _, let waiter): waiter.resume(returning: .failure(error))
        }
    }
}
