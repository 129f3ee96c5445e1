import AuthorizationCore
import CanonicalJSON
import FieldCoding
import Testing

/// What the token says once somebody vouched, and why.
@Suite struct PasswordGrantTokenTests {
    /// APIs 1 and 2; Identity 4 leads to both, Identity 5 to API 2 alone.
    private func twoAPIs(
        _ first: (inout APIRevision) -> Void = { _ in }, _ second: (inout APIRevision) -> Void = { _ in }
    ) -> PasswordGrantScene {
        var scene = PasswordGrantScene()
        scene.history.revise(APIID.number(1), to: 2) { revision in
            revision.scopes = ["orders.read", "shared"]
            first(&revision)
        }
        scene.history.deploy(APIID.number(1), revision: 2, in: .prod)
        scene.addAPI(2) { revision in
            revision.scopes = ["stock.read", "shared"]
            second(&revision)
        }
        scene.addIdentity(4, for: [2, 1])
        scene.addIdentity(5, for: [2])
        scene.history.revise(AppID.number(1)) { $0.apis = [.number(2), .number(1)] }
        return scene
    }

    private func token(_ scene: PasswordGrantScene, winner: Int) throws -> TokenGrant {
        var scene = scene
        scene.answers = [winner: .accepted]
        return try #require(scene.decide().end.token)
    }

    // MARK: Audience

    @Test(
        arguments: [
            (4, nil, [1, 2]),
            (5, nil, [2]),
            (3, nil, [1]),
            (4, [1], [1]),
            (4, [2], [2]),
            (4, [2, 1], [1, 2]),
            (4, [2, 2], [2]),
            (5, [1, 2], [2]),
        ] as [(Int, [Int]?, [Int])])
    func `the audience is what the winner leads to and was named, ascending`(
        _ winner: Int, _ named: [Int]?, _ audience: [Int]
    ) throws {
        var scene = twoAPIs()
        scene.request.asked.resource = named?.map(PasswordGrantScene.resource)
        #expect(try token(scene, winner: winner).claims.audience == audience.map(PasswordGrantScene.resource))
    }

    @Test func `the audience sorts by bytes, and two APIs of one resource are one`() throws {
        let scene = twoAPIs({ $0.resource = "https://b.example" }, { $0.resource = "https://a.example" })
        #expect(try token(scene, winner: 4).claims.audience == ["https://a.example", "https://b.example"])
        let same = twoAPIs({ $0.resource = "https://one.example" }, { $0.resource = "https://one.example" })
        #expect(try token(same, winner: 4).claims.audience == ["https://one.example"])
    }

    // MARK: Scope

    @Test(
        arguments: [
            ("none was asked", nil, 4, nil, nil),
            ("granted as asked", ["stock.read", "orders.read"], 4, nil, "stock.read orders.read"),
            (
                "allowed by the union, narrowed to the winner's API", ["orders.read", "stock.read"], 5, nil,
                "stock.read"
            ),
            ("nothing is left", ["orders.read"], 5, nil, nil),
            ("a repeated scope is granted once", ["orders.read", "orders.read"], 4, nil, "orders.read"),
            ("one resource makes a shared scope plain", ["shared"], 4, [2], "shared"),
            ("one audience makes a shared scope plain", ["shared"], 5, nil, "shared"),
            ("who names both resources means both", ["shared"], 4, [1, 2], "shared"),
        ] as [(String, [String]?, Int, [Int]?, String?)])
    func `the scope is checked before the chain and narrowed after it`(
        _ sentence: String, _ asked: [String]?, _ winner: Int, _ named: [Int]?, _ granted: String?
    ) throws {
        var scene = twoAPIs()
        scene.request.asked.scope = asked
        scene.request.asked.resource = named?.map(PasswordGrantScene.resource)
        let token = try token(scene, winner: winner)
        #expect(token.claims.scope == granted, "\(sentence)")
        #expect(token.scope.joined(separator: " ") == granted ?? "")
    }

    @Test func `a scope that two audiences declare needs a resource`() {
        var scene = twoAPIs()
        scene.request.asked.scope = ["shared"]
        scene.answers = [4: .accepted]
        #expect(scene.outcome.refusal == .scopeNotAllowed)
    }

    // MARK: Lifetime

    @Test(
        arguments: [
            ("the default of all", nil, nil, nil, 300),
            ("the environment's", 200, nil, nil, 200),
            ("the smallest of two", nil, 600, 120, 120),
            ("the default is smaller than what one API allows", nil, 600, nil, 300),
            ("one API wants less than the default", nil, nil, 60, 60),
            ("all APIs allow more than the environment", 200, 600, 900, 600),
        ] as [(String, Int64?, Int64?, Int64?, Int64)])
    func `the lifetime is the smallest in the audience`(
        _ sentence: String, _ general: Int64?, _ first: Int64?, _ second: Int64?, _ seconds: Int64
    ) throws {
        var scene = twoAPIs({ $0.tokenTTLSeconds = first }, { $0.tokenTTLSeconds = second })
        if let general { scene.history.configure(.prod, accessTokenSeconds: general) }
        let token = try token(scene, winner: 4)
        #expect(token.lifetimeInSeconds == seconds, "\(sentence)")
        #expect(token.claims.issuedAt == scene.facts.decidedAt.seconds)
        #expect(token.claims.expiresAt == token.claims.issuedAt + seconds)
    }

    @Test func `the expiry is justified by the event that states the lifetime`() throws {
        let prod = EnvironmentName.prod
        var scene = twoAPIs({ $0.tokenTTLSeconds = 600 })
        func cause() throws -> Position { try token(scene, winner: 4).reasons.lifetime }
        // 300 is API 2's, because neither it nor the environment says anything.
        #expect(try cause() == scene.history.estate.environments[prod]?.apis[.number(2)]?.at)
        let configured = scene.history.configure(prod, accessTokenSeconds: 500)
        #expect(try cause() == configured)
        scene.history.configure(prod, accessTokenSeconds: 700)
        #expect(try cause() == scene.history.estate.environments[prod]?.apis[.number(1)]?.at)
    }

    // MARK: Bound tokens

    private func proof(_ kind: ProofOfPossession.Kind) -> ProofOfPossession {
        var proof = ProofOfPossession()
        proof.kind = kind
        proof.thumbprint = "thumbprint"
        return proof
    }

    @Test func `an API that wants a bound token is left out without a proof`() throws {
        var scene = twoAPIs({ _ in }, { $0.requireBound = true })
        let bearer = try token(scene, winner: 4)
        #expect(bearer.claims.audience == [PasswordGrantScene.resource(1)])
        #expect(bearer.claims.confirmation == nil)
        #expect(scene.decide().asked == [4, 3, 2, 1], "an Identity of that API alone is not asked")

        scene = twoAPIs({ _ in }, { $0.requireBound = true })
        scene.request.proof = proof(.dpop)
        let bound = try token(scene, winner: 4)
        #expect(bound.claims.audience == [PasswordGrantScene.resource(1), PasswordGrantScene.resource(2)])
        #expect(bound.claims.confirmation?.jkt == "thumbprint")
        #expect(bound.claims.confirmation?.x5tS256 == nil)
    }

    @Test func `a named API is not left out in silence`() {
        var scene = twoAPIs({ _ in }, { $0.requireBound = true })
        scene.answers = [4: .accepted]
        scene.request.asked.resource = [PasswordGrantScene.resource(1), PasswordGrantScene.resource(2)]
        #expect(scene.outcome.refusal == .proofInvalid)
        scene.request.proof = proof(.mtls)
        #expect(scene.outcome.token?.claims.confirmation?.x5tS256 == "thumbprint")
        #expect(scene.outcome.token?.claims.confirmation?.jkt == nil)
    }

    // MARK: Claims

    /// A scene whose token has every claim that a password grant can give.
    private func fullScene() -> PasswordGrantScene {
        var scene = twoAPIs()
        scene.request.asked.scope = ["orders.read"]
        scene.request.proof = proof(.dpop)
        var attempt = ValidationAttempted.of(4, .accepted)
        var vouched = Vouched()
        vouched.acr = "urn:example:loa:2"
        vouched.amr = ["pwd", "otp"]
        vouched.authTime = 1
        vouched.vot = "P1"
        vouched.vtm = "https://auth.example/vtm"
        attempt.vouched = vouched
        attempt.extraInfo = .taken
        attempt.extraInfoSealed = SealedValue(vault: .number(1), commitment: .example, ciphertextHash: Bytes32())
        scene.attempts = [.of(5, .rejected), attempt]
        return scene
    }

    @Test func `the claims say what the estate, the request and the winner said`() throws {
        let scene = fullScene()
        let token = try #require(scene.step.token)
        let claims = token.claims
        #expect(claims.issuer == "https://auth.example/prod")
        #expect(claims.clientID == .number(1))
        #expect(claims.id == .number(7))
        #expect(claims.subject == AccountID.number(77).text)
        #expect(claims.subjectType == .user)
        #expect(claims.acr == "urn:example:loa:2")
        #expect(claims.amr == ["pwd", "otp"])
        #expect(claims.vot == "P1")
        #expect(claims.vtm == "https://auth.example/vtm")
        #expect(claims.extraInfo == .sealed(commitment: .example))
        #expect(claims.authTime == 1_790_000_000, "when the answer was there, not what the store says")
        #expect(claims.act == nil)
        #expect(token.header.alg == .es256)
        #expect(token.header.kid == "token-1")
        #expect(token.header.typ == "at+jwt")
    }

    @Test func `without a word about it the method is the password`() throws {
        let token = try token(twoAPIs(), winner: 4)
        #expect(token.claims.amr == ["pwd"])
        #expect(token.claims.acr == nil)
        #expect(token.claims.vot == nil)
    }

    @Test(arguments: [true, false])
    func `every claim has a justification, and nothing else has`(_ isFull: Bool) throws {
        let token = isFull ? try #require(fullScene().step.token) : try token(twoAPIs(), winner: 4)
        let json = try JSON.parse(try FieldWriter.bytes(of: token.claims))
        let names = try #require(json.objectValue).members.map(\.name)
        let because = token.because(requested: .inThisAppend(0), winner: .inThisAppend(1), account: .inThisAppend(2))
        #expect(because.map(\.claim) == names)
        #expect(names.count == (isFull ? 16 : 10))
    }

    @Test func `each claim points to the event that it comes from`() throws {
        var scene = fullScene()
        let because = try #require(scene.step.token).because(
            requested: .position(100), winner: .position(102), account: .position(103))
        func event(_ claim: String) -> Position? { because.first { $0.claim == claim }?.event.position }
        let estate = scene.history.estate
        #expect(event("iss") == estate.environments[.prod]?.createdAt)
        #expect(event("client_id") == estate.apps[.number(1)]?.latest.at)
        #expect(event("aud") == estate.identities[.number(4)]?.registeredAt, "the newest link or deploy behind it")
        for claim in ["acr", "amr", "vot", "vtm", "extraInfo", "auth_time"] { #expect(event(claim) == 102) }
        for claim in ["jti", "scope", "cnf"] { #expect(event(claim) == 100) }
        for claim in ["sub", "subject_type"] { #expect(event(claim) == 103) }

        // A subject that is known already is called as it was before, because of that event.
        scene.accounts = [.number(4): AccountStanding(account: .number(5), vault: .number(6), openedAt: 50)]
        let known = try #require(scene.step.token)
        #expect(known.claims.subject == AccountID.number(5).text)
        #expect(known.account == .number(5))
        let again = known.because(requested: .position(100), winner: .position(102), account: .position(103))
        #expect(again.first { $0.claim == "sub" }?.event.position == 50)
    }

    @Test func `an account of another subject is not taken`() throws {
        var scene = fullScene()
        scene.accounts = [.number(5): AccountStanding(account: .number(5), vault: .number(6), openedAt: 50)]
        #expect(try #require(scene.step.token).account == .number(77))
    }

    @Test func `without a key that signs there is no token`() {
        var scene = PasswordGrantScene()
        scene.answers = [3: .accepted]
        var retired = KeyRetired()
        retired.environment = .prod
        retired.kid = "token-1"
        scene.history.append(.ledger(.keyRetired(retired)))
        #expect(scene.outcome.refusal == .identityUnavailable)
        scene.history.addTokenKey("token-2", alg: .edDSA, in: .prod)
        #expect(scene.outcome.token?.header.alg == .edDSA)
        #expect(scene.outcome.token?.header.kid == "token-2")
    }
}
