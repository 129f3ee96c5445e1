internal import Synchronization

/// What the service counts for `/metrics`. Labels are ids and words of ours only.
public final class ServiceCounters: Sendable {
    let tokensIssued = Atomic<Int>(0)
    let tokensRefused = Atomic<Int>(0)
    let requestsSuppressed = Atomic<Int>(0)
    let identityCalls = Atomic<Int>(0)
    let identityFailures = Atomic<Int>(0)
    let decisionsMoved = Atomic<Int>(0)

    public init() {}
}
