/// A refresh token family as the log has it: what its first token was granted, and which generation is the newest.
///
/// It is a fold of the events that touch the family's fence. Each step overwrites what the one before said of the
/// newest generation, so the first event and the newest append alone give the same as all of them.
public struct RefreshFamily: Sendable, Equatable {
    public var id: FamilyID
    /// Where its first token was issued: the number that its refresh tokens begin with.
    public var beganAt: Position
    /// What the first token said. Nothing that is issued later says more.
    public var granted: TokenClaims
    public var because: [Justification]
    public var account: AccountID?
    public var winner: IdentityID?
    public var endsAt: Timestamp

    public var newest: Int64
    public var expiresAt: Timestamp
    /// The key of the request that the newest generation was issued to.
    public var confirmation: Confirmation?
    /// The generation that the newest one was issued for.
    public var predecessor: Int64?
    /// It was revoked, or a token of it was reused.
    public var isEnded = false

    /// The family that an event begins; nil when it begins none.
    public init?(_ event: Event) {
        guard case .tokens(.issued(let data)) = event.data, let refresh = data.refresh, refresh.generation == 0 else {
            return nil
        }
        id = refresh.family
        beganAt = event.position
        granted = data.claims
        because = data.because
        account = data.account
        winner = data.winner
        endsAt = refresh.endsAt
        newest = 0
        expiresAt = refresh.expiresAt
        confirmation = data.claims.confirmation
    }

    /// Takes in what happened to the family; events of others change nothing.
    public mutating func fold(_ event: Event) {
        switch event.data {
        case .tokens(.issued(let data)):
            guard let refresh = data.refresh, refresh.family == id, refresh.generation >= newest else { return }
            newest = refresh.generation
            expiresAt = refresh.expiresAt
            confirmation = data.claims.confirmation
        case .tokens(.refreshUsed(let data)), .tokens(.refreshRepeated(let data)):
            if data.family == id { predecessor = data.generation }
        case .tokens(.refreshReuseDetected(let data)):
            if data.family == id { isEnded = true }
        case .tokens(.revoked(let data)):
            if data.scope == .family, data.id == id.text { isEnded = true }
        case .accounts(.personErased(let data)):
            if data.families.contains(id) { isEnded = true }
        case .tokens(.requested), .tokens(.attempted), .tokens(.refused), .ledger, .operators, .environments, .apis,
            .identities, .apps, .accounts, .access, .audit:
            return
        }
    }
}
