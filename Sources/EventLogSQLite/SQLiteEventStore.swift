public import AuthorizationCore
public import EventLog
internal import LedgerCrypto
internal import LedgerSchema
internal import Threads

/// The log in one SQLite file, written by one thread of one process.
///
/// WAL with `synchronous=FULL`; every proposal that waits when a commit ends goes into the next, so that the cost per
/// event falls as load rises. Readers see what was committed, never more.
public final class SQLiteEventStore: EventStore {
    public let path: String
    private let queue: WriterQueue
    private let published: Locked<LedgerWriter.Published>
    private let writer: LedgerWriter
    private let readers: ReaderPool
    private let lock: WriterLock
    private let thread: Locked<WorkerThread?>

    private init(
        path: String, queue: WriterQueue, published: Locked<LedgerWriter.Published>, writer: LedgerWriter,
        readers: ReaderPool, lock: WriterLock
    ) {
        self.path = path
        self.queue = queue
        self.published = published
        self.writer = writer
        self.readers = readers
        self.lock = lock
        // The lock outlives the writer's work, even when the store is dropped without being stopped.
        thread = Locked(WorkerThread(name: "ledger-writer") { withExtendedLifetime(lock) { writer.run() } })
    }

    deinit {
        queue.close(because: Self.stoppedReason)
        readers.close()
    }

    private static let stoppedReason = "the store was stopped"

    // MARK: EventStore

    public var state: LedgerState { published.withLock { $0.state } }

    public var health: StoreHealth { published.withLock { $0.health } }

    public func append(_ proposal: Proposal) async throws(AppendError) -> Commit {
        try await waiting { (waiter: WriterItem.Waiter<Commit>) in
            queue.offer(proposal, .append(proposal, waiter))
        }
    }

    public func admit(_ proposal: Proposal, reserving events: Int) async throws(AppendError) -> Admission {
        switch queue.admitAtOnce(proposal, reserving: events) {
        case .success(let admission?): return admission
        case .failure(let refusal): throw refusal
        case .success(nil): break
        }
        return try await waiting { (waiter: WriterItem.Waiter<Admission>) in
            queue.offerAdmission(proposal, reserving: events) { reservation in
                .admit(proposal, reservation: reservation, reserving: events, waiter)
            }
        }
    }

    public func release(_ admission: Admission) { queue.release(admission.reservation) }

    public func read<Output: Sendable>(
        _ body: @escaping @Sendable (any LedgerReader) throws(StoreError) -> Output
    ) async throws(StoreError) -> Output {
        try await readers.read(body)
    }

    public func keep(_ checkpoint: ReleasedCheckpoint) async throws(AppendError) {
        try await waiting { (waiter: WriterItem.Waiter<Void>) in queue.offer(.keep(checkpoint, waiter)) }
    }

    public func eraseSealed(of vaults: [VaultID], in range: Range<Int64>) async throws(AppendError) -> Int {
        try await waiting { (waiter: WriterItem.Waiter<Int>) in queue.offer(.erase(vaults, range, waiter)) }
    }

    public func stop() async {
        readers.close()
        queue.close(because: Self.stoppedReason)
        await writer.ended()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
        published.withLock { published in
            if published.health == .writable { published.health = .stopped(Self.stoppedReason) }
        }
        lock.unlock()
    }

    private func waiting<Value: Sendable>(
        _ offer: (WriterItem.Waiter<Value>) -> AppendError?
    ) async throws(AppendError) -> Value {
        let result = await withCheckedContinuation { (waiter: WriterItem.Waiter<Value>) in
            if let refusal = offer(waiter) { waiter.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }
}

// MARK: Creating and opening

extension SQLiteEventStore {
    /// Makes a ledger file that holds `events` as its first append, all or nothing. It is not open afterwards.
    ///
    /// `stateCheck` is what ``KeyCheck`` gives for the state key: who opens the file with another is told so.
    @discardableResult
    public static func create(
        at path: String, first events: [ProposedEvent], stateCheck: Bytes32? = nil, clock: @Sendable () -> Timestamp
    ) throws(OpenError) -> Commit {
        try LedgerCreation(path: path, stateCheck: stateCheck).run(events, at: clock())
    }

    /// Opens a ledger file for writing, after its right edge was checked, and brings the side projection up to date.
    ///
    /// `clock` is asked once per commit, on the writer's thread. Throws ``OpenError``; nothing was changed then.
    public static func open(
        at path: String, configuration: StoreConfiguration = StoreConfiguration(),
        projection: (any SideProjection)? = nil, stateCheck: Bytes32? = nil, clock: @escaping @Sendable () -> Timestamp
    ) throws(OpenError) -> SQLiteEventStore {
        try LedgerFile.check(path)
        let lock = try WriterLock(of: path)
        let connection = try opening(path) { () throws(SQLiteError) in try SQLiteConnection(path, .writing) }
        try LedgerFile.checkSchema(of: connection, path: path)
        if let stateCheck { try LedgerFile.check(stateCheck, of: connection, path: path) }
        try opening(path) { () throws(SQLiteError) in try connection.makeDurable() }
        let start = try StartVerification(connection, path: path).run()
        let behind = try ProjectionStart(connection, path: path).bring(projection, upTo: start)
        let appender = try opening(path) { () throws(SQLiteError) in
            try LedgerAppender(
                connection: connection, state: start.state, estatePositions: start.estatePositions, tree: start.tree)
        }
        let readers = try opening(path) { () throws(SQLiteError) in
            try (0..<ReaderPool.threadCount).map { (_) throws(SQLiteError) in
                try SQLiteLedgerReader(try SQLiteConnection(path, .reading))
            }
        }
        let queue = WriterQueue(
            maximumEvents: configuration.maximumQueuedEvents, urgentShare: configuration.urgentShare,
            size: start.state.head.size)
        let published = Locked(LedgerWriter.Published(state: start.state))
        let writer = LedgerWriter(
            appender, queue: queue, published: published, projection: projection, eventsSinceSnapshot: behind,
            configuration: configuration, clock: clock)
        return SQLiteEventStore(
            path: path, queue: queue, published: published, writer: writer,
            readers: ReaderPool(readers, maximumWaiting: configuration.maximumQueuedReads), lock: lock)
    }
}
