/// A token that may be issued: all that its event and its bytes are made from.
public struct TokenGrant: Sendable, Equatable {
    public var header: TokenHeader
    /// With the winner's `extraInfo` as the log holds it: sealed.
    public var claims: TokenClaims
    public var winner: ValidationAttempted
    /// The account of the winner's subject; nil when it is opened now.
    public var standing: AccountStanding?
    public var account: AccountID
    public var lifetimeInSeconds: Int64
    public var scope: [String]
    public var afterIndeterminate: Bool
    public var reasons: GrantReasons
    /// A refresh token family begins with it; nil when none does.
    public var refresh: RefreshTerms?

    /// Which event justifies each claim, once it is known where the decision's own events stand.
    public func because(
        requested: EventReference, winner: EventReference, account: EventReference
    ) -> [Justification] {
        let answer = standing.map { .position($0.openedAt) } ?? account
        var because = [
            Justification(claim: "aud", event: .position(reasons.audience)),
            Justification(claim: "auth_time", event: winner),
            Justification(claim: "client_id", event: .position(reasons.client)),
            Justification(claim: "exp", event: .position(reasons.lifetime)),
            Justification(claim: "iat", event: winner),
            Justification(claim: "iss", event: .position(reasons.issuer)),
            Justification(claim: "jti", event: requested),
            Justification(claim: "sub", event: answer),
            Justification(claim: "subject_type", event: answer),
        ]
        if claims.acr != nil { because.append(Justification(claim: "acr", event: winner)) }
        if claims.amr != nil { because.append(Justification(claim: "amr", event: winner)) }
        if claims.confirmation != nil { because.append(Justification(claim: "cnf", event: requested)) }
        if claims.extraInfo != nil { because.append(Justification(claim: "extraInfo", event: winner)) }
        if claims.scope != nil { because.append(Justification(claim: "scope", event: requested)) }
        if claims.vot != nil { because.append(Justification(claim: "vot", event: winner)) }
        if claims.vtm != nil { because.append(Justification(claim: "vtm", event: winner)) }
        return because.sorted { $0.claim < $1.claim }
    }
}

/// The estate events behind a grant.
public struct GrantReasons: Sendable, Equatable {
    public var issuer: Position
    public var client: Position
    public var audience: Position
    public var lifetime: Position
}
