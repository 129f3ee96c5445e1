internal import AuthorizationCore
internal import Threads

/// Which destinations are not asked for a while, because they failed again and again.
///
/// A breaker opens after ``failuresToOpen`` indeterminate answers within ``windowNanoseconds``. While it is open one
/// call a ``trialInterval`` is let through; the first answer that says anything about a user closes it. What an open breaker
/// means for a decision is the Identity's `on_unavailable`: it is the Identity's own failure.
final class IdentityBreakers: Sendable {
    static let failuresToOpen = 5
    static let windowNanoseconds: UInt64 = 10_000_000_000
    static let trialInterval: UInt64 = 1_000_000_000

    /// One Identity in one environment: where its calls go.
    struct Place: Hashable, Sendable {
        var identity: IdentityID
        var environment: EnvironmentName
    }

    private let troubled = Locked<[Place: Breaker]>([:])

    /// Whether the place may be asked now, by a monotonic clock in nanoseconds. A yes while the breaker is open is the
    /// trial of this interval.
    func allows(_ place: Place, at now: UInt64) -> Bool {
        troubled.withLock { $0[place]?.allows(at: now) ?? true }
    }

    /// Takes in what came of a call: an answer that says nothing about the user, or one that does.
    func note(isIndeterminate: Bool, of place: Place, at now: UInt64) {
        troubled.withLock { troubled in
            if isIndeterminate {
                troubled[place, default: Breaker()].fail(at: now)
            } else if !troubled.isEmpty {
                troubled[place] = nil
            }
        }
    }

    /// How many are open, for metrics.
    func openCount() -> Int { troubled.withLock { $0.values.count { $0.isOpen } } }
}

/// The failures of one destination.
private struct Breaker: Sendable {
    private(set) var isOpen = false
    /// The newest failures, oldest first, while it is closed.
    private var failures: [UInt64] = []
    private var lastTrial: UInt64 = 0

    mutating func allows(at now: UInt64) -> Bool {
        guard isOpen else { return true }
        guard now >= lastTrial + IdentityBreakers.trialInterval else { return false }
        lastTrial = now
        return true
    }

    mutating func fail(at now: UInt64) {
        guard !isOpen else { return }
        failures.removeAll { $0 + IdentityBreakers.windowNanoseconds < now }
        failures.append(now)
        guard failures.count >= IdentityBreakers.failuresToOpen else { return }
        isOpen = true
        failures = []
        lastTrial = now
    }
}
