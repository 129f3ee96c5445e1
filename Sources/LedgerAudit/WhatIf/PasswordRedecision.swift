internal import AuthorizationCore

/// A password grant, decided again on estates that may be others than those it was decided on.
///
/// It follows the record as long as the same Identities are asked in the same order, step by step on what each step
/// consulted. From where it leaves the record, an Identity that was asked says what it said; one that was not may say
/// anything.
struct PasswordRedecision {
    /// What a step consults.
    typealias Estates = (Position) throws(AuditError) -> EstateVersion

    private let request: TokenRequest
    private let facts: DecisionFacts
    /// As recorded, in their order.
    private let attempts: [ValidationAttempted]
    /// The decision could not be brought to its end: for reasons of the service, nobody was asked any more.
    private let gaveUp: Bool
    private let consulted: Position
    private let recorded: Estates
    private let imagined: Estates
    private var found = Possibilities()
    /// Branches that are followed at most, of a chain of ``IdentityChain/maximumLength`` strangers.
    private static let maximumSteps = 4_096
    private var steps = 0

    init(
        _ request: TokenRequest, _ facts: DecisionFacts, _ attempts: [ValidationAttempted], consulted: Position,
        recorded: @escaping Estates, imagined: @escaping Estates
    ) {
        self.request = request
        self.facts = facts
        self.consulted = consulted
        self.recorded = recorded
        self.imagined = imagined
        gaveUp = attempts.first?.ordinal == 0
        self.attempts = gaveUp ? Array(attempts.dropFirst()) : attempts
    }

    consuming func possibilities() throws(AuditError) -> Possibilities {
        try follow([], along: 0)
        return found
    }

    /// `place` is how many attempts of the record were followed; nil once it was left.
    private mutating func follow(_ path: [ValidationAttempted], along place: Int?) throws(AuditError) {
        steps += 1
        // A token and a refusal are all that there is to find out.
        guard found.tokens.isEmpty || found.refusals.isEmpty else { return }
        guard steps <= Self.maximumSteps else { return found.leaveOpen() }
        let at = place.flatMap { $0 < attempts.count ? attempts[$0].consulted : nil } ?? consulted
        let plan = try imagined(at).plan(of: request)
        switch plan.nextStep(request, given: facts, accounts: [:], after: path) {
        case .issue(let grant): found.issue(PossibleToken(grant))
        case .refuse(let reason): found.refuse(reason)
        case .ask(let link):
            if let place, place < attempts.count, attempts[place].identity == link.identity {
                return try take(attempts[place], of: link, path, along: place + 1)
            }
            if let place, place == attempts.count, gaveUp { return found.refuse(.identityUnavailable) }
            if let attempt = attempts.last(where: { $0.identity == link.identity && $0.skipped == nil }) {
                return try take(attempt, of: link, path, along: nil)
            }
            try branch(link, path)
        }
    }

    private mutating func take(
        _ attempt: ValidationAttempted, of link: IdentityChain.Link, _ path: [ValidationAttempted], along place: Int?
    ) throws(AuditError) {
        let at = attempt.consulted
        guard
            let asked = try recorded(at).estate.identities[link.identity]?.revision(attempt.revision),
            let now = try imagined(place == nil ? consulted : at).estate.identities[link.identity]?
                .revision(link.revision),
            let meanings = KnownAnswer(recorded: asked, imagined: now, environment: request.environment)
                .meanings(of: attempt, as: link.revision)
        else { return try branch(link, path) }
        if meanings.count > 1 { found.ask(link.identity) }
        for meaning in meanings {
            try follow(path + [meaning], along: meaning.outcome == attempt.outcome ? place : nil)
        }
    }

    /// Anything that an Identity can answer, and that it cannot be asked.
    private mutating func branch(
        _ link: IdentityChain.Link, _ path: [ValidationAttempted]
    ) throws(AuditError) {
        found.ask(link.identity)
        var attempt = ValidationAttempted(of: link, ordinal: Int64(path.count + 1), consulted: consulted)
        attempt.startedAt = facts.decidedAt
        attempt.outcome = .accepted
        attempt.subjectReference = SubjectReference()
        try follow(path + [attempt], along: nil)
        attempt.subjectReference = nil
        for outcome in [ValidationAttempted.Outcome.locked, .rejected, .indeterminate] {
            attempt.outcome = outcome
            // A second silence says no more than the first.
            if outcome == .indeterminate, path.contains(where: { $0.outcome == .indeterminate }) { continue }
            try follow(path + [attempt], along: nil)
        }
        attempt.outcome = nil
        attempt.skipped = .noSlot
        try follow(path + [attempt], along: nil)
    }
}
