internal import AuthorizationCore
internal import EventLog

/// One pass over a part of the log: folds what it reads, and makes each decision again where its outcome stands.
struct ReproductionPass {
    /// Decisions that may be under way at once; the request of any further one is looked up when its outcome comes.
    static let maximumOpen = 100_000
    /// Events that are read at a time.
    private static let stride: Int64 = 4_096

    private let reader: any LedgerReader
    private let range: Range<Int64>
    private let opener: SealedOpening
    /// Nil when the pass does not begin where the log does: what decisions consulted is then read by index.
    private let folded: FoldedState?
    private var open: [DecisionID: RecordedDecision] = [:]
    /// Decisions whose outcome was read, and that are made again when the reader is free.
    private var waiting: [(decision: RecordedDecision, position: Position)] = []
    private var report: ReproductionReport

    init(
        _ reader: any LedgerReader, _ range: Range<Int64>, _ opener: SealedOpening, vaultsGiven: Bool
    ) {
        self.reader = reader
        self.range = range
        self.opener = opener
        folded = range.lowerBound == 0 ? FoldedState() : nil
        report = ReproductionReport(vaultsGiven: vaultsGiven)
    }

    mutating func run(_ progress: (Int64, Int64) -> Void) throws(AuditError) -> ReproductionReport {
        let indexed = try IndexedState(reader, below: Position(range.upperBound))
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, start + Self.stride)
            try scan(start..<end)
            try settle(indexed)
            start = end
            progress(end - range.lowerBound, Int64(range.count))
        }
        report.open = open.values.count { $0.requested != nil }
        report.finish()
        return report
    }

    private mutating func scan(_ part: Range<Int64>) throws(AuditError) {
        var failure: AuditError?
        do throws(StoreError) {
            try reader.scan(part) { (position, leaf, _) in
                do throws(AuditError) {
                    try take(leaf, at: position)
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            throw .store(error)
        }
        if let failure { throw failure }
    }

    /// Makes the decisions again that wait for what only an index reaches.
    private mutating func settle(_ state: IndexedState) throws(AuditError) {
        let search = DecisionSearch(reader)
        for (decision, position) in waiting {
            var whole = decision
            if decision.request == nil || decision.outcome == nil {
                guard let found = try search.gather(decision.id, outcomeAt: position) else {
                    throw .noEvent(position)
                }
                whole = found
            }
            report.take(try Reproduction.verdict(on: whole, in: state, opener))
        }
        waiting.removeAll(keepingCapacity: true)
    }

    private mutating func take(_ leaf: UnsafeRawBufferPointer, at position: Position) throws(AuditError) {
        guard let type = try? RecordedForm.type(of: leaf) else { throw .noEvent(position) }
        let family = type.reproduction
        guard family != .none else { return }
        guard let event = try? RecordedForm.decode(leaf), event.position == position else { throw .noEvent(position) }
        switch family {
        case .none: break
        case .estate: folded?.take(estate: event)
        case .account:
            folded?.take(account: event)
            take(step: event)
            report.note(event.data)
        case .step: take(step: event)
        case .outcome: try take(outcome: event)
        }
    }

    private mutating func take(step event: Event) {
        guard let id = DecisionID(text: event.correlation) else { return }
        guard open[id] != nil || open.count < Self.maximumOpen else { return }
        open[id, default: RecordedDecision(id)].take(event)
    }

    private mutating func take(outcome event: Event) throws(AuditError) {
        guard let id = DecisionID(text: event.correlation) else {
            return report.takeNameless(at: event.position)
        }
        var decision = open.removeValue(forKey: id) ?? RecordedDecision(id)
        decision.take(event)
        guard let folded, decision.request != nil, let outcome = decision.outcome else {
            return waiting.append((decision, event.position))
        }
        do throws(ReplayFault) {
            report.take(try DecisionReplay.verdict(on: decision, outcome, in: folded, opening: opener))
        } catch {
            switch error {
            case .outOfReach: waiting.append((decision, event.position))
            case .audit(let error): throw error
            }
        }
    }
}

extension EventType {
    enum InReproduction {
        case none, estate, account, step, outcome
    }

    /// What an event of this type is to a reproduction.
    var reproduction: InReproduction {
        switch self {
        case .tokenRequested, .validationAttempted: .step
        case .tokenIssued, .tokenRefused: .outcome
        default:
            switch EventData(empty: self) {
            case .accounts: .account
            case let data: data.isEstate ? .estate : .none
            }
        }
    }
}
