internal import AuthorizationCore

/// All that can come of a request, as far as what is known leaves it open.
struct Possibilities {
    /// Tokens that are told apart by what they say; at most ``maximumTokens``.
    private(set) var tokens: [PossibleToken] = []
    private(set) var refusals: Set<Refusal> = []
    /// Identities that were never asked and would have had to answer.
    private(set) var unasked: [IdentityID] = []

    /// Not all of them were looked at.
    private var isOpen = false

    private static let maximumTokens = 4

    /// Whether a token is issued, where that is certain.
    var issues: Bool? {
        if isOpen { return nil }
        if refusals.isEmpty { return tokens.isEmpty ? nil : true }
        return tokens.isEmpty ? false : nil
    }

    /// The one token, where exactly that is certain.
    var token: PossibleToken? { issues == true && tokens.count == 1 ? tokens.first : nil }

    mutating func issue(_ token: PossibleToken) {
        if tokens.count < Self.maximumTokens, !tokens.contains(token) { tokens.append(token) }
    }

    mutating func refuse(_ reason: Refusal) { refusals.insert(reason) }

    mutating func ask(_ identity: IdentityID) { if !unasked.contains(identity) { unasked.append(identity) } }

    mutating func leaveOpen() { isOpen = true }

    mutating func add(_ other: Possibilities) {
        for token in other.tokens { issue(token) }
        refusals.formUnion(other.refusals)
        for identity in other.unasked { ask(identity) }
        isOpen = isOpen || other.isOpen
    }
}

/// A token as far as two can differ: what the estate and the answers decide, and nothing of the decision's own.
struct PossibleToken: Hashable {
    var claims: TokenClaims
    var kid: String
    var winner: IdentityID?
    /// When the refresh token that comes with it ends; nil where none does.
    var refresh: RefreshTerms.Ends?

    init(_ grant: TokenGrant) {
        claims = grant.claims
        kid = grant.header.kid
        winner = grant.winner.identity
        refresh = grant.refresh.map { RefreshTerms.Ends($0) }
    }

    init(_ grant: DirectGrant) {
        claims = grant.claims
        kid = grant.header.kid
        winner = grant.winner
        refresh = (grant.refresh?.terms).map { RefreshTerms.Ends($0) }
    }

    /// The claims, and what else is the app's to see, in which another token differs.
    func differences(to other: PossibleToken) -> [String] {
        var found = FieldValues.differences(recorded: claims, replayed: other.claims).map(\.path)
        // Whoever else vouches may know the person under another name.
        if winner != other.winner { found.append("sub") }
        if kid != other.kid { found.append("kid") }
        if refresh != other.refresh { found.append("refresh_token") }
        return Set(found.map { $0.split(separator: ".").first.map(String.init) ?? $0 }).sorted()
    }
}

extension RefreshTerms {
    struct Ends: Hashable {
        let family: Timestamp
        let token: Timestamp

        init(_ terms: RefreshTerms) {
            family = terms.endsAt
            token = terms.expiresAt
        }
    }
}
