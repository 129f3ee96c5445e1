/// The tokens that one Identity vouched for and that still hold at a moment: a fold of the log.
///
/// It knows what the events that it was given say, and needs memory for what is live alone.
public struct LiveTokens: Sendable, Equatable {
    /// One access token, or a refresh token family by its newest token.
    public struct Entry: Sendable, Equatable {
        /// Where it was issued.
        public var position: Position
        public var account: AccountID?
        public var app: AppID
        public var audience: [String]
        public var family: FamilyID?
        public var kid: String?
        public var expiresAt: Timestamp
    }

    public let identity: IdentityID
    public let now: Timestamp
    public private(set) var tokens: [DecisionID: Entry] = [:]
    public private(set) var families: [FamilyID: Entry] = [:]

    public init(vouchedBy identity: IdentityID, at now: Timestamp) {
        self.identity = identity
        self.now = now
    }

    public var count: Int64 { Int64(tokens.count + families.count) }

    /// The types of events that change anything.
    public static let foldedTypes: Set<EventType> = RevocationTable.foldedTypes.union([.tokenIssued])

    /// Takes the next event in. Events of other types change nothing.
    public mutating func fold(_ event: Event) {
        switch event.data {
        case .tokens(.issued(let data)): issue(data, at: event.position)
        case .tokens(.revoked(let data)): revoke(data)
        case .tokens(.refreshReuseDetected(let data)): end(data.family)
        case .accounts(.personErased(let data)):
            for family in data.families { end(family) }
            remove { entry in entry.account.map(data.accounts.contains) ?? false }
        case .tokens(.requested), .tokens(.attempted), .tokens(.refused), .tokens(.refreshUsed),
            .tokens(.refreshRepeated), .ledger, .operators, .environments, .apis, .identities, .apps, .accounts,
            .access, .audit:
            return
        }
    }

    private mutating func issue(_ data: TokenIssued, at position: Position) {
        guard data.winner == identity else { return }
        var entry = Entry(
            position: position, account: data.account, app: data.claims.clientID, audience: data.claims.audience,
            family: data.family, kid: data.kid, expiresAt: Timestamp(microseconds: data.claims.expiresAt * 1_000_000))
        if entry.expiresAt > now { tokens[data.claims.id] = entry }
        guard let refresh = data.refresh else { return }
        entry.expiresAt = refresh.expiresAt
        entry.kid = nil
        families[refresh.family] = entry.expiresAt > now ? entry : nil
    }

    private mutating func revoke(_ data: TokenRevoked) {
        switch data.scope {
        case .token: if let id = DecisionID(text: data.id) { tokens[id] = nil }
        case .family: if let id = FamilyID(text: data.id) { end(id) }
        case .account: remove { $0.account?.text == data.id }
        case .app: remove { $0.app.text == data.id }
        case .key: remove { $0.kid == data.id }
        case .vouchedBy: if data.id == identity.text { remove { _ in true } }
        }
    }

    private mutating func end(_ family: FamilyID) {
        families[family] = nil
        tokens = tokens.filter { $0.value.family != family }
    }

    private mutating func remove(where condition: (Entry) -> Bool) {
        tokens = tokens.filter { !condition($0.value) }
        families = families.filter { !condition($0.value) }
    }
}
