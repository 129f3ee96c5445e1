public import AuthorizationCore
public import EventLog

/// Makes recorded decisions again and says whether they come out as they are recorded.
///
/// It runs on the bytes of the log and nothing else: the estate is folded up to the position that each step consulted,
/// the decision function of the recorded engine is run over the recorded request, answers, clock readings and throttle
/// numbers, and everything that it says is compared with the record. Indexes say where to look and nothing more.
public struct Reproduction {
    /// Which decisions.
    public enum Selection: Sendable, Equatable {
        case everything
        /// One, by its id, which is also the `jti` of its token.
        case decision(DecisionID)
        /// Those whose outcome stands in a part of the log; both places are in it.
        case range(from: Place?, to: Place?)
    }

    public var selection: Selection
    /// Runs the decision function over every single decision. Without it, decisions that differ from one that was made
    /// again, on the same estate, in identifiers, times and positions only are compared in these.
    public var inFull = false
    /// The decisions that differ, or were made by an unknown engine, that a report names at most.
    public static let maximumNamed = 1_000

    public init(_ selection: Selection = .everything) {
        self.selection = selection
    }

    /// Runs. `vaults` opens what is sealed; `progress` is told events read and events to read.
    ///
    /// Throws ``AuditError`` at the first event that is damaged, and when the decision or place is not there.
    public func run(
        _ reader: any LedgerReader, vaults: (any VaultReader)? = nil,
        progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws(AuditError) -> ReproductionReport {
        let opener = SealedOpening(reader, vaults: vaults)
        switch selection {
        case .decision(let id):
            var report = ReproductionReport(vaultsGiven: vaults != nil)
            let verdict = try Self.verdict(on: try DecisionSearch(reader).find(id), reader, opener)
            report.take(verdict)
            report.single = verdict
            return report
        case .everything:
            return try run(reader, 0..<(try reader.headSize()), opener, vaults != nil, progress)
        case .range(let from, let to):
            let start = try from.map { (place) throws(AuditError) in try reader.size(before: place) } ?? 0
            let end = try to.map { (place) throws(AuditError) in try reader.size(through: place) }
            let head = try reader.headSize()
            return try run(reader, start..<max(start, end ?? head), opener, vaults != nil, progress)
        }
    }

    private func run(
        _ reader: any LedgerReader, _ range: Range<Int64>, _ opener: SealedOpening, _ vaultsGiven: Bool,
        _ progress: (Int64, Int64) -> Void
    ) throws(AuditError) -> ReproductionReport {
        try ReproductionPass.run(reader, range, opener, vaultsGiven: vaultsGiven, isQuick: !inFull, progress)
    }

    /// One decision, by index.
    static func verdict(
        on decision: RecordedDecision, _ reader: any LedgerReader, _ opener: SealedOpening
    ) throws(AuditError) -> DecisionVerdict {
        guard let position = decision.outcome?.position else { throw .noSuchDecision(decision.id) }
        return try verdict(on: decision, in: try IndexedState(reader, below: position), opener)
    }

    static func verdict(
        on decision: RecordedDecision, in state: IndexedState, _ opener: SealedOpening
    ) throws(AuditError) -> DecisionVerdict {
        guard let outcome = decision.outcome else { throw .noSuchDecision(decision.id) }
        do throws(ReplayFault) {
            return try DecisionReplay.verdict(on: decision, outcome, in: state, opening: opener)
        } catch {
            switch error {
            case .audit(let error): throw error
            // What is read by index has no reach.
            case .outOfReach: throw .noEvent(outcome.position)
            }
        }
    }
}
