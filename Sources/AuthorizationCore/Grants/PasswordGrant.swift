/// What a password grant does next.
public enum PasswordGrantStep: Sendable, Equatable {
    case ask(IdentityChain.Link)
    case issue(TokenGrant)
    case refuse(Refusal)
}

/// What the decision was given from outside, besides the request: identifiers drawn, clock readings, keys named.
public struct DecisionFacts: Sendable, Equatable {
    public var engine: Int64
    /// Also the `jti` of a token.
    public var decision: DecisionID
    public var decidedAt: Timestamp
    /// The account that is opened if the winner's subject has none.
    public var freshAccount: AccountID

    public init(engine: Int64, decision: DecisionID, decidedAt: Timestamp, freshAccount: AccountID) {
        self.engine = engine
        self.decision = decision
        self.decidedAt = decidedAt
        self.freshAccount = freshAccount
    }
}

/// The fold of the log that a decision looks at, at the one position that it consulted.
public struct DecisionState: Sendable {
    public var estate: Estate
    /// The accounts of the subjects that the attempts named.
    public var accounts: [SubjectReference: AccountStanding]

    public init(estate: Estate, accounts: [SubjectReference: AccountStanding] = [:]) {
        self.estate = estate
        self.accounts = accounts
    }
}

/// An account, and the event that opened it.
public struct AccountStanding: Sendable, Equatable {
    public var account: AccountID
    public var vault: VaultID
    public var openedAt: Position

    public init(account: AccountID, vault: VaultID, openedAt: Position) {
        self.account = account
        self.vault = vault
        self.openedAt = openedAt
    }
}

/// What a password grant does next, given everything that has happened so far (RFC 6749, section 4.3).
///
/// It is called until it says issue or refuse. Guards run in the order of ``Refusal``; a password goes nowhere before
/// all guards that stand before the chain. An attempt counts only while its Identity, at the revision that was asked,
/// is still in the chain: then an acceptance wins even if a newer Identity has joined since, because the password goes
/// no further than it must.
public func nextStep(
    _ request: TokenRequest, given facts: DecisionFacts, in state: DecisionState,
    after attempts: [ValidationAttempted]
) -> PasswordGrantStep {
    let estate = state.estate
    guard let environment = estate.environments[request.environment], environment.oauthDeployedAt != nil else {
        return .refuse(.oauthNotDeployed)
    }

    // RFC 9110, section 15.5.6: a method that the path does not take says nothing about a client.
    guard request.fault != .methodNotAllowed else { return .refuse(.malformedRequest) }
    // RFC 6749, section 5.2: client authentication comes before everything that the request says.
    guard let id = request.client.app, request.client.credential != nil, let app = estate.apps[id],
        app.retiredAt == nil
    else { return .refuse(.unknownApp) }
    guard app.suspendedAt == nil else { return .refuse(.appSuspended) }
    guard request.proof?.fault == nil else { return .refuse(.proofInvalid) }
    guard request.fault == nil else { return .refuse(.malformedRequest) }
    guard request.grant == Grant.password.rawValue else { return .refuse(.grantUnknown) }

    // RFC 9700, section 2.4 forbids this grant; an API and its first-party app must both have switched it on.
    let eligible = EligibleAPIs(of: app, in: environment, estate, grant: .password)
    guard app.content.firstParty, app.content.grants.contains(.password), !eligible.isEmpty else {
        return .refuse(.grantNotAllowed)
    }

    // RFC 8707, section 2: a resource that is none of the app's is no target.
    guard let targets = eligible.narrowed(to: request.asked.resource) else { return .refuse(.targetUnknown) }
    let reachable = targets.meetable(bound: request.proof?.thumbprint != nil, named: request.asked.resource != nil)
    guard !reachable.isEmpty else { return .refuse(.proofInvalid) }
    let scope = request.asked.scope ?? []
    guard reachable.declare(scope, allowing: app.content.scopes) else { return .refuse(.scopeNotAllowed) }

    // RFC 6749, section 4.3.2: protect the endpoint against brute force, before any store sees a guess.
    let limits = ThrottleLimits(ledger: estate.ledger.limits, environment: environment.settings.limits)
    if let reading = request.throttle {
        guard !reading.appIsThrottled(under: limits) else { return .refuse(.appThrottled) }
        guard !reading.userIsThrottled(under: limits) else { return .refuse(.userThrottled) }
    }

    let chain = IdentityChain(of: reachable.ids, in: environment.name, estate)
    guard !chain.links.isEmpty else {
        return .refuse(reachable.haveLink(in: estate) ? .noIdentityInEnvironment : .noLinkedIdentity)
    }
    return walk(chain, after: attempts, in: estate) { winner, link, afterIndeterminate in
        grant(
            to: app, in: environment, winner: winner, through: reachable.via(link), scope: scope,
            named: request.asked.resource != nil, afterIndeterminate: afterIndeterminate, request: request,
            given: facts, in: state)
    }
}

/// Newest to oldest, one at a time, until one accepts.
private func walk(
    _ chain: IdentityChain, after attempts: [ValidationAttempted], in estate: Estate,
    accepted: (ValidationAttempted, IdentityChain.Link, Bool) -> PasswordGrantStep
) -> PasswordGrantStep {
    var unavailable = false
    var tried: Set<IdentityID> = []
    for attempt in attempts {
        guard let link = chain.links.first(where: { $0.identity == attempt.identity }),
            link.revision == attempt.revision
        else { continue }
        tried.insert(attempt.identity)
        switch attempt.bearing(onUnavailable: onUnavailable(link, in: estate)) {
        case .accepted: return accepted(attempt, link, unavailable)
        case .endsLocked: return .refuse(.locked)
        case .endsUnavailable: return .refuse(.identityUnavailable)
        case .passedOver(let isUnavailable): unavailable = unavailable || isUnavailable
        }
    }
    if let next = chain.links.first(where: { !tried.contains($0.identity) }) {
        // Our own reason for asking no further is never passed over: an attacker could push a login to an older store.
        return tried.count < IdentityChain.maximumLength ? .ask(next) : .refuse(.identityUnavailable)
    }
    return .refuse(unavailable ? .identityUnavailable : .credentialsRejected)
}

private func onUnavailable(_ link: IdentityChain.Link, in estate: Estate) -> IdentityRevision.OnUnavailable {
    estate.identities[link.identity]?.revision(link.revision)?.onUnavailable ?? .stop
}

/// What one attempt means for the rest of the chain.
private enum Bearing {
    case accepted
    case endsLocked
    case endsUnavailable
    case passedOver(isUnavailable: Bool)
}

extension ValidationAttempted {
    fileprivate func bearing(onUnavailable: IdentityRevision.OnUnavailable) -> Bearing {
        switch skipped {
        case .noSlot, .budgetSpent: return .endsUnavailable
        case .level: return .passedOver(isUnavailable: false)
        case .breakerOpen: return onUnavailable == .stop ? .endsUnavailable : .passedOver(isUnavailable: true)
        case nil: break
        }
        switch outcome {
        case .accepted: return subjectReference == nil ? .endsUnavailable : .accepted
        case .rejected: return .passedOver(isUnavailable: false)
        case .locked: return .endsLocked
        case .indeterminate, nil:
            return onUnavailable == .stop ? .endsUnavailable : .passedOver(isUnavailable: true)
        }
    }
}

/// From here on it succeeds, unless a granted scope is ambiguous between audiences.
private func grant(
    to app: App, in environment: Environment, winner: ValidationAttempted, through targets: EligibleAPIs,
    scope: [String], named: Bool, afterIndeterminate: Bool, request: TokenRequest, given facts: DecisionFacts,
    in state: DecisionState
) -> PasswordGrantStep {
    let granted = targets.declared(of: scope)
    // RFC 9068, section 3: a scope must make sense for one audience; name one resource.
    guard named || targets.areUnambiguous(granted) else { return .refuse(.scopeNotAllowed) }
    guard let reference = winner.subjectReference, let kid = environment.activeKey?.kid,
        let alg = environment.activeKey.flatMap({ state.estate.keys[$0] }).flatMap({ TokenAlgorithm(rawValue: $0.alg) })
    else { return .refuse(.identityUnavailable) }
    let standing = state.accounts[reference]
    let lifetime = targets.lifetimeInSeconds(in: environment)
    let account = standing?.account ?? facts.freshAccount
    let issuedAt = facts.decidedAt.seconds

    var claims = TokenClaims()
    claims.issuer = environment.issuer
    claims.subject = account.text
    claims.subjectType = .user
    claims.audience = targets.audience
    claims.clientID = app.id
    claims.id = facts.decision
    claims.issuedAt = issuedAt
    claims.expiresAt = issuedAt + lifetime
    claims.authTime = winner.endedAt.seconds
    claims.scope = granted.isEmpty ? nil : granted.joined(separator: " ")
    claims.acr = winner.vouched?.acr
    claims.amr = winner.vouched?.amr ?? ["pwd"]
    claims.vot = winner.vouched?.vot
    claims.vtm = winner.vouched?.vtm
    claims.extraInfo = winner.extraInfoSealed.map { .sealed(commitment: $0.commitment) }
    claims.confirmation = request.proof.flatMap(Confirmation.init(of:))

    var header = TokenHeader()
    header.alg = alg
    header.kid = kid
    return .issue(
        TokenGrant(
            header: header, claims: claims, winner: winner, standing: standing, account: account,
            lifetimeInSeconds: lifetime, scope: granted, afterIndeterminate: afterIndeterminate,
            reasons: GrantReasons(
                issuer: environment.createdAt, client: app.latest.at, audience: targets.newestCause,
                lifetime: targets.lifetimeCause(in: environment))))
}

extension Confirmation {
    fileprivate init?(of proof: ProofOfPossession) {
        guard let thumbprint = proof.thumbprint else { return nil }
        self.init()
        switch proof.kind {
        case .dpop: jkt = thumbprint
        case .mtls: x5tS256 = thumbprint
        }
    }
}
