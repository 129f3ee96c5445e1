/// What comes of a refresh token that was presented.
public enum RefreshGrantStep: Sendable, Equatable {
    case issue(DirectGrant)
    case refuse(Refusal)
    /// Refused like any bad token, and its family ends: a token that no longer holds was presented.
    case endFamily(RefreshEvent)
}

/// What the refresh token grant decides (RFC 6749, section 6; RFC 9700, section 4.14).
///
/// Guards run in the order of ``Refusal``, except that target and scope are held against what the family was granted
/// and therefore mean nothing for a token that does not hold. `family` is the one that `presented` names, as it stands
/// in the log at the position that was consulted; nil when there is none.
///
/// What has become of the Identity that vouched ends nothing by itself (D-9): unlinked, undeployed or retired it is asked
/// no more, and what it said stays said. Suspended its word cannot be believed, and until it is resumed nothing new
/// is issued on it.
public func refreshStep(
    _ request: TokenRequest, given facts: DecisionFacts, in estate: Estate, family: RefreshFamily?
) -> RefreshGrantStep {
    let standing: RequestStanding
    switch RequestStanding.judge(request, asks: .refreshToken, in: estate) {
    case .refused(let reason): return .refuse(reason)
    case .standing(let found): standing = found
    }
    let (app, environment) = (standing.app, standing.environment)
    let eligible = EligibleAPIs(of: app, in: environment, estate, grant: .refreshToken)
    guard app.content.grants.contains(.refreshToken), !eligible.isEmpty else { return .refuse(.grantNotAllowed) }

    guard let presented = request.presented, presented.secret == .match, let family, presented.family == family.id,
        presented.generation <= family.newest
    else { return .refuse(.grantInvalid) }
    // RFC 6749, section 10.4: a refresh token is bound to the client to which it was issued.
    guard family.granted.clientID == app.id, family.granted.issuer == environment.issuer, !family.isEnded,
        facts.decidedAt < family.endsAt
    else { return .refuse(.grantInvalid) }

    var event = RefreshEvent()
    event.family = family.id
    event.generation = presented.generation
    let kind: RefreshRotation.Kind
    if presented.generation == family.newest {
        guard facts.decidedAt < family.expiresAt else { return .refuse(.grantInvalid) }
        kind = .used
    } else if let cause = family.reuse(by: presented, proving: Confirmation(of: request.proof)) {
        // RFC 9700, section 4.14.2: whoever holds the newest token may be a thief, or this one is.
        event.cause = cause
        return .endFamily(event)
    } else {
        event.cause = .answerLost
        event.retired = family.newest
        kind = .repeated
    }
    if let winner = family.winner, estate.identities[winner]?.suspendedAt != nil { return .refuse(.grantInvalid) }
    let granted = eligible.within(family.granted.audience)
    guard !granted.isEmpty else { return .refuse(.grantInvalid) }

    // RFC 8707, section 2.2: no resource beyond what was granted.
    guard let named = granted.narrowed(to: request.asked.resource) else { return .refuse(.targetUnknown) }
    let targets = named.meetable(bound: request.proof?.thumbprint != nil, named: request.asked.resource != nil)
    guard !targets.isEmpty else { return .refuse(.proofInvalid) }
    let scopes = (family.granted.scope ?? "").split(separator: " ").map(String.init)
    let standingScopes = targets.declared(of: scopes).filter { app.content.scopes?.contains($0) != false }
    // RFC 6749, section 6: no scope beyond what was granted.
    let scope = request.asked.scope ?? standingScopes
    guard scope.allSatisfy(standingScopes.contains) else { return .refuse(.scopeNotAllowed) }
    if let reading = request.throttle, reading.appIsThrottled(under: environment.throttleLimits(in: estate)) {
        return .refuse(.appThrottled)
    }
    guard let header = environment.tokenHeader(in: estate) else { return .refuse(.identityUnavailable) }

    event.successor = family.newest + 1
    let rotation = RefreshRotation(
        kind: kind, beganAt: family.beganAt, event: event, generation: family.newest + 1,
        terms: RefreshTerms(at: facts.decidedAt, of: family.endsAt, in: environment))
    return .issue(
        DirectGrant(
            renewing: family, rotation, header: header, targets: targets, scope: scope, for: request, given: facts,
            standing))
}

extension RefreshFamily {
    /// How long the predecessor may be presented again because its answer was lost, in microseconds.
    public static let repeatMicroseconds: Int64 = 30_000_000

    /// Why a token that is not the newest was reused; nil when its answer may have been lost.
    ///
    /// An answer may have been lost while the successor is unused, soon after it was made, and only to the same key.
    fileprivate func reuse(by presented: PresentedRefreshToken, proving key: Confirmation?) -> RefreshEvent.Cause? {
        guard presented.generation == predecessor, let age = presented.predecessorAgeMicroseconds else {
            return .reused
        }
        guard key == confirmation else { return .mismatch }
        return age <= Self.repeatMicroseconds ? nil : .expired
    }

    /// The claims that a renewed token takes over as they are, with what they are owed to.
    fileprivate func inherited(asked scope: [String]?) -> [Justification] {
        let claims = ["acr", "act", "amr", "auth_time", "extraInfo", "sub", "subject_type", "vot", "vtm"]
        return because.filter { claims.contains($0.claim) || ($0.claim == "scope" && scope == nil) }
    }
}

extension DirectGrant {
    /// The authentication stays what and when it was: RFC 9068, section 2.2.1; RFC 9470, section 5.
    fileprivate init(
        renewing family: RefreshFamily, _ rotation: RefreshRotation, header: TokenHeader, targets: EligibleAPIs,
        scope: [String], for request: TokenRequest, given facts: DecisionFacts, _ standing: RequestStanding
    ) {
        self.init(
            header: header, claims: family.granted, targets: targets, scope: scope, for: request, given: facts, standing
        )
        account = family.account
        winner = family.winner
        inherited = family.inherited(asked: request.asked.scope)
        if claims.scope == nil { inherited.removeAll { $0.claim == "scope" } }
        refresh = rotation
    }

    /// A token like `claims`, for these targets from now on.
    init(
        header: TokenHeader, claims: TokenClaims, targets: EligibleAPIs, scope: [String], for request: TokenRequest,
        given facts: DecisionFacts, _ standing: RequestStanding
    ) {
        let lifetime = targets.lifetimeInSeconds(in: standing.environment)
        var claims = claims
        claims.issuer = standing.environment.issuer
        claims.clientID = standing.app.id
        claims.audience = targets.audience
        claims.id = facts.decision
        claims.issuedAt = facts.decidedAt.seconds
        claims.expiresAt = facts.decidedAt.seconds + lifetime
        claims.scope = scope.isEmpty ? nil : scope.joined(separator: " ")
        claims.confirmation = Confirmation(of: request.proof)
        self.init(
            header: header, claims: claims, account: nil, winner: nil, lifetimeInSeconds: lifetime, scope: scope,
            reasons: GrantReasons(
                issuer: standing.environment.createdAt, client: standing.app.latest.at, audience: targets.newestCause,
                lifetime: targets.lifetimeCause(in: standing.environment)),
            inherited: [], refresh: nil)
    }
}

extension Environment {
    func throttleLimits(in estate: Estate) -> ThrottleLimits {
        ThrottleLimits(ledger: estate.ledger.limits, environment: settings.limits)
    }
}
