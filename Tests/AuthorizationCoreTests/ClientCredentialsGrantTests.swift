import AuthorizationCore
import CanonicalJSON
import FieldCoding
import Testing

/// RFC 6749, section 4.4: an app asks for itself.
@Suite struct ClientCredentialsGrantTests {
    typealias Row = RefreshGrantTests.Row

    @Test(arguments: [
        Row(.oauthNotDeployed, "API OAuth is undeployed") { $0.history.undeployOAuth(in: .prod) },
        Row(.unknownApp, "the client secret did not match") { $0.request.client.credential = nil },
        Row(.appSuspended, "the app is suspended") { $0.history.suspend(AppID.number(1)) },
        Row(.malformedRequest, "a repeated parameter") { $0.request.fault = .repeatedParameter },
        Row(.grantNotAllowed, "the app's grants leave it out") {
            $0.history.revise(AppID.number(1)) { $0.grants = [.password] }
        },
        Row(.grantNotAllowed, "no API is deployed") { scene in
            for number in 1...2 { scene.history.undeploy(APIID.number(number), in: .prod) }
        },
        Row(.targetUnknown, "a resource of somebody else") { $0.request.asked.resource = ["https://nobody.example"] },
        Row(.scopeNotAllowed, "a scope that no API declares") { $0.request.asked.scope = ["admin"] },
        Row(.scopeNotAllowed, "a scope beyond the app's own") {
            $0.history.revise(AppID.number(1)) { $0.scopes = ["orders.read"] }
            $0.request.asked.scope = ["stock.read"]
        },
        Row(.scopeNotAllowed, "a scope that two audiences declare") { scene in
            scene.history.revise(APIID.number(2), to: 2, grants: [.clientCredentials]) { $0.scopes = ["orders.read"] }
            scene.history.deploy(APIID.number(2), revision: 2, in: .prod)
            scene.request.asked.scope = ["orders.read"]
        },
        Row(.appThrottled, "too much of the app failed from there") {
            $0.request.throttle = ThrottleReading()
            $0.request.throttle?.app.failures = 1_000
        },
    ])
    func `each refusal for itself`(_ row: Row) {
        var scene = RefreshGrantScene()
        row.change(&scene)
        #expect(scene.ownStep.refusal == row.reason)
    }

    @Test func `the app is the subject, and nothing says that a user was there`() throws {
        var scene = RefreshGrantScene()
        scene.request.asked.scope = ["stock.read"]
        scene.request.asked.resource = [PasswordGrantScene.resource(2)]
        // A third party may have a token of its own.
        scene.history.revise(AppID.number(1)) { $0.firstParty = false }
        let grant = try #require(scene.ownStep.grant)
        let claims = grant.claims
        #expect(claims.subject == AppID.number(1).text)
        #expect(claims.subjectType == .application)
        #expect(claims.clientID == .number(1))
        #expect(claims.audience == [PasswordGrantScene.resource(2)])
        #expect(claims.scope == "stock.read")
        #expect(claims.acr == nil && claims.amr == nil && claims.authTime == nil)
        #expect(grant.account == nil && grant.winner == nil && grant.refresh == nil)
        let because = grant.because(requested: .position(900))
        let json = try JSON.parse(try FieldWriter.bytes(of: claims))
        #expect(because.map(\.claim) == json.objectValue?.members.map(\.name))
        let registered = scene.history.estate.apps[.number(1)]?.registeredAt
        #expect(because.first { $0.claim == "sub" }?.event.position == registered)
    }
}
