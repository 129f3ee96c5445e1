internal import AuthorizationCore

/// Which decisions were begun and did not end, and a fingerprint of all that did.
struct DecisionBook {
    /// Beyond this many decisions without outcome at once, new ones are counted only.
    static let maximumOpen = 100_000
    /// No decision takes this long: its chain has 10 s.
    static let longestInSeconds: Int64 = 30

    private var open = OpenDecisions()
    private(set) var uncounted: Int64 = 0
    private(set) var outcomes = OutcomeSum()

    /// Takes in the request of a decision.
    mutating func begin(
        _ decision: DecisionID, at position: Position, _ recordedAt: Timestamp, _ findings: inout Findings
    ) {
        guard open.count < Self.maximumOpen || open.contains(decision) else {
            uncounted += 1
            return
        }
        guard open.insert(.init(decision: decision, position: position, recordedAt: recordedAt)) else {
            return findings.add(.finding, at: position, "Decision \(decision.text) was begun a second time.")
        }
    }

    /// Takes in the outcome of a decision. `holdsRequest`: it has no request of its own. `unread` is the first and
    /// the last event that could not be read: what is missing from the book may stand there.
    mutating func end(
        _ decision: DecisionID, at position: Position, holdsRequest: Bool, unread: ClosedRange<Int64>?,
        _ findings: inout Findings
    ) {
        let wasOpen = open.remove(decision)
        outcomes.add(decision, position)
        let mayBeUnread = unread.map { $0.lowerBound < position.value } ?? false
        guard wasOpen || holdsRequest || uncounted > 0 || mayBeUnread else {
            return findings.add(
                .finding, at: position,
                "Decision \(decision.text) has an outcome here, but no request that is still open.")
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
        for start in open.sorted {
            if let unread, start.position.value < unread.upperBound {
                unknown += 1
            } else if let now, start.recordedAt.advanced(bySeconds: Self.longestInSeconds) > now {
                underWay += 1
            } else {
                findings.add(
                    .finding, at: start.position,
                    "Decision \(start.decision.text) has no outcome: a password may have left the house for nothing.")
            }
        }
        if uncounted > 0 { findings.add(.finding, "\(uncounted) more decisions without outcome were only counted.") }
        return (underWay, unknown)
    }
}
