internal import AuthorizationCore
internal import EventLog

/// Makes each decision of a part of the log again, and folds what they consulted.
final class ReproductionPass: DecisionTaker {
    private let opener: SealedOpening
    /// What decisions consulted, as far as it is not folded: read by index.
    private let indexed: IndexedState
    /// Nil when the pass does not begin where the log does.
    private let folded: FoldedState?
    private var report: ReproductionReport
    private var check = QuickCheck()

    private init(
        _ reader: any LedgerReader, _ range: Range<Int64>, _ opener: SealedOpening, vaultsGiven: Bool
    ) throws(AuditError) {
        self.opener = opener
        indexed = try IndexedState(reader, below: Position(range.upperBound))
        folded = range.lowerBound == 0 ? FoldedState(reader) : nil
        report = ReproductionReport(vaultsGiven: vaultsGiven)
    }

    /// Without `isQuick` the decision function is run over every decision; so it is where sealed values are opened.
    static func run(
        _ reader: any LedgerReader, _ range: Range<Int64>, _ opener: SealedOpening, vaultsGiven: Bool, isQuick: Bool,
        _ progress: (Int64, Int64) -> Void
    ) throws(AuditError) -> ReproductionReport {
        let taker = try ReproductionPass(reader, range, opener, vaultsGiven: vaultsGiven)
        let pass = DecisionPass(reader, range, to: taker, isQuick: isQuick && !vaultsGiven)
        taker.report.open = try pass.run(progress)
        taker.report.finish()
        return taker.report
    }

    // MARK: What was consulted

    var recognises: Bool { folded != nil }

    func take(estate event: Event) { folded?.take(estate: event) }

    func take(account event: Event) {
        folded?.take(account: event)
        folded?.take(end: event)
        report.note(event.data)
    }

    func take(end event: Event) { folded?.take(end: event) }

    func take(opening: QuickOpening, at position: Position) { folded?.open(opening, at: position) }

    // MARK: Decisions

    func takeStray(_ decision: DecisionID, at position: Position) { report.takeStray(decision, at: position) }

    func takeNameless(at position: Position) { report.takeNameless(at: position) }

    /// Whether the decision is one of a kind that was made again on the same estate, and comes out the same.
    func recognise(_ seen: borrowing SeenDecision) throws(AuditError) -> Bool {
        guard let folded, let version = folded.known(at: Position(seen.outcome.consulted)),
            let known = version.kinds[seen.kind]
        else { return false }
        let result: QuickCheck.Result
        switch seen.outcome {
        case .refusal(_, let refusal):
            result = check.refusal(seen.holes, refusal, by: known, on: version)
        case .token(_, let token):
            let winner = known.token.map { $0.winner } ?? 0
            let reference =
                winner < seen.holes.attempts.count ? seen.holes.attempts[winner].subjectReference : nil
            result = check.token(
                seen.holes, token, seen.leaf, id: seen.id, by: known, on: version,
                standing: reference.flatMap { folded.standing(of: $0, before: Position(seen.holes.first)) })
        }
        switch result {
        case .identical: report.takeIdentical()
        case .sealed(let vault): report.takeIdentical(sealed: 2, in: vault)
        case .unknown: return false
        }
        if case .token(let envelope, let token) = seen.outcome, let refresh = token.refresh {
            folded.issue(refresh.family, generation: 0, at: Position(envelope.position))
        }
        return true
    }

    func take(_ decision: RecordedDecision, of kind: DecisionShape?) throws(AuditError) {
        let verdict = try self.verdict(on: decision)
        report.take(verdict)
        if let outcome = decision.outcome, case .issued(let token) = outcome.data, let refresh = token.refresh {
            folded?.issue(refresh.family, generation: refresh.generation, at: outcome.position)
        }
        if let kind, let learnt = verdict.learnt, verdict.differences.isEmpty, let folded,
            let consulted = decision.outcome?.data.consulted, let version = folded.known(at: consulted)
        {
            version.learn(learnt, of: kind)
        }
    }

    private func verdict(on decision: RecordedDecision) throws(AuditError) -> DecisionVerdict {
        guard let outcome = decision.outcome else { throw .noSuchDecision(decision.id) }
        if let folded {
            do throws(ReplayFault) {
                return try DecisionReplay.verdict(on: decision, outcome, in: folded, opening: opener)
            } catch {
                if case .audit(let error) = error { throw error }
            }
        }
        return try Reproduction.verdict(on: decision, in: indexed, opener)
    }
}
