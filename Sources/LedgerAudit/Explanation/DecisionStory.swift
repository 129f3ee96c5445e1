internal import AuthorizationCore
internal import EventLog

/// Tells a decision in the order in which it was taken.
struct DecisionStory {
    let recorded: RecordedDecision
    let outcome: Recorded<RecordedDecision.Outcome>
    let state: IndexedState
    let marks: Marks
    let opening: SealedOpening

    init(
        _ recorded: RecordedDecision, _ outcome: Recorded<RecordedDecision.Outcome>, _ state: IndexedState,
        _ marks: Marks, _ opening: SealedOpening
    ) {
        self.recorded = recorded
        self.outcome = outcome
        self.state = state
        self.marks = marks
        self.opening = opening
    }

    typealias Section = Explanation.Section
    typealias Statement = Explanation.Statement

    func summary() throws(ReplayFault) -> String {
        let names = EventSummary(estate: try consulted.estate)
        let place = recorded.request.map { " in \($0.environment.text)" } ?? ""
        switch outcome.data {
        case .issued(let token):
            let vouching = token.winner.map { ", on the word of \(names.name($0))" } ?? ""
            return "A token about \(Self.subject(of: token)) was issued to "
                + "\(names.name(token.claims.clientID))\(place)\(vouching)."
        case .refused(let refusal):
            return "No token was issued\(place): \(refusal.reason.text)."
        }
    }

    func sections() throws(ReplayFault) -> [Section] {
        var sections = [Section(heading: "Who asked", statements: try asking())]
        let chain = try chainStatements()
        if !chain.isEmpty {
            sections.append(Section(heading: "Which Identities could vouch, and why", statements: chain))
        }
        let answers = try answerStatements()
        if !answers.isEmpty { sections.append(Section(heading: "What each answered", statements: answers)) }
        sections.append(Section(heading: "Which rule decided", statements: try ruling()))
        if case .issued(let token) = outcome.data {
            sections.append(Section(heading: "What the token says, and why", statements: try claims(of: token)))
            sections.append(Section(heading: "What the token does not say", statements: Self.limits(of: token)))
        }
        return sections
    }

    /// The estate that the outcome was decided on.
    var consulted: EstateVersion {
        get throws(ReplayFault) { try state.version(at: min(outcome.data.consulted, outcome.position)) }
    }

    func mark(_ position: Position?) throws(ReplayFault) -> [EventMark] {
        guard let position else { return [] }
        return try reading { () throws(AuditError) in [try marks.mark(position)] }
    }

    func marks(_ positions: [Position]) throws(ReplayFault) -> [EventMark] {
        var found: [EventMark] = []
        for position in positions where !found.contains(where: { $0.position == position }) {
            found += try mark(position)
        }
        return found
    }

    private static func subject(of token: TokenIssued) -> String {
        token.claims.subjectType == .user ? "account \(token.claims.subject)" : "app \(token.claims.subject)"
    }

    private static func limits(of token: TokenIssued) -> [Statement] {
        let bound = token.claims.confirmation != nil
        return [
            Statement(
                "A call with this token shows what the holder of a token about \(subject(of: token)) "
                    + "asked for. It does not show who that was, nor that a person was there at all."),
            Statement(
                bound
                    ? "The token is bound to a key: its holder must prove possession of it."
                    : "It is a bearer token: whoever has it can use it until it ends or is revoked."),
        ]
    }
}
