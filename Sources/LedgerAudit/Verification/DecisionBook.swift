internal import AuthorizationCore

/// Which decisions were begun and did not end, and a fingerprint of all that did.
struct DecisionBook {
    /// Beyond this many decisions without outcome at once, new ones are counted only.
    static let maximumOpen = 100_000
    /// No decision takes this long: its chain has 10 s.
    static let longestInSeconds: Int64 = 30

    private var open: [DecisionID: (position: Position, recordedAt: Timestamp)] = [:]
    private(set) var uncounted: Int64 = 0
    private(set) var outcomes = OutcomeSum()

    /// `unread` is the first and the last event that could not be read: what is missing from the book may stand there.
    mutating func take(
        _ step: BatchResult.DecisionStep, unread: ClosedRange<Int64>?, _ findings: inout Findings
    ) {
        switch step.kind {
        case .requested:
            guard open[step.decision] == nil else {
                return findings.add(
                    .finding, at: step.position, "Decision \(step.decision.text) was begun a second time.")
            }
            guard open.count < Self.maximumOpen else {
                uncounted += 1
                return
            }
            open[step.decision] = (step.position, step.recordedAt)
        case .ended(let holdsRequest):
            let wasOpen = open.removeValue(forKey: step.decision) != nil
            outcomes.add(step.decision, step.position)
            let mayBeUnread = unread.map { $0.lowerBound < step.position.value } ?? false
            guard wasOpen || holdsRequest || uncounted > 0 || mayBeUnread else {
                return findings.add(
                    .finding, at: step.position,
                    "Decision \(step.decision.text) has an outcome here, but no request that is still open.")
            }
        }
    }

    /// Reports the decisions that have no outcome.
    ///
    /// Counted instead are those that may still be under way at `now`, while a service has the ledger open, and those
    /// whose outcome may be among the events that could not be read.
    func finish(
        inUseAt now: Timestamp?, unread: ClosedRange<Int64>?, _ findings: inout Findings
    ) -> (underWay: Int, unknown: Int) {
        var (underWay, unknown) = (0, 0)
        for (decision, start) in open.sorted(by: { $0.value.position < $1.value.position }) {
            if let unread, start.position.value < unread.upperBound {
                unknown += 1
            } else if let now, start.recordedAt.advanced(bySeconds: Self.longestInSeconds) > now {
                underWay += 1
            } else {
                findings.add(
                    .finding, at: start.position,
                    "Decision \(decision.text) has no outcome: a password may have left the house for nothing.")
            }
        }
        if uncounted > 0 { findings.add(.finding, "\(uncounted) more decisions without outcome were only counted.") }
        return (underWay, unknown)
    }
}

/// A fingerprint of a set of outcomes that does not depend on their order.
///
/// It compares the index of decisions, whose order is not the log's, with the log, in memory that does not grow. Its
/// keys are drawn for each run, so that nobody can prepare an index that differs and has the same sums.
struct OutcomeSum: Equatable {
    private static let keys: (UInt64, UInt64) = (.random(in: .min ... .max), .random(in: .min ... .max))

    private(set) var count: Int64 = 0
    private var sums: (UInt64, UInt64) = (0, 0)

    mutating func add(_ decision: DecisionID, _ position: Position) {
        count += 1
        sums.0 &+= Self.mix(decision, position, Self.keys.0)
        sums.1 &+= Self.mix(decision, position, Self.keys.1)
    }

    private static func mix(_ decision: DecisionID, _ position: Position, _ key: UInt64) -> UInt64 {
        var word = key
        for part in [
            UInt64(truncatingIfNeeded: decision.bits), UInt64(truncatingIfNeeded: decision.bits >> 64),
            UInt64(bitPattern: position.value),
        ] {
            // The finalizer of SplitMix64.
            word = (word ^ part) &+ 0x9e37_79b9_7f4a_7c15
            word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
            word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
            word ^= word >> 31
        }
        return word
    }

    static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.sums == right.sums
    }
}
