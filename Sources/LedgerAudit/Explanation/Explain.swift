public import AuthorizationCore
public import EventLog

/// Asks how one decision came about.
public struct Explain {
    public var decision: DecisionID

    public init(_ decision: DecisionID) { self.decision = decision }

    /// Throws ``AuditError/noSuchDecision(_:)``, and at the first event of the decision or its estate that is damaged.
    public func run(
        _ reader: any LedgerReader, vaults: (any VaultReader)? = nil
    ) throws(AuditError) -> Explanation {
        let recorded = try DecisionSearch(reader).find(decision)
        guard let outcome = recorded.outcome else { throw .noSuchDecision(decision) }
        let state = try IndexedState(reader, below: outcome.position)
        let opening = SealedOpening(reader, vaults: vaults)
        let verdict = try Reproduction.verdict(on: recorded, in: state, opening)
        let story = DecisionStory(recorded, outcome, state, Marks(reader), opening)
        let sections = try telling { () throws(ReplayFault) in try story.sections() }
        return Explanation(
            decision: decision, position: outcome.position, recordedAt: outcome.recordedAt,
            summary: try telling { () throws(ReplayFault) in try story.summary() },
            sections: sections + [Self.check(verdict)],
            verdict: verdict)
    }

    private func telling<Output>(_ body: () throws(ReplayFault) -> Output) throws(AuditError) -> Output {
        do throws(ReplayFault) {
            return try body()
        } catch {
            switch error {
            case .audit(let error): throw error
            // What is read by index is in reach.
            case .outOfReach: throw .noSuchDecision(decision)
            }
        }
    }

    private static func check(_ verdict: DecisionVerdict) -> Explanation.Section {
        var statements = [Explanation.Statement("Made again from the log alone, the decision is \(verdict.answer).")]
        statements += verdict.differences.map { .init("At position \($0.position), \($0.sentence).") }
        statements.append(.init(ReproductionReport.onTrust))
        return .init(heading: "Whether it can be believed", statements: statements)
    }
}
