/// What comes of an app's request for a token of its own.
public enum ClientCredentialsStep: Sendable, Equatable {
    case issue(DirectGrant)
    case refuse(Refusal)
}

/// What the client credentials grant decides (RFC 6749, section 4.4): the app is the subject, and nobody is asked.
///
/// Guards run in the order of ``Refusal``. No refresh token comes with it (section 4.4.3): the app can ask again.
public func clientCredentialsStep(
    _ request: TokenRequest, given facts: DecisionFacts, in estate: Estate
) -> ClientCredentialsStep {
    let standing: RequestStanding
    switch RequestStanding.judge(request, asks: .clientCredentials, in: estate) {
    case .refused(let reason): return .refuse(reason)
    case .standing(let found): standing = found
    }
    let (app, environment) = (standing.app, standing.environment)
    let eligible = EligibleAPIs(of: app, in: environment, estate, grant: .clientCredentials)
    guard app.content.grants.contains(.clientCredentials), !eligible.isEmpty else {
        return .refuse(.grantNotAllowed)
    }
    // RFC 8707, section 2: a resource that is none of the app's is no target.
    guard let named = eligible.narrowed(to: request.asked.resource) else { return .refuse(.targetUnknown) }
    let targets = named.meetable(bound: request.proof?.thumbprint != nil, named: request.asked.resource != nil)
    guard !targets.isEmpty else { return .refuse(.proofInvalid) }
    let asked = request.asked.scope ?? []
    guard targets.declare(asked, allowing: app.content.scopes) else { return .refuse(.scopeNotAllowed) }
    let scope = targets.declared(of: asked)
    // RFC 9068, section 3: a scope must make sense for one audience; name one resource.
    guard request.asked.resource != nil || targets.areUnambiguous(scope) else { return .refuse(.scopeNotAllowed) }
    if let reading = request.throttle, reading.appIsThrottled(under: environment.throttleLimits(in: estate)) {
        return .refuse(.appThrottled)
    }
    guard let header = environment.tokenHeader(in: estate) else { return .refuse(.identityUnavailable) }

    var claims = TokenClaims()
    // RFC 9068, section 2.2: where no resource owner is involved, the subject identifies the client.
    claims.subject = app.id.text
    claims.subjectType = .application
    var grant = DirectGrant(
        header: header, claims: claims, targets: targets, scope: scope, for: request, given: facts, standing)
    grant.inherited = ["sub", "subject_type"].map {
        Justification(claim: $0, event: .position(app.registeredAt))
    }
    return .issue(grant)
}
