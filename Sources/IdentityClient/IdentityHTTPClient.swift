internal import Threads

/// Asks API Identities over HTTP: one POST, one answer.
///
/// - HTTPS is verified (TLS 1.2 or newer) against the system's roots or the request's own; redirects, proxies, netrc,
///   cookies and compression are off; HTTP/1.1 only.
/// - A request is sent at most once, on one connection. It is never repeated after its first byte may have left, so
///   an Identity sees no password twice; a connection that ends without an answer is a failure
///   (``IdentityCallFailure/connectionLost``), in the rare case that a kept connection is closed at the very moment of
///   sending too.
/// - Connections are kept and used again within one pool. One on which anything irregular was seen is closed, and
///   one with unread bytes is not used again: no user's answer is made of what was sent for another.
/// - Cancelling the task that waits cancels nothing: what was asked is recorded.
public final class IdentityHTTPClient: Sendable {
    public struct Configuration: Sendable {
        public var policy: DestinationPolicy
        /// Calls carried at a time. Further ones wait, for at most their timeout, which begins anew when they start.
        public var maximumTransfers = 1_024
        /// Kept and in use, per pool. The oldest idle one is closed when there are more.
        public var maximumConnectionsPerPool = 64
        /// A connection unused for longer is not used again.
        public var maximumIdleSeconds = 20
        /// A pool unused for longer is closed, with its connections.
        public var maximumPoolIdleSeconds = 60

        public init(policy: DestinationPolicy = DestinationPolicy()) {
            self.policy = policy
        }
    }

    /// The client cannot be used: libcurl, or its memory, is not to be had.
    public struct NotStarted: Error {}

    private let loop: TransferLoop
    private let thread: Locked<WorkerThread?>

    /// Starts the client's thread.
    public init(_ configuration: Configuration = Configuration()) throws(NotStarted) {
        guard let loop = TransferLoop(configuration) else { throw NotStarted() }
        self.loop = loop
        thread = Locked(WorkerThread(name: "identities") { loop.run() })
    }

    deinit {
        stop()
    }

    /// Asks, and returns what came of it. It does not throw: that nothing came is an outcome to record.
    public func send(_ request: IdentityRequest) async -> IdentityAnswer {
        let startedAt = monotonicNanoseconds()
        return await withCheckedContinuation { continuation in
            loop.submit(IdentityCall(request: request, startedAt: startedAt, continuation: continuation))
        }
    }

    /// Ends every call, waiting or under way, as ``IdentityCallFailure/cancelledAtStop``, and the thread. Whoever wants
    /// the calls finished waits for them first. Further calls end in the same way; stopping twice does nothing.
    public func stop() {
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        guard let running else { return }
        loop.stop()
        running.join()
    }
}
