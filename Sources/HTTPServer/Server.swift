internal import CSystem
internal import Glibc
public import HTTPMessages
internal import Threads

/// A strict HTTP/1.1 server: a few event-loop threads that own their connections, and one Task per request.
///
/// It accepts only what every reader reads the same way, bounds everything that a client can make it hold, and ends
/// every phase at an absolute deadline. A handler runs to its end even when its client has left: what it records
/// must not depend on who still listens.
public final class Server: Sendable {
    public typealias Handler = @Sendable (HTTPRequest) async -> HTTPResponse

    private struct Running: Sendable {
        let threads: [WorkerThread]
        let mailboxes: [Mailbox]
        let counters: [Locked<ServerCounters>]
        /// One element for each loop that has ended.
        let ended: AsyncStream<Void>
    }

    private enum State: Sendable {
        case new
        case running(Running)
        case stopped
    }

    private let shared: SharedState
    private let state = Locked(State.new)
    private let finalCounters = Locked(ServerCounters())

    public init(configuration: ServerConfiguration = ServerConfiguration(), handler: @escaping Handler) {
        shared = SharedState(configuration: configuration, handler: handler)
    }

    /// Listens and serves until ``stop(gracePeriod:)``. It does not wait.
    ///
    /// With TLS the process ignores SIGPIPE from here on: OpenSSL's writes to a connection that is gone would raise it.
    ///
    /// - Parameters:
    ///   - host: An IPv4 or IPv6 literal, or `localhost`, which is 127.0.0.1.
    ///   - port: 0 for any free one.
    /// - Returns: The port that was bound.
    @discardableResult
    public func start(host: String, port: UInt16) throws(ListenError) -> UInt16 {
        try state.withLock { state throws(ListenError) in
            guard case .new = state else { throw .alreadyStarted }
            if shared.configuration.tls != nil { signal(SIGPIPE, SIG_IGN) }
            let (listener, boundPort) = try Self.listen(host, port, shared.configuration.listenBacklog)
            do throws(ListenError) {
                state = .running(try run(listener))
            } catch {
                close(listener)
                throw error
            }
            return boundPort
        }
    }

    private static func listen(
        _ host: String, _ port: UInt16, _ backlog: Int32
    ) throws(ListenError) -> (listener: Int32, port: UInt16) {
        var boundPort: UInt16 = 0
        let listener = ledger_listen(host == "localhost" ? "127.0.0.1" : host, port, backlog, &boundPort)
        switch -listener {
        case _ where listener >= 0: return (listener, boundPort)
        case EINVAL: throw .notAnAddress(host)
        case EADDRINUSE: throw .addressInUse(port: port)
        case EACCES: throw .permissionDenied(port: port)
        default: throw .system(errno: -listener)
        }
    }

    private func run(_ listener: Int32) throws(ListenError) -> Running {
        let count = shared.configuration.loopCount ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        var mailboxes: [Mailbox] = []
        var pollers: [Int32] = []
        for _ in 0..<max(1, count) {
            mailboxes.append(try Mailbox())
            let poller = ledger_poller_create()
            guard poller >= 0 else {
                for poller in pollers { close(poller) }
                throw .system(errno: -poller)
            }
            pollers.append(poller)
        }
        let (ended, continuation) = AsyncStream<Void>.makeStream()
        let counters = mailboxes.map { _ in Locked(ServerCounters()) }
        let threads = mailboxes.indices.map { [shared, mailboxes, pollers] index in
            WorkerThread(name: "http-\(index)") {
                let loop = EventLoop(
                    shared: shared, poller: pollers[index], mailbox: mailboxes[index], counters: counters[index],
                    accepting: index == 0 ? .init(listener: listener, mailboxes: mailboxes) : nil)
                loop.run()
                continuation.yield()
            }
        }
        return Running(threads: threads, mailboxes: mailboxes, counters: counters, ended: ended)
    }

    /// Stops accepting, closes idle connections, finishes the requests that were begun, and returns when all threads
    /// have ended: after the grace period at the latest. Answers that come later are dropped; their handlers are not
    /// stopped. A second call returns at once.
    public func stop(gracePeriod: Duration = .seconds(10)) async {
        let running = state.withLock { state -> Running? in
            guard case .running(let running) = state else { return nil }
            state = .stopped
            return running
        }
        guard let running else { return }
        let (seconds, attoseconds) = gracePeriod.components
        let grace = UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
        // The loop that accepts tells the others, after the last connection that it deals out.
        running.mailboxes[0].send(.stop(deadline: monotonicNanoseconds() + grace))
        var endings = running.ended.makeAsyncIterator()
        for _ in running.threads { await endings.next() }
        for thread in running.threads { thread.join() }
        finalCounters.withLock { total in
            for counters in running.counters { total.add(counters.withLock { $0 }) }
        }
    }

    /// What was counted up to now.
    public var counters: ServerCounters {
        var total = finalCounters.withLock { $0 }
        if case .running(let running) = state.withLock({ $0 }) {
            for counters in running.counters { total.add(counters.withLock { $0 }) }
        }
        total.connectionsOpen = shared.admission.open
        total.requestsInFlight = shared.slots.inUse
        return total
    }
}

/// What all loops of a server share.
final class SharedState: Sendable {
    let configuration: ServerConfiguration
    let requestLimits: RequestLimits
    let handler: Server.Handler
    let admission: Admission
    let slots: RequestSlots

    init(configuration: ServerConfiguration, handler: @escaping Server.Handler) {
        self.configuration = configuration
        self.handler = handler
        requestLimits = configuration.requestLimits
        admission = Admission(configuration)
        slots = RequestSlots(maximum: configuration.maximumRequestsInFlight)
    }
}
