internal import CSystem
internal import Glibc
internal import HTTPMessages
internal import Threads

/// One thread's loop: it owns its connections, waits for them, and ends those whose time is over.
///
/// Nothing in here blocks or is shared, except through the mailbox, the admission and the counters.
final class EventLoop {
    private static let receiveSize = 16_384
    private static let readyCapacity = 256
    /// Deadlines are looked at this often, in milliseconds.
    private static let sweepInterval: Int32 = 250

    let shared: SharedState
    let mailbox: Mailbox
    let counters: Locked<ServerCounters>
    private let poller: Int32
    private var accepting: Accepting?
    private let received = UnsafeMutableRawBufferPointer.allocate(byteCount: receiveSize, alignment: 16)

    private var connections: [Int32: Connection] = [:]
    private var lastGeneration: UInt64 = 0
    private var handling = 0
    private var stopDeadline: UInt64?
    private var date = DateField()
    /// Monotonic nanoseconds, read once per turn.
    private(set) var now = monotonicNanoseconds()

    /// - Parameter accepting: What the one loop that accepts needs for it.
    init(
        shared: SharedState, poller: Int32, mailbox: Mailbox, counters: Locked<ServerCounters>, accepting: Accepting?
    ) {
        self.shared = shared
        self.poller = poller
        self.mailbox = mailbox
        self.counters = counters
        self.accepting = accepting
    }

    deinit {
        received.deallocate()
        Glibc.close(poller)
    }

    var configuration: ServerConfiguration { shared.configuration }
    var isStopping: Bool { stopDeadline != nil }

    func deadline(in milliseconds: Int) -> UInt64 {
        now + UInt64(max(0, milliseconds)) * 1_000_000
    }

    func dateFieldValue() -> String {
        date.value(at: wallClockMicroseconds())
    }

    func run() {
        _ = ledger_poller_add(poller, mailbox.bell, 1, 0)
        if let accepting { _ = ledger_poller_add(poller, accepting.listener, 1, 0) }
        var ready = [ledger_readiness](repeating: ledger_readiness(), count: Self.readyCapacity)
        var nextSweep = now
        while !isFinished {
            let patience = mailbox.mayWait() ? Self.sweepInterval : 0
            let count = ledger_poller_wait(poller, &ready, Int32(Self.readyCapacity), patience)
            mailbox.wake()
            now = monotonicNanoseconds()
            for index in 0..<Int(max(0, count)) { react(to: ready[index]) }
            for message in mailbox.takeAll() { receive(message) }
            if now >= nextSweep {
                nextSweep = deadline(in: Int(Self.sweepInterval))
                sweep()
            }
        }
        for connection in connections.values { close(connection) }
        mailbox.close()
    }

    private var isFinished: Bool {
        guard let stopDeadline else { return false }
        return connections.isEmpty && handling == 0 || now >= stopDeadline
    }

    private func react(to ready: ledger_readiness) {
        if ready.descriptor == mailbox.bell {
            // It was heard: what was sent is taken at the end of the turn.
        } else if ready.descriptor == accepting?.listener {
            accept()
        } else if let connection = connections[ready.descriptor] {
            let session = connection.transport.session
            if ready.writable != 0 {
                flush(connection)
                if session?.readNeedsWritable == true { read(connection) }
            }
            if ready.readable != 0 {
                if session?.writeNeedsReadable == true { flush(connection) }
                if connection.wantsBytes {
                    read(connection)
                } else if ready.gone != 0 {
                    close(connection)
                }
            }
            advance(connection)
        }
    }

    private func receive(_ message: Mailbox.Message) {
        switch message {
        case .adopt(let descriptor, let source):
            adopt(descriptor, source)
        case .answer(let answer):
            handling -= 1
            deliver(answer)
        case .job(let job):
            mailbox.run(job)
        case .stop(let deadline):
            stop(deadline)
        }
    }

    // MARK: Connections

    /// Takes a connection that has been admitted.
    private func adopt(_ descriptor: Int32, _ source: PeerAddress) {
        lastGeneration += 1
        let session = configuration.tls?.context.session(over: descriptor)
        guard session != nil || configuration.tls == nil else {
            Glibc.close(descriptor)
            return shared.admission.release(source)
        }
        let connection = Connection(
            transport: SocketTransport(descriptor: descriptor, session: session), generation: lastGeneration,
            source: source,
            limits: shared.requestLimits, deadline: deadline(in: configuration.headDeadline))
        connections[descriptor] = connection
        if ledger_poller_add(poller, descriptor, 1, 0) != 0 { close(connection) }
    }

    /// The connection that an answer belongs to, unless it is gone.
    func connection(_ descriptor: Int32, _ generation: UInt64) -> Connection? {
        guard let connection = connections[descriptor], connection.generation == generation else { return nil }
        return connection
    }

    func close(_ connection: Connection) {
        guard connection.phase != .closed else { return }
        connection.phase = .closed
        connections[connection.transport.descriptor] = nil
        connection.transport.close()
        shared.admission.release(connection.source)
    }

    /// Tells the poller what the connection waits for, if that has changed.
    func watch(_ connection: Connection) {
        guard connection.phase != .closed else { return }
        let wanted = connection.wanted
        guard wanted != connection.watched else { return }
        connection.watched = wanted
        let descriptor = connection.transport.descriptor
        if ledger_poller_change(poller, descriptor, wanted.reads ? 1 : 0, wanted.writes ? 1 : 0) != 0 {
            close(connection)
        }
    }

    private func read(_ connection: Connection) {
        switch connection.transport.receive(into: received) {
        case .moved(let count):
            // Nobody knows when the next bytes come, and these may hold a password.
            defer { _ = received[..<count].initializeMemory(as: UInt8.self, repeating: 0) }
            counters.withLock { $0.bytesReceived += count }
            guard connection.phase != .lingering else { return }
            connection.reader.append(received.assumingMemoryBound(to: UInt8.self).span.extracting(first: count))
        case .wouldBlock:
            return
        case .ended where connection.phase == .handling || connection.hasOutput:
            connection.peerHasEnded = true
        case .failed where connection.transport.session?.isHandshaking == true:
            counters.withLock { $0.failedHandshakes += 1 }
            close(connection)
        case .ended, .failed:
            close(connection)
        }
    }

    /// Gives a request to its handler, in a Task of its own that runs on this thread.
    func handle(_ request: HTTPRequest, _ exchange: Exchange, on connection: Connection) {
        handling += 1
        let (descriptor, generation) = (connection.transport.descriptor, connection.generation)
        Task(executorPreference: mailbox) { [shared, mailbox] in
            let response = await shared.handler(request)
            shared.slots.give()
            mailbox.send(
                .answer(
                    Answer(descriptor: descriptor, generation: generation, exchange: exchange, response: response)))
        }
    }

    // MARK: Time

    private func sweep() {
        resumeAccepting()
        for connection in connections.values where now >= connection.deadline {
            switch connection.phase {
            case .head, .body:
                refuse(connection, status: 408)
                watch(connection)
            case .writing:
                counters.withLock { $0.unreadAnswers += 1 }
                close(connection)
            case .opening, .idle, .lingering:
                close(connection)
            case .handling, .closed:
                break
            }
        }
    }

    private func stop(_ deadline: UInt64) {
        stopDeadline = deadline
        if let accepting {
            // Whoever has connected by now is served, by this loop: the others end when they hear of it.
            accept()
            Glibc.close(accepting.listener)
            self.accepting = nil
            for other in accepting.mailboxes.dropFirst() { other.send(.stop(deadline: deadline)) }
        }
        // A last look, so that a request that is already here counts as begun.
        for connection in connections.values where connection.isReadingRequest {
            read(connection)
            advance(connection)
            if connection.phase == .opening { close(connection) }
        }
    }
}

// MARK: - Accepting

extension EventLoop {
    /// What the loop that accepts has besides its connections. One listener and one acceptor, dealing out in turn,
    /// keep the loops evenly loaded.
    struct Accepting {
        let listener: Int32
        let mailboxes: [Mailbox]
        var turn = 0
        var isPaused = false

        init(listener: Int32, mailboxes: [Mailbox]) {
            self.listener = listener
            self.mailboxes = mailboxes
        }
    }

    /// Connections taken per turn, so that a flood of new ones does not starve those that are here.
    private static let maximumAcceptsPerTurn = 64

    private func accept() {
        guard let listener = accepting?.listener else { return }
        for _ in 0..<Self.maximumAcceptsPerTurn {
            var peer = ledger_address()
            let descriptor = ledger_accept_from(listener, &peer)
            switch -descriptor {
            case _ where descriptor >= 0: admit(descriptor, peer)
            case EAGAIN: return
            case EINTR, ECONNABORTED: continue
            default: return pauseAccepting()
            }
        }
    }

    private func admit(_ descriptor: Int32, _ peer: ledger_address) {
        let bytes = withUnsafeBytes(of: peer.bytes) { [UInt8]($0.prefix(Int(peer.length))) }
        guard let source = PeerAddress(bytes: bytes) else {
            Glibc.close(descriptor)
            return
        }
        let verdict = shared.admission.admit(source)
        counters.withLock { counters in
            switch verdict {
            case .admitted: counters.connectionsAccepted += 1
            case .tooMany: counters.connectionsRefusedByTotal += 1
            case .tooManyFromAddress: counters.connectionsRefusedByAddress += 1
            }
        }
        switch verdict {
        case .admitted: deal(descriptor, source)
        case .tooMany, .tooManyFromAddress: Glibc.close(descriptor)
        }
    }

    private func deal(_ descriptor: Int32, _ source: PeerAddress) {
        guard !isStopping, let turn = accepting?.turn, let mailboxes = accepting?.mailboxes, turn != 0 else {
            adopt(descriptor, source)
            advanceTurn()
            return
        }
        mailboxes[turn].send(.adopt(descriptor: descriptor, source: source))
        advanceTurn()
    }

    private func advanceTurn() {
        guard let accepting else { return }
        self.accepting?.turn = (accepting.turn + 1) % accepting.mailboxes.count
    }

    /// No descriptors or memory left: the listener stays ready all the time, so it is not listened to for a while.
    private func pauseAccepting() {
        guard let accepting, !accepting.isPaused else { return }
        counters.withLock { $0.acceptPauses += 1 }
        _ = ledger_poller_remove(poller, accepting.listener)
        self.accepting?.isPaused = true
    }

    private func resumeAccepting() {
        guard let accepting, accepting.isPaused else { return }
        self.accepting?.isPaused = false
        _ = ledger_poller_add(poller, accepting.listener, 1, 0)
    }
}
