extension PasswordGrantReach {
    /// What a token would say if this Identity of the chain accepted, whoever the user is.
    public func terms(through link: IdentityChain.Link) -> PasswordGrantTerms {
        switch ways {
        case .refused(let reason): PasswordGrantTerms(refusal: reason)
        case .open(let way): PasswordGrantTerms(way, through: link, in: ledger)
        }
    }
}

/// What a password grant's token says apart from the user, or why there is none after all.
public struct PasswordGrantTerms: Sendable {
    private let outcome: Outcome

    private enum Outcome: Sendable {
        case refused(Refusal)
        case granted(Granted)
    }

    private struct Granted: Sendable {
        var header: TokenHeader
        /// Without what belongs to the user, the attempt and the moment.
        var claims: TokenClaims
        var lifetimeInSeconds: Int64
        var scope: [String]
        var reasons: GrantReasons
    }

    init(refusal: Refusal) { outcome = .refused(refusal) }

    init(_ way: PasswordGrantReach.OpenWay, through link: IdentityChain.Link, in estate: Estate) {
        let targets = way.reachable.via(link)
        let granted = targets.declared(of: way.scope)
        // RFC 9068, section 3: a scope must make sense for one audience; name one resource.
        guard way.isNamed || targets.areUnambiguous(granted) else {
            outcome = .refused(.scopeNotAllowed)
            return
        }
        guard let key = way.environment.activeKey,
            let alg = estate.keys[key].flatMap({ TokenAlgorithm(rawValue: $0.alg) })
        else {
            outcome = .refused(.identityUnavailable)
            return
        }
        var header = TokenHeader()
        header.alg = alg
        header.kid = key.kid
        var claims = TokenClaims()
        claims.issuer = way.environment.issuer
        claims.subjectType = .user
        claims.audience = targets.audience
        claims.clientID = way.app.id
        claims.scope = granted.isEmpty ? nil : granted.joined(separator: " ")
        claims.confirmation = way.confirmation
        outcome = .granted(
            Granted(
                header: header, claims: claims, lifetimeInSeconds: targets.lifetimeInSeconds(in: way.environment),
                scope: granted,
                reasons: GrantReasons(
                    issuer: way.environment.createdAt, client: way.app.latest.at, audience: targets.newestCause,
                    lifetime: targets.lifetimeCause(in: way.environment))))
    }

    /// The grant to the holder of the winner's account, or the refusal.
    public func step(
        for winner: ValidationAttempted, standing: AccountStanding?, afterIndeterminate: Bool,
        given facts: DecisionFacts
    ) -> PasswordGrantStep {
        let granted: Granted
        switch outcome {
        case .refused(let reason): return .refuse(reason)
        case .granted(let terms): granted = terms
        }
        let account = standing?.account ?? facts.freshAccount
        let moments = TokenMoments(
            decidedAt: facts.decidedAt, answeredAt: winner.endedAt, lifetimeInSeconds: granted.lifetimeInSeconds)
        var claims = granted.claims
        claims.subject = account.text
        claims.id = facts.decision
        claims.issuedAt = moments.issuedAt
        claims.expiresAt = moments.expiresAt
        claims.authTime = moments.authTime
        claims.acr = winner.vouched?.acr
        claims.amr = winner.vouched?.amr ?? ["pwd"]
        claims.vot = winner.vouched?.vot
        claims.vtm = winner.vouched?.vtm
        claims.extraInfo = winner.extraInfoSealed.map { .sealed(commitment: $0.commitment) }
        return .issue(
            TokenGrant(
                header: granted.header, claims: claims, winner: winner, standing: standing, account: account,
                lifetimeInSeconds: granted.lifetimeInSeconds, scope: granted.scope,
                afterIndeterminate: afterIndeterminate, reasons: granted.reasons))
    }
}

/// The times in a token, in seconds since 1970.
public struct TokenMoments: Equatable, Sendable {
    public let issuedAt: Int64
    public let expiresAt: Int64
    /// When the winning Identity had answered; never refreshed.
    public let authTime: Int64

    public init(decidedAt: Timestamp, answeredAt: Timestamp, lifetimeInSeconds: Int64) {
        issuedAt = decidedAt.seconds
        expiresAt = issuedAt + lifetimeInSeconds
        authTime = answeredAt.seconds
    }
}
