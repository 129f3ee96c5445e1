import AuthorizationCore

/// A password grant about to be decided: an estate, a request, and what the Identities answer.
///
/// App 1 may use API 1 in prod, which declares `orders.read` and `orders.write`. Identities 1, 2 and 3, registered in
/// this order, are linked to it.
struct PasswordGrantScene: Sendable {
    var history = EstateHistory()
    var request = TokenRequest()
    var facts = DecisionFacts(
        engine: 1, decision: .number(7), decidedAt: Timestamp(microseconds: 1_790_000_001_000_000),
        freshAccount: .number(77))
    var accounts: [SubjectReference: AccountStanding] = [:]
    var attempts: [ValidationAttempted] = []
    /// What each Identity answers when it is asked; those without an entry reject.
    var answers: [Int: ValidationAttempted.Outcome] = [:]

    init() {
        history.create(.prod)
        history.create(.sandbox)
        history.addTokenKey("token-1", in: .prod)
        addAPI(1)
        for number in 1...3 { addIdentity(number, for: [1]) }
        history.register(AppID.number(1), for: [.number(1)])
        request.environment = .prod
        request.grant = Grant.password.rawValue
        request.client.app = .number(1)
        request.client.credential = .number(1)
        request.client.method = .clientSecretBasic
    }

    mutating func addAPI(_ number: Int, _ change: (inout APIRevision) -> Void = { _ in }) {
        history.register(APIID.number(number)) { revision in
            revision.scopes = ["orders.read", "orders.write"]
            change(&revision)
        }
        history.deploy(APIID.number(number), in: .prod)
    }

    mutating func addIdentity(
        _ number: Int, for apis: [Int], _ change: (inout IdentityRevision) -> Void = { _ in }
    ) {
        history.register(IdentityID.number(number), for: apis.map { .number($0) }, change)
        history.deploy(IdentityID.number(number), in: .prod)
    }

    static func resource(_ api: Int) -> String { "https://auth.example/prod/\(api)" }

    // MARK: Deciding

    var step: PasswordGrantStep {
        nextStep(
            request, given: facts, in: DecisionState(estate: history.estate, accounts: accounts), after: attempts)
    }

    /// Asks as the service does, until the decision has ended. The numbers of the Identities asked, in order.
    mutating func decide() -> (asked: [Int], end: PasswordGrantStep) {
        var asked: [Int] = []
        while asked.count < 100, case .ask(let link) = step {
            let number = Int(link.identity.bits)
            asked.append(number)
            attempts.append(.of(number, revision: link.revision, answers[number] ?? .rejected))
        }
        return (asked, step)
    }

    /// The decision's end, when all Identities answer as they are to.
    var outcome: PasswordGrantStep {
        var scene = self
        return scene.decide().end
    }
}

extension ValidationAttempted {
    /// What came of asking an Identity.
    static func of(_ identity: Int, revision: Int64 = 1, _ outcome: Outcome?) -> ValidationAttempted {
        var attempt = ValidationAttempted()
        attempt.identity = .number(identity)
        attempt.revision = revision
        attempt.outcome = outcome
        attempt.startedAt = Timestamp(microseconds: 1_790_000_000_000_000)
        attempt.tookMicroseconds = 40_000
        if outcome == .accepted { attempt.subjectReference = .number(identity) }
        return attempt
    }

    /// That an Identity was passed over.
    static func of(_ identity: Int, skipped: Skip) -> ValidationAttempted {
        var attempt = of(identity, nil)
        attempt.asked = false
        attempt.skipped = skipped
        return attempt
    }
}

extension PasswordGrantStep {
    var refusal: Refusal? { if case .refuse(let reason) = self { reason } else { nil } }
    var token: TokenGrant? { if case .issue(let grant) = self { grant } else { nil } }
    /// The number of the Identity that is to be asked.
    var asks: Int? { if case .ask(let link) = self { Int(link.identity.bits) } else { nil } }
}
