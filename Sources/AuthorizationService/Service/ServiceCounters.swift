internal import Threads

/// What the service counts for `/metrics`.
public final class ServiceCounters: Sendable {
    public struct Counts: Sendable, Equatable {
        public var tokensIssued = 0
        public var tokensRefused = 0
        /// Revocations that apps asked for.
        public var tokensRevoked = 0
        /// Requests that never authenticated and were not recorded one by one.
        public var requestsSuppressed = 0
        public var identityCalls = 0
        public var identityFailures = 0
        /// Decisions made again because the estate moved.
        public var decisionsMoved = 0
    }

    private let counts = Locked(Counts())

    public init() {}

    public var current: Counts { counts.withLock { $0 } }

    func count(_ what: any WritableKeyPath<Counts, Int> & Sendable, _ number: Int = 1) {
        counts.withLock { $0[keyPath: what] += number }
    }
}
