import AuthorizationCore
import CanonicalJSON
import FieldCoding
import Testing

/// RFC 6749, section 6, and RFC 9700, section 4.14, one refusal at a time.
@Suite struct RefreshGrantTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var reason: Refusal
        var sentence: String
        var change: @Sendable (inout RefreshGrantScene) -> Void

        init(_ reason: Refusal, _ sentence: String, _ change: @escaping @Sendable (inout RefreshGrantScene) -> Void) {
            self.reason = reason
            self.sentence = sentence
            self.change = change
        }

        var testDescription: String { "\(reason.rawValue): \(sentence)" }
    }

    @Test(arguments: [
        Row(.oauthNotDeployed, "API OAuth is undeployed") { $0.history.undeployOAuth(in: .prod) },
        Row(.malformedRequest, "another method") { $0.request.fault = .methodNotAllowed },
        Row(.unknownApp, "the client secret did not match") { $0.request.client.credential = nil },
        Row(.unknownApp, "the app is retired") { $0.history.retire(AppID.number(1)) },
        Row(.appSuspended, "the app is suspended") { $0.history.suspend(AppID.number(1)) },
        Row(.proofInvalid, "the proof does not hold") {
            $0.request.proof = ProofOfPossession()
            $0.request.proof?.fault = "signature"
        },
        Row(.malformedRequest, "the token is missing") { $0.request.fault = .body },
        Row(.grantUnknown, "another grant") { $0.request.grant = Grant.password.rawValue },
        Row(.grantNotAllowed, "the app's grants no longer name it") {
            $0.history.revise(AppID.number(1)) { $0.grants = [.password] }
        },
        Row(.grantNotAllowed, "no deployed API names it") { scene in
            for number in 1...2 {
                scene.history.revise(APIID.number(number), to: 2, grants: [.password])
                scene.history.deploy(APIID.number(number), revision: 2, in: .prod)
            }
        },
        Row(.grantInvalid, "nothing was found") { $0.request.presented = PresentedRefreshToken() },
        Row(.grantInvalid, "no family began there") { $0.family = nil },
        Row(.grantInvalid, "the secret is another") { $0.request.presented?.secret = .mismatch },
        Row(.grantInvalid, "a generation that does not exist yet") { $0.present(1) },
        Row(.grantInvalid, "a family that was not presented") { $0.request.presented?.family = .number(31) },
        Row(.grantInvalid, "it was issued to another app") { $0.family?.granted.clientID = .number(2) },
        Row(.grantInvalid, "it was issued in another environment") {
            $0.family?.granted.issuer = "https://auth.example/sandbox"
        },
        Row(.grantInvalid, "its family was revoked") {
            var revoked = TokenRevoked()
            revoked.scope = .family
            revoked.id = RefreshGrantScene.family.text
            $0.record(.tokens(.revoked(revoked)))
        },
        Row(.grantInvalid, "it was not used in time") {
            $0.facts.decidedAt = RefreshGrantScene.start.advanced(bySeconds: RefreshTerms.defaultIdleSeconds)
        },
        Row(.grantInvalid, "its family is over") { scene in
            scene.family?.expiresAt = .latest
            scene.facts.decidedAt = RefreshGrantScene.start.advanced(bySeconds: RefreshTerms.defaultAbsoluteSeconds)
        },
        Row(.grantInvalid, "the Identity that vouched is suspended") { $0.history.suspend(IdentityID.number(1)) },
        Row(.grantInvalid, "its API is no longer deployed") { $0.history.undeploy(APIID.number(1), in: .prod) },
        Row(.grantInvalid, "its API is no longer the app's") {
            $0.history.revise(AppID.number(1)) { $0.apis = [.number(2)] }
        },
        Row(.targetUnknown, "a resource that was not granted") {
            $0.request.asked.resource = [PasswordGrantScene.resource(2)]
        },
        Row(.proofInvalid, "its API now wants a bound token") {
            $0.history.revise(APIID.number(1), to: 2, grants: [.refreshToken]) {
                $0.requireBound = true
                $0.scopes = ["orders.read"]
            }
            $0.history.deploy(APIID.number(1), revision: 2, in: .prod)
        },
        Row(.scopeNotAllowed, "a scope that was not granted") {
            $0.begin(scope: "orders.read")
            $0.request.asked.scope = ["orders.read", "orders.write"]
        },
        Row(.scopeNotAllowed, "a scope that the app may no longer ask for") {
            $0.history.revise(AppID.number(1)) { $0.scopes = ["orders.read"] }
            $0.request.asked.scope = ["orders.write"]
        },
        Row(.appThrottled, "too much of the app failed from there") {
            $0.request.throttle = ThrottleReading()
            $0.request.throttle?.app.failures = 1_000
        },
        Row(.identityUnavailable, "no key signs") {
            var retired = KeyRetired()
            retired.environment = .prod
            retired.kid = "token-1"
            $0.history.append(.ledger(.keyRetired(retired)))
        },
    ])
    func `each refusal for itself`(_ row: Row) {
        var scene = RefreshGrantScene()
        row.change(&scene)
        #expect(scene.step.refusal == row.reason)
    }

    @Test func `a token gets a successor, and its event says of what`() throws {
        let scene = RefreshGrantScene()
        let rotation = try #require(scene.step.grant?.refresh)
        #expect(rotation.kind == .used)
        #expect(rotation.generation == 1)
        #expect(rotation.beganAt == scene.family?.beganAt)
        #expect(rotation.event.generation == 0 && rotation.event.successor == 1 && rotation.event.retired == nil)
        #expect(rotation.event.cause == .rotated)
    }

    @Test func `who the user is, and how and when he proved it, stays as it was`() throws {
        let scene = RefreshGrantScene()
        let granted = try #require(scene.family?.granted)
        let grant = try #require(scene.step.grant)
        let claims = grant.claims
        #expect(claims.acr == granted.acr && claims.amr == granted.amr && claims.authTime == granted.authTime)
        #expect(claims.subject == granted.subject && claims.subjectType == .user)
        #expect(claims.extraInfo == granted.extraInfo)
        #expect(claims.id == .number(8))
        #expect(claims.issuedAt == scene.facts.decidedAt.seconds)
        #expect(claims.expiresAt == scene.facts.decidedAt.seconds + 300)
        #expect(grant.account == .number(77) && grant.winner == .number(1))
        let because = grant.because(requested: .position(900))
        let json = try JSON.parse(try FieldWriter.bytes(of: claims))
        #expect(because.map(\.claim) == json.objectValue?.members.map(\.name))
        for claim in ["acr", "amr", "auth_time", "extraInfo", "scope", "sub", "subject_type"] {
            #expect(because.first { $0.claim == claim }?.event.position == 500, "\(claim)")
        }
        for claim in ["iat", "jti"] { #expect(because.first { $0.claim == claim }?.event.position == 900) }
    }

    @Test func `the end of the family never moves, however often it is used`() throws {
        var scene = RefreshGrantScene()
        let end = try #require(scene.family?.endsAt)
        scene.facts.decidedAt = RefreshGrantScene.start
        for _ in 0..<4 {
            scene.facts.decidedAt = scene.facts.decidedAt.advanced(bySeconds: RefreshTerms.defaultIdleSeconds - 1)
            scene.present(scene.family?.newest ?? 0)
            let grant = try #require(scene.step.grant)
            #expect(grant.refresh?.terms.endsAt == end)
            #expect(grant.refresh.map { $0.terms.expiresAt <= end } == true)
            scene.take(grant)
        }
        scene.facts.decidedAt = end
        scene.present(scene.family?.newest ?? 0)
        #expect(scene.step.refusal == .grantInvalid)
    }

    @Test func `scope and target may shrink for one token, and the family keeps what it was granted`() throws {
        var scene = RefreshGrantScene()
        scene.begin(apis: [1, 2], scope: "orders.read orders.write stock.read")
        scene.request.asked.scope = ["orders.read"]
        scene.request.asked.resource = [PasswordGrantScene.resource(1)]
        let narrow = try #require(scene.step.grant)
        #expect(narrow.scope == ["orders.read"])
        #expect(narrow.claims.audience == [PasswordGrantScene.resource(1)])
        #expect(narrow.because(requested: .position(900)).first { $0.claim == "scope" }?.event.position == 900)
        scene.take(narrow)
        scene.request.asked = Asked()
        scene.present(1)
        let whole = try #require(scene.step.grant)
        #expect(whole.scope == ["orders.read", "orders.write", "stock.read"])
        #expect(whole.claims.audience.count == 2)
    }

    @Test func `an audience that has left is left out, with its scopes`() throws {
        var scene = RefreshGrantScene()
        scene.begin(apis: [1, 2], scope: "orders.read stock.read")
        scene.history.undeploy(APIID.number(2), in: .prod)
        let grant = try #require(scene.step.grant)
        #expect(grant.claims.audience == [PasswordGrantScene.resource(1)])
        #expect(grant.scope == ["orders.read"])
    }

    @Test func `an API that the app got later does not come in`() throws {
        let grant = try #require(RefreshGrantScene().step.grant)
        #expect(grant.claims.audience == [PasswordGrantScene.resource(1)])
    }

    enum Change: CaseIterable, Sendable { case unlink, undeploy, retire }

    @Test(arguments: Change.allCases)
    func `an Identity that is asked no more has still said what it said`(_ change: Change) {
        var scene = RefreshGrantScene()
        switch change {
        case .unlink: scene.history.unlink(.number(1), from: .number(1))
        case .undeploy: scene.history.undeploy(IdentityID.number(1), in: .prod)
        case .retire: scene.history.retire(IdentityID.number(1))
        }
        #expect(scene.step.grant != nil)
    }

    @Test func `a suspended Identity vouches again when it is resumed`() {
        var scene = RefreshGrantScene()
        scene.history.suspend(IdentityID.number(1))
        #expect(scene.step.refusal == .grantInvalid)
        scene.history.resume(IdentityID.number(1))
        #expect(scene.step.grant != nil)
    }

    // MARK: Lost answers and reuse

    @Test(arguments: [0, 30] as [Int64])
    func `whoever lost the answer gets another successor, and the first one is retired`(_ age: Int64) throws {
        var scene = RefreshGrantScene()
        scene.rotate()
        scene.present(0, age: age)
        let rotation = try #require(scene.step.grant?.refresh)
        #expect(rotation.kind == .repeated)
        #expect(rotation.generation == 2)
        #expect(rotation.event.generation == 0 && rotation.event.retired == 1 && rotation.event.successor == 2)
        #expect(rotation.event.cause == .answerLost)
    }

    @Test func `an answer may be lost twice, and the retired successors are then worth nothing`() throws {
        var scene = RefreshGrantScene()
        scene.rotate()
        for generation in 2...3 as ClosedRange<Int64> {
            scene.present(0, age: 10)
            let grant = try #require(scene.step.grant)
            #expect(grant.refresh?.generation == generation)
            scene.take(grant)
        }
        for retired in 1...2 as ClosedRange<Int64> {
            scene.present(retired, age: 1)
            #expect(scene.step.ending?.cause == .reused, "\(retired)")
        }
        scene.present(3)
        #expect(scene.step.grant?.refresh?.generation == 4)
    }

    @Test func `too late, from another key, or after the successor was used, it is reuse`() {
        var scene = RefreshGrantScene()
        scene.rotate()
        scene.present(0, age: 31)
        #expect(scene.step.ending?.cause == .expired)
        scene.present(0, age: 1)
        scene.request.proof = ProofOfPossession()
        scene.request.proof?.thumbprint = "another"
        #expect(scene.step.ending?.cause == .mismatch)
        scene.request.proof = nil
        scene.rotate()
        scene.present(0)
        let ending = scene.step.ending
        #expect(ending?.cause == .reused)
        #expect(ending?.family == RefreshGrantScene.family && ending?.generation == 0)
        #expect(ending?.successor == nil && ending?.retired == nil)
    }

    @Test func `no guess at a secret, and nobody else's app, ends a family`() {
        var scene = RefreshGrantScene()
        scene.rotate()
        scene.rotate()
        scene.present(0)
        scene.request.presented?.secret = .mismatch
        #expect(scene.step.refusal == .grantInvalid)
        scene.present(0)
        scene.family?.granted.clientID = .number(2)
        #expect(scene.step.refusal == .grantInvalid)
    }

    @Test func `reuse is found before target, scope and throttle are looked at`() {
        var scene = RefreshGrantScene()
        scene.rotate()
        scene.rotate()
        scene.present(0)
        scene.request.asked.scope = ["admin"]
        scene.request.asked.resource = ["https://nobody.example"]
        scene.request.throttle = ThrottleReading()
        scene.request.throttle?.app.failures = 1_000
        #expect(scene.step.ending != nil)
    }

    @Test func `an ended family stays ended, and ends once`() {
        var scene = RefreshGrantScene()
        scene.rotate()
        scene.rotate()
        scene.present(0)
        guard let ending = scene.step.ending else { Issue.record("no reuse"); return }
        scene.record(.tokens(.refreshReuseDetected(ending)))
        for generation in 0...2 as ClosedRange<Int64> {
            scene.present(generation)
            #expect(scene.step.refusal == .grantInvalid, "\(generation)")
        }
    }

    @Test func `the first event and the newest append give the family that all events give`() throws {
        var scene = RefreshGrantScene()
        scene.rotate()
        scene.rotate()
        scene.present(1, age: 3)
        scene.take(try #require(scene.step.grant))
        let events = scene.history.events
        let first = try #require(events.firstIndex { RefreshFamily($0) != nil })
        var short = try #require(RefreshFamily(events[first]))
        for event in events.suffix(2) { short.fold(event) }
        #expect(short == scene.family)
        #expect(short.newest == 3 && short.predecessor == 1)
    }
}
