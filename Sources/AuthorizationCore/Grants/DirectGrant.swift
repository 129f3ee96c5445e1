/// A token that may be issued without asking anybody: for an app itself, or on the word of an earlier decision.
public struct DirectGrant: Sendable, Equatable {
    public var header: TokenHeader
    public var claims: TokenClaims
    public var account: AccountID?
    /// The Identity that vouched when the family began.
    public var winner: IdentityID?
    public var lifetimeInSeconds: Int64
    public var scope: [String]
    public var reasons: GrantReasons
    /// What the family's first token owes its claims to; of an app's own token, the app's registration.
    public var inherited: [Justification]
    public var refresh: RefreshRotation?

    /// Which event justifies each claim, once it is known where the decision's own request stands.
    public func because(requested: EventReference) -> [Justification] {
        var because = [
            Justification(claim: "aud", event: .position(reasons.audience)),
            Justification(claim: "client_id", event: .position(reasons.client)),
            Justification(claim: "exp", event: .position(reasons.lifetime)),
            Justification(claim: "iat", event: requested),
            Justification(claim: "iss", event: .position(reasons.issuer)),
            Justification(claim: "jti", event: requested),
        ]
        if claims.confirmation != nil { because.append(Justification(claim: "cnf", event: requested)) }
        var rest = inherited
        if claims.scope != nil, !rest.contains(where: { $0.claim == "scope" }) {
            rest.append(Justification(claim: "scope", event: requested))
        }
        return (because + rest).sorted { $0.claim < $1.claim }
    }
}

/// The step of a refresh token family from one generation to the next.
public struct RefreshRotation: Sendable, Equatable {
    public enum Kind: Sendable { case used, repeated }

    public var kind: Kind
    /// Where the family began.
    public var beganAt: Position
    /// What is recorded of it, right before the token that it leads to.
    public var event: RefreshEvent
    public var generation: Int64
    public var terms: RefreshTerms
}
