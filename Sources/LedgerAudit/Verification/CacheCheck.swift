internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto

/// Compares what the store keeps for speed with what the log says.
struct CacheCheck {
    let reader: any AuditReader
    let size: Int64
    let roots: [Int64: SHA256Digest]

    /// The index of estate events, from which the estate is rebuilt.
    func compareEstate(_ events: [Event], _ findings: inout Findings) {
        let index = findings.reading("The index of estate events") { () throws(StoreError) in
            try reader.estatePositions(below: Position(size))
        }
        guard let index else { return }
        var expected = events.map(\.position)[...]
        for position in index {
            while let first = expected.first, first < position {
                findings.add(.cache, at: first, "The index of estate events leaves this one out.")
                expected.removeFirst()
            }
            if expected.first == position {
                expected.removeFirst()
            } else {
                findings.add(.cache, at: position, "The index of estate events names this one, which is none.")
            }
        }
        for position in expected {
            findings.add(.cache, at: position, "The index of estate events leaves this one out.")
        }
    }

    /// The index of outcomes. Its order is not the log's, so sums are compared, and rows only where they differ.
    func compareOutcomes(_ expected: OutcomeSum, _ findings: inout Findings) {
        let found = findings.reading("The index of decisions") { () throws(StoreError) in try sumOfIndex() }
        guard let found, found != expected else { return }
        let rows = findings.reading("The index of decisions") { () throws(StoreError) in try judgedIndex() }
        guard let rows else { return }
        for (decision, position) in rows.wrong {
            findings.add(
                .cache, at: position, "The index says that decision \(decision.text) ended here; it did not.")
        }
        if rows.right < expected.count {
            findings.add(
                .cache, "The index of decisions lacks \(expected.count - rows.right) of \(expected.count) outcomes.")
        }
    }

    private func sumOfIndex() throws(StoreError) -> OutcomeSum {
        var sum = OutcomeSum()
        try reader.scanOutcomes { (decision, position) in
            if position.value < size { sum.add(decision, position) }
            return true
        }
        return sum
    }

    private func judgedIndex() throws(StoreError) -> (wrong: [(DecisionID, Position)], right: Int64) {
        var wrong: [(DecisionID, Position)] = []
        var right: Int64 = 0
        try reader.scanOutcomes { (decision, position) in
            guard position.value < size else { return true }
            if isOutcome(of: decision, at: position) { right += 1 } else { wrong.append((decision, position)) }
            return wrong.count < Findings.maximumCount
        }
        return (wrong, right)
    }

    private func isOutcome(of decision: DecisionID, at position: Position) -> Bool {
        guard let event = try? reader.decodedEvent(at: position), event.correlation == decision.text else {
            return false
        }
        switch event.data {
        case .tokens(.issued), .tokens(.refused): return true
        case .ledger, .operators, .environments, .apis, .identities, .apps, .tokens, .accounts, .access, .audit:
            return false
        }
    }

    func compareSnapshots(_ snapshots: [Head], _ findings: inout Findings) {
        for snapshot in snapshots where snapshot.size > size || roots[snapshot.size] != snapshot.root {
            findings.add(.cache, "The snapshot of size \(snapshot.size) does not belong to this log.")
        }
    }
}
