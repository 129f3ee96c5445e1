import AuthorizationCore
import Testing

/// What an Identity vouched for and what of it still holds.
@Suite struct LiveTokensTests {
    private var live = LiveTokens(vouchedBy: .number(1), at: Timestamp(microseconds: 1_000_000_000))
    private var position: Int64 = 0

    private mutating func fold(_ data: TokenEvent) {
        live.fold(
            Event(
                position: Position(position), recordedAt: Timestamp(microseconds: 900_000_000), actor: .service,
                correlation: "", blind: Bytes16(), data: .tokens(data)))
        position += 1
    }

    private mutating func issue(
        _ number: Int, winner: Int? = 1, expiresAt: Int64 = 1_300, app: Int = 1, family: Int? = nil,
        generation: Int64 = 0
    ) {
        var issued = TokenIssued()
        issued.winner = winner.map { .number($0) }
        issued.account = .number(70 + app)
        issued.claims.id = .number(number)
        issued.claims.clientID = .number(app)
        issued.claims.expiresAt = expiresAt
        issued.kid = "key"
        if let family {
            issued.family = .number(family)
            var refresh = RefreshIssued()
            refresh.family = .number(family)
            refresh.generation = generation
            refresh.expiresAt = Timestamp(microseconds: 9_000_000_000)
            issued.refresh = refresh
        }
        fold(.issued(issued))
    }

    private mutating func revoke(_ scope: TokenRevoked.Scope, _ id: String) {
        var revoked = TokenRevoked()
        revoked.scope = scope
        revoked.id = id
        fold(.revoked(revoked))
    }

    @Test mutating func `only its own and only what holds is counted`() {
        issue(1)
        issue(2, winner: 2)
        issue(3, winner: nil)
        issue(4, expiresAt: 1_000)
        issue(5, family: 5)
        issue(6, expiresAt: 1_000, family: 5, generation: 1)
        #expect(live.tokens.keys.sorted() == [.number(1), .number(5)])
        #expect(live.families.keys.sorted() == [.number(5)])
        #expect(live.families[.number(5)]?.position == Position(5), "by its newest token")
        #expect(live.count == 3)
    }

    @Test(
        arguments: [
            (.token, DecisionID.number(1).text, 3), (.family, FamilyID.number(5).text, 2),
            (.app, AppID.number(2).text, 3), (.account, AccountID.number(71).text, 1), (.key, "key", 1),
            (.vouchedBy, IdentityID.number(1).text, 0), (.vouchedBy, IdentityID.number(2).text, 4),
        ] as [(TokenRevoked.Scope, String, Int64)])
    mutating func `what was revoked is live no more`(_ scope: TokenRevoked.Scope, _ id: String, _ rest: Int64) {
        issue(1)
        issue(2, app: 2)
        issue(5, family: 5)
        #expect(live.count == 4)
        revoke(scope, id)
        #expect(live.count == rest)
    }

    @Test mutating func `reuse ends a family with its tokens`() {
        issue(1)
        issue(5, family: 5)
        var reuse = RefreshEvent()
        reuse.family = .number(5)
        fold(.refreshReuseDetected(reuse))
        #expect(live.tokens.keys.sorted() == [.number(1)])
        #expect(live.families.isEmpty)
    }
}
