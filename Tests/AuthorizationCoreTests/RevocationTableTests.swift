import AuthorizationCore
import Testing

/// What memory knows of what is no longer believed.
@Suite struct RevocationTableTests {
    private var token: IssuedFacts {
        var issued = TokenIssued()
        issued.claims.id = .number(1)
        issued.claims.clientID = .number(2)
        issued.account = .number(3)
        issued.winner = .number(4)
        issued.kid = "key"
        issued.family = .number(5)
        return IssuedFacts(of: issued, at: Position(100))
    }

    private func revoked(_ scope: TokenRevoked.Scope, _ id: String, at position: Int64, day: Int64 = 0) -> Event {
        var data = TokenRevoked()
        data.scope = scope
        data.id = id
        return Event(
            position: Position(position), recordedAt: Timestamp.example.advanced(bySeconds: day * 86_400),
            actor: .service, correlation: "", blind: Bytes16(), data: .tokens(.revoked(data)))
    }

    @Test(
        arguments: [
            (.app, AppID.number(2).text), (.account, AccountID.number(3).text),
            (.vouchedBy, IdentityID.number(4).text), (.key, "key"),
        ] as [(TokenRevoked.Scope, String)])
    func `what ends many ends what was issued before, and nothing later`(
        _ scope: TokenRevoked.Scope, _ id: String
    ) throws {
        var table = RevocationTable()
        table.fold(revoked(scope, id, at: 100))
        #expect(!table.endsBroadly(token), "issued at that position, hence not before it")
        table.fold(revoked(scope, id, at: 101))
        #expect(table.endsBroadly(token))
        #expect(RevocationTable(marks: table.marks).endsBroadly(token))
        var other = token
        other.app = .number(9)
        other.account = .number(9)
        other.winner = .number(9)
        other.kid = "other"
        #expect(!table.endsBroadly(other))
    }

    @Test(
        arguments: [(.token, DecisionID.number(1).text), (.family, FamilyID.number(5).text)]
            as [(TokenRevoked.Scope, String)])
    func `a fence that ended lately is remembered from where it was looked up`(
        _ scope: TokenRevoked.Scope, _ id: String
    ) {
        var table = RevocationTable()
        table.fold(revoked(scope, id, at: 200))
        #expect(table.ended(token.fences, since: Position(150)) == true)
        #expect(table.ended(token.fences, since: Position(200)) == true)
        #expect(table.ended(token.fences, since: Position(201)) == false, "the look-up saw it already")
        #expect(!table.endsBroadly(token))
        #expect(table.marks.isEmpty)
    }

    @Test func `reuse and erasure end a family too`() {
        var table = RevocationTable()
        var reuse = RefreshEvent()
        reuse.family = .number(5)
        var erased = PersonErased()
        erased.families = [.number(6)]
        erased.accounts = [.number(3)]
        for (position, data) in [EventData.tokens(.refreshReuseDetected(reuse)), .accounts(.personErased(erased))]
            .enumerated()
        {
            table.fold(
                Event(
                    position: Position(Int64(200 + position)), recordedAt: .example, actor: .service, correlation: "",
                    blind: Bytes16(), data: data))
        }
        #expect(table.ended([.family(.number(5))], since: Position(0)) == true)
        #expect(table.ended([.family(.number(6))], since: Position(0)) == true)
        #expect(table.endsBroadly(token))
    }

    @Test func `memory is bounded: what it has forgotten it says that it does not know`() {
        var table = RevocationTable()
        let extra = 10
        for number in 0..<(RevocationTable.maximumRecent + extra) {
            table.fold(revoked(.token, DecisionID.number(number).text, at: Int64(number)))
        }
        #expect(table.floor == Position(Int64(extra)))
        #expect(table.ended([.token(.number(0))], since: Position(Int64(extra - 1))) == nil)
        #expect(table.ended([.token(.number(extra))], since: Position(Int64(extra))) == true)
    }

    @Test func `marks go when nothing that they could end can still hold`() {
        var table = RevocationTable()
        table.fold(revoked(.app, AppID.number(2).text, at: 101))
        table.fold(revoked(.app, AppID.number(8).text, at: 102, day: RevocationTable.keptDays))
        #expect(table.marks.count == 2)
        table.fold(revoked(.app, AppID.number(9).text, at: 103, day: RevocationTable.keptDays + 1))
        #expect(table.marks.map(\.position) == [Position(102), Position(103)])
    }
}
