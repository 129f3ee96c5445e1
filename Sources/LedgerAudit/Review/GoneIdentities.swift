internal import AuthorizationCore

/// Live tokens that Identities vouched for which, at the end of the period, are retired, suspended or in no chain's reach.
struct GoneIdentities {
    private var live: [IdentityID: LiveTokens] = [:]
    private var words: [Int: IdentityID] = [:]
    private var kept = 0
    private let now: Timestamp
    private(set) var unwatched: Int64 = 0

    init(_ estate: Estate, at now: Timestamp, _ words: WordTable) {
        self.now = now
        for identity in estate.identities.values
        where identity.retiredAt != nil || identity.suspendedAt != nil
            || (identity.links.isEmpty && identity.latest.number > 0)
            || !estate.environments.values.contains(where: { $0.identities[identity.id] != nil })
        {
            live[identity.id] = LiveTokens(vouchedBy: identity.id, at: now)
            self.words[words.number(of: identity.id.text)] = identity.id
        }
    }

    var isEmpty: Bool { live.isEmpty }

    /// Whether the token has to be read whole: it may still hold on the word of one of them.
    func wants(_ token: TokenRead) -> Bool {
        guard let winner = token.winner, words[winner] != nil else { return false }
        return token.hasFamily || token.expiresAt > now.seconds
    }

    mutating func take(issued event: Event) {
        guard case .tokens(.issued(let data)) = event.data, let winner = data.winner else { return }
        guard kept < ReviewLimits.maximumLiveTokens else { return unwatched += 1 }
        kept += 1
        live[winner]?.fold(event)
    }

    /// Something that ends tokens.
    mutating func take(end event: Event) {
        for identity in live.keys { live[identity]?.fold(event) }
    }

    func report(_ estate: Estate, to book: inout FindingBook) {
        for (id, tokens) in live.sorted(by: { $0.key < $1.key }) where tokens.count > 0 {
            guard let identity = estate.identities[id] else { continue }
            let why =
                identity.retiredAt != nil
                ? "retired"
                : identity.suspendedAt != nil ? "suspended" : identity.links.isEmpty ? "unlinked" : "undeployed"
            let positions = (tokens.tokens.values.map(\.position) + tokens.families.values.map(\.position)).sorted()
            var proof = Proof([identity.retiredAt ?? identity.suspendedAt].compactMap(\.self))
            for position in positions { proof.add(position) }
            book.add(
                .liveTokensOfGoneIdentity, about: [id.text],
                "\(estate.name(id.text)) is \(why), and \(tokens.tokens.count) access tokens and \(tokens.families.count) "
                    + "refresh token families that it vouched for hold at \(now.text).", proof)
        }
    }
}
