internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto
internal import TokenFormat

/// Makes one recorded decision again, step by step, by the function that the service itself ran, and compares.
///
/// Everything that it looks at is a fold of the log at the position that the step consulted, or a field of the
/// decision's own events.
struct DecisionReplay {
    let decision: RecordedDecision
    let state: any ConsultedState
    let opener: SealedOpening
    let outcome: Recorded<RecordedDecision.Outcome>
    var verdict: DecisionVerdict

    /// The verdict. The decision has an outcome.
    static func verdict(
        on decision: RecordedDecision, _ outcome: Recorded<RecordedDecision.Outcome>, in state: any ConsultedState,
        opening opener: SealedOpening
    ) throws(ReplayFault) -> DecisionVerdict {
        var replay = DecisionReplay(
            decision: decision, state: state, opener: opener, outcome: outcome,
            verdict: DecisionVerdict(of: decision.id, at: outcome.position))
        guard let engine = Engine(rawValue: outcome.data.engine) else {
            // An engine that was not in force there is a difference, whatever its rules are.
            let consulted = min(outcome.data.consulted, outcome.position)
            let inForce = try state.version(at: consulted).estate.ledger.engine
            if inForce == outcome.data.engine {
                replay.verdict.unknownEngine = inForce
            } else {
                replay.differ(
                    "engine", at: outcome.position, recorded: "\(outcome.data.engine)", replayed: "\(inForce)")
            }
            return replay.verdict
        }
        switch engine {
        case .first: try replay.run()
        }
        return replay.verdict
    }

    mutating func differ(_ what: String, at position: Position, recorded: String = "", replayed: String = "") {
        verdict.differences.append(Difference(what, at: position, recorded: recorded, replayed: replayed))
    }

    // MARK: Steps

    private mutating func run() throws(ReplayFault) {
        guard let request = decision.request else {
            return differ("request", at: outcome.position, replayed: "no event holds what was asked")
        }
        for position in decision.superfluous {
            differ("request", at: position, recorded: "an event that a decision has once stands here again")
        }
        guard try checkPlaces(request) else { return }
        checkActors(request)
        if request.wasUnread { return try checkUnread(request) }
        if decision.asksNobody { return try checkDirectly(request) }
        guard decision.rotated == nil, decision.revoked == nil else {
            return differ(
                "grant", at: outcome.position, recorded: "a refresh token was presented", replayed: request.grant)
        }
        guard try checkRequest(request) else { return }
        guard try checkAttempts(request) else { return }
        try checkOutcome(request)
    }

    /// Nothing was consulted before it was there.
    mutating func checkPlaces(_ request: TokenRequest) throws(ReplayFault) -> Bool {
        let first = decision.firstOfAppend ?? outcome.position
        var consultations = [(outcome.data.consulted, first)]
        if let requested = decision.requested {
            consultations.append((requested.data.consulted, requested.position))
        } else {
            consultations.append((request.consulted, first))
        }
        for attempt in decision.attempts { consultations.append((attempt.data.consulted, first)) }
        for (consulted, position) in consultations where consulted > position {
            differ("consulted", at: position, recorded: "\(consulted)", replayed: "at most \(position)")
            return false
        }
        guard case .issued = outcome.data, consultedMovedOn(request) else { return true }
        guard try state.moved(request.environment, in: outcome.data.consulted..<first) else { return true }
        differ(
            "consulted", at: outcome.position, recorded: "\(outcome.data.consulted)",
            replayed: "the estate moved before the token was recorded")
        return false
    }

    private func consultedMovedOn(_ request: TokenRequest) -> Bool {
        outcome.data.consulted < (decision.firstOfAppend ?? outcome.position)
    }

    mutating func checkActors(_ request: TokenRequest) {
        var actors = [(outcome.position, outcome.actor)]
        if let requested = decision.requested { actors.append((requested.position, requested.actor)) }
        if let opened = decision.opened { actors.append((opened.position, opened.actor)) }
        for attempt in decision.attempts { actors.append((attempt.position, attempt.actor)) }
        if let (event, _) = decision.rotated { actors.append((event.position, event.actor)) }
        if let revoked = decision.revoked { actors.append((revoked.position, revoked.actor)) }
        let asker = RecordedActor(request.asker)
        for (position, actor) in actors where actor != asker {
            differ("actor", at: position, recorded: actor.id, replayed: asker.id)
        }
    }

    /// The request was decided on what it consulted, and let through to the chain if it stands in an event of its own.
    private mutating func checkRequest(_ request: TokenRequest) throws(ReplayFault) -> Bool {
        let position = decision.requested?.position ?? outcome.position
        let version = try state.version(at: request.consulted)
        guard request.engine == version.estate.ledger.engine else {
            differ(
                "engine", at: position, recorded: "\(request.engine)", replayed: "\(version.estate.ledger.engine)")
            return false
        }
        guard let requested = decision.requested else {
            guard decision.attempts.isEmpty, outcome.data.consulted == request.consulted else {
                differ("request", at: position, recorded: "asked before any request was on the record")
                return false
            }
            return true
        }
        if case .refused(let data) = outcome.data, data.request != nil {
            differ("request", at: outcome.position, recorded: "the request's facts stand there twice")
        }
        let step = step(request, in: version, after: [])
        guard case .ask = step else {
            differ("chain", at: requested.position, recorded: "let through to the chain", replayed: step.words)
            return false
        }
        return true
    }

    /// Each Identity that was asked, or passed over, is the one that the decision named next.
    private mutating func checkAttempts(_ request: TokenRequest) throws(ReplayFault) -> Bool {
        var before: [ValidationAttempted] = []
        for (index, attempt) in decision.attempts.enumerated() {
            let data = attempt.data
            // A decision that could not be brought to its end records so before all others: as number 0.
            let isGivenUp = index == 0 && data.ordinal == 0
            let version = try state.version(at: data.consulted)
            let step = step(request, in: version, after: isGivenUp ? [] : before)
            guard case .ask(let link) = step else {
                differ(
                    "order", at: attempt.position, recorded: "asked \(data.identity.text)", replayed: step.words)
                return false
            }
            let chain = version.plan(of: request).chain
            guard link.identity == data.identity else {
                let isLink = chain.contains { $0.identity == data.identity }
                differ(
                    isLink ? "order" : "chain", at: attempt.position, recorded: data.identity.text,
                    replayed: link.identity.text)
                return false
            }
            let ordinal = isGivenUp ? 0 : Int64(before.count + 1)
            let expected = ValidationAttempted(of: link, ordinal: ordinal, consulted: data.consulted)
            if data.revision != expected.revision || data.via != expected.via {
                differ(
                    "chain", at: attempt.position,
                    recorded: "revision \(data.revision) via \(data.via.map(\.text))",
                    replayed: "revision \(expected.revision) via \(expected.via.map(\.text))")
            }
            if data.ordinal != ordinal {
                differ("order", at: attempt.position, recorded: "\(data.ordinal)", replayed: "\(ordinal)")
            }
            for fault in AnswerCheck(attempt, in: version.estate).faults {
                differ(fault.what, at: attempt.position, recorded: fault.recorded, replayed: fault.replayed)
            }
            if !isGivenUp { before.append(data) }
        }
        return true
    }

    private func step(
        _ request: TokenRequest, in version: EstateVersion, after attempts: [ValidationAttempted]
    ) -> PasswordGrantStep {
        version.plan(of: request).nextStep(request, given: facts(.init()), accounts: [:], after: attempts)
    }

    func facts(_ account: AccountID) -> DecisionFacts {
        DecisionFacts(
            engine: outcome.data.engine, decision: decision.id, decidedAt: outcome.data.decidedAt,
            freshAccount: account)
    }
}

// MARK: - Outcome

extension DecisionReplay {
    private mutating func checkOutcome(_ request: TokenRequest) throws(ReplayFault) {
        let version = try state.version(at: outcome.data.consulted)
        guard outcome.data.engine == version.estate.ledger.engine else {
            return differ(
                "engine", at: outcome.position, recorded: "\(outcome.data.engine)",
                replayed: "\(version.estate.ledger.engine)")
        }
        let facts = facts(decision.opened?.data.account ?? AccountID())
        let attempts = decision.attempts.map(\.data)
        var standings: [SubjectReference: AccountStanding] = [:]
        for attempt in attempts where attempt.outcome == .accepted {
            guard let reference = attempt.subjectReference else { continue }
            standings[reference] = try standing(of: reference)
        }
        let plan = version.plan(of: request)
        let step = plan.nextStep(request, given: facts, accounts: standings, after: attempts)

        switch (step, outcome.data) {
        case (.ask(let link), _):
            differ(
                "order", at: outcome.position, recorded: outcome.data.words,
                replayed: "\(link.identity.text) would have been asked first")
        case (.refuse(let reason), .refused(let recorded)):
            var replayed = TokenRefused(
                reason, of: request, after: references, given: facts, consulted: recorded.consulted,
                in: version.estate)
            replayed.request = recorded.request
            compare(recorded, replayed)
            if let opened = decision.opened {
                differ("account", at: opened.position, recorded: opened.data.account.text, replayed: "none")
            }
            learn(plan.throttleLimits, request, token: nil)
        case (.issue(let grant), .issued(let recorded)):
            try compare(recorded, grant, facts, in: version.estate, request)
            guard verdict.differences.isEmpty, let header = try? AccessTokenFormat.header(grant.header) else { return }
            let winner = attempts.firstIndex { $0 == grant.winner } ?? 0
            let token = ReplayedShape.Token(
                grant, in: version.estate.environments[request.environment], winner: winner,
                header: SigningInputs.bytes(header: header, claims: []))
            if let token { learn(plan.throttleLimits, request, token: token) }
        case (.refuse, .issued), (.issue, .refused):
            differ("outcome", at: outcome.position, recorded: outcome.data.words, replayed: step.words)
        }
    }

    /// Where the throttle had a say, numbers decided: such a decision stands for no other.
    mutating func learn(_ limits: ThrottleLimits?, _ request: TokenRequest, token: ReplayedShape.Token?) {
        let replayed = ReplayedShape(limits, token)
        guard verdict.differences.isEmpty, replayed.letsThrough(request.throttle) else { return }
        verdict.learnt = replayed
    }

    private var references: [EventReference] { decision.attempts.map { .position($0.position) } }

    private func standing(of reference: SubjectReference) throws(ReplayFault) -> AccountStanding? {
        var hint: Position?
        if case .issued(let data) = outcome.data {
            hint = data.because.first { $0.claim == "sub" }?.event.position
        }
        let first = decision.firstOfAppend ?? outcome.position
        return try state.standing(of: reference, before: first, hint: hint)
    }

    private mutating func compare(
        _ recorded: TokenIssued, _ grant: TokenGrant, _ facts: DecisionFacts, in estate: Estate,
        _ request: TokenRequest
    ) throws(ReplayFault) {
        guard let requested = decision.requested,
            let winner = decision.attempts.first(where: { $0.data == grant.winner })
        else { return differ("request", at: outcome.position, replayed: "no request stands before the token") }
        switch (grant.standing, decision.opened) {
        case (let standing?, let opened?):
            return differ(
                "account", at: opened.position, recorded: "\(opened.data.account.text) was opened",
                replayed: "\(standing.account.text) was open since \(standing.openedAt)")
        case (nil, nil):
            return differ(
                "account", at: outcome.position, recorded: recorded.account?.text ?? "nothing",
                replayed: "the subject had no account, and none was opened")
        case (let standing?, nil):
            guard standing.openedAt < recorded.consulted else {
                return differ(
                    "account", at: outcome.position, recorded: standing.account.text,
                    replayed: "not open yet at \(recorded.consulted)")
            }
            if let sealed = grant.winner.extraInfoSealed, sealed.vault != standing.vault {
                differ(
                    "account.vault", at: winner.position, recorded: sealed.vault.text, replayed: standing.vault.text)
            }
        case (nil, let opened?):
            compare(opened, grant, in: estate, request)
        }
        var replayed = TokenIssued(
            grant, requested: .position(requested.position), after: references, winner: .position(winner.position),
            account: .position(decision.opened?.position ?? Position(0)), given: facts, consulted: recorded.consulted)
        if let terms = grant.refresh {
            let family = recorded.family ?? FamilyID()
            replayed.family = family
            replayed.refresh = RefreshIssued(
                family, generation: 0, secretDigest: recorded.refresh?.secretDigest ?? Bytes32(), terms)
        }
        // What was signed is compared by itself, below.
        replayed.signingInput = recorded.signingInput
        compare(recorded, replayed)
        guard verdict.differences.isEmpty else { return }
        try compareSigned(grant.header, grant.claims, recorded.signingInput, from: winner)
    }

    /// `source` is the attempt whose `extraInfo` the token carries.
    mutating func compareSigned(
        _ header: TokenHeader, _ claims: TokenClaims, _ recorded: SigningInput,
        from source: Recorded<ValidationAttempted>?
    ) throws(ReplayFault) {
        let signing = SigningCheck(
            header, claims, recorded: recorded, source: source, token: outcome.position, blind: outcome.blind)
        switch try signing.run(opener) {
        case .same: break
        case .differs(let what, let recorded, let replayed):
            differ(what, at: outcome.position, recorded: recorded, replayed: replayed)
        case .closed(let count, let erased, let vault):
            verdict.closed = count
            verdict.erased = erased
            verdict.vault = vault
        }
    }

    private mutating func compare(
        _ opened: Recorded<AccountOpened>, _ grant: TokenGrant, in estate: Estate, _ request: TokenRequest
    ) {
        guard var replayed = AccountOpened(by: grant, in: request.environment, estate) else {
            return differ("account", at: opened.position, recorded: opened.data.account.text, replayed: "none")
        }
        replayed.vault = opened.data.vault
        replayed.userName = opened.data.userName
        for difference in opened.data == replayed
            ? [] : FieldValues.differences(recorded: opened.data, replayed: replayed)
        {
            differ(
                "account.\(difference.path)", at: opened.position, recorded: difference.recorded,
                replayed: difference.replayed)
        }
        if let sealed = grant.winner.extraInfoSealed, sealed.vault != opened.data.vault {
            differ(
                "account.vault", at: opened.position, recorded: opened.data.vault.text, replayed: sealed.vault.text)
        }
    }

    /// Byte for byte in effect: a group of fields has one canonical form.
    mutating func compare<Group: FieldGroup & Equatable>(_ recorded: Group, _ replayed: Group) {
        guard recorded != replayed else { return }
        for difference in FieldValues.differences(recorded: recorded, replayed: replayed) {
            let isClaim = difference.path.hasPrefix("claims.")
            differ(
                isClaim ? String(difference.path.dropFirst("claims.".count)) : difference.path,
                at: outcome.position, recorded: difference.recorded, replayed: difference.replayed)
        }
    }
}

extension RecordedDecision.Outcome {
    var engine: Int64 {
        switch self {
        case .issued(let data): data.engine
        case .refused(let data): data.engine
        }
    }
    var consulted: Position {
        switch self {
        case .issued(let data): data.consulted
        case .refused(let data): data.consulted
        }
    }
    var decidedAt: Timestamp {
        switch self {
        case .issued(let data): data.decidedAt
        case .refused(let data): data.decidedAt
        }
    }
    var words: String {
        switch self {
        case .issued: "a token was issued"
        case .refused(let data): "refused: \(data.reason.text)"
        }
    }
}

extension PasswordGrantStep {
    fileprivate var words: String {
        switch self {
        case .ask(let link): "\(link.identity.text) is asked"
        case .issue: "a token is issued"
        case .refuse(let reason): "refused: \(reason.text)"
        }
    }
}
