import AuthorizationCore
import Testing

/// Every reason for refusing, and that the earlier one wins.
@Suite struct PasswordGrantRefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var reason: Refusal
        var sentence: String
        var change: @Sendable (inout PasswordGrantScene) -> Void

        init(_ reason: Refusal, _ sentence: String, _ change: @escaping @Sendable (inout PasswordGrantScene) -> Void) {
            self.reason = reason
            self.sentence = sentence
            self.change = change
        }

        var testDescription: String { "\(reason.rawValue): \(sentence)" }
    }

    /// One way into each reason, in order of precedence, such that any two can happen together.
    private static let reasons: [Row] = [
        Row(.oauthNotDeployed, "API OAuth is undeployed") { $0.history.undeployOAuth(in: .prod) },
        Row(.unknownApp, "the client secret did not match") { $0.request.client.credential = nil },
        Row(.appSuspended, "the app is suspended") { $0.history.suspend(AppID.number(1)) },
        Row(.proofInvalid, "the proof does not hold") {
            var proof = ProofOfPossession()
            proof.fault = "signature"
            $0.request.proof = proof
        },
        Row(.malformedRequest, "the password is missing") { $0.request.fault = .missingPassword },
        Row(.grantUnknown, "a grant type of another kind") { $0.request.grant = "unknown" },
        Row(.grantNotAllowed, "a third party") { $0.history.revise(.number(1)) { $0.firstParty = false } },
        Row(.targetUnknown, "a resource of somebody else") { $0.request.asked.resource = ["https://nobody.example"] },
        Row(.scopeNotAllowed, "a scope that no API declares") { $0.request.asked.scope = ["admin"] },
        Row(.noLinkedIdentity, "no Identity is linked") { scene in
            for number in 1...3 { scene.history.unlink(.number(number), from: .number(1)) }
        },
        Row(.noIdentityInEnvironment, "no Identity is deployed here") { scene in
            for number in 1...3 { scene.history.undeploy(IdentityID.number(number), in: .prod) }
        },
        Row(.locked, "a store says that the account is locked") { $0.answers[2] = .locked },
        Row(.identityUnavailable, "the newest store does not answer") { $0.answers[3] = .indeterminate },
        Row(.credentialsRejected, "all stores reject") { _ in },
    ]

    @Test(arguments: reasons)
    func `each reason for itself`(_ row: Row) {
        var scene = PasswordGrantScene()
        row.change(&scene)
        #expect(scene.outcome.refusal == row.reason)
    }

    @Test(arguments: reasons.indices)
    func `of two reasons the earlier one wins`(_ first: Int) {
        for second in Self.reasons.indices where second != first {
            var scene = PasswordGrantScene()
            Self.reasons[first].change(&scene)
            Self.reasons[second].change(&scene)
            let earlier = Self.reasons[min(first, second)].reason
            #expect(scene.outcome.refusal == earlier, "with \(Self.reasons[second].reason)")
        }
    }

    @Test func `no password leaves before the guards that stand before the chain`() {
        for row in Self.reasons where row.reason != .locked {
            var scene = PasswordGrantScene()
            row.change(&scene)
            let endsBefore = Refusal.allCases.firstIndex(of: .locked) ?? 0
            let isBefore = (Refusal.allCases.firstIndex(of: row.reason) ?? 0) < endsBefore
            #expect(scene.decide().asked.isEmpty == isBefore, "\(row.reason)")
        }
    }

    @Test(arguments: [
        Row(.oauthNotDeployed, "an environment that is none") { $0.request.environment = EnvironmentName() },
        Row(.oauthNotDeployed, "API OAuth only elsewhere") {
            $0.history.undeployOAuth(in: .prod)
            $0.history.deployOAuth(in: .sandbox)
        },
        Row(.unknownApp, "nobody is named") { $0.request.client = ClientAuthentication() },
        Row(.unknownApp, "an app that is none") { $0.request.client.app = .number(2) },
        Row(.unknownApp, "a retired app") { $0.history.retire(AppID.number(1)) },
        Row(.proofInvalid, "a named API wants a bound token") { scene in
            scene.history.revise(APIID.number(1), to: 2) { $0.requireBound = true }
            scene.history.deploy(APIID.number(1), revision: 2, in: .prod)
            scene.request.asked.resource = [PasswordGrantScene.resource(1)]
        },
        Row(.proofInvalid, "every API wants a bound token") { scene in
            scene.history.revise(APIID.number(1), to: 2) { $0.requireBound = true }
            scene.history.deploy(APIID.number(1), revision: 2, in: .prod)
        },
        Row(.proofInvalid, "a proof without a key binds nothing") { scene in
            scene.history.revise(APIID.number(1), to: 2) { $0.requireBound = true }
            scene.history.deploy(APIID.number(1), revision: 2, in: .prod)
            scene.request.proof = ProofOfPossession()
        },
        Row(.grantUnknown, "another grant that we know") { $0.request.grant = Grant.clientCredentials.rawValue },
        Row(.grantNotAllowed, "the app's grants leave it out") {
            $0.history.revise(AppID.number(1)) { $0.grants = [.clientCredentials] }
        },
        Row(.grantNotAllowed, "the app has no API") { $0.history.revise(AppID.number(1)) { $0.apis = [] } },
        Row(.grantNotAllowed, "its API is not deployed here") {
            $0.history.undeploy(APIID.number(1), in: .prod)
            $0.history.deploy(APIID.number(1), in: .sandbox)
        },
        Row(.grantNotAllowed, "its API is retired") { $0.history.retire(APIID.number(1)) },
        Row(.grantNotAllowed, "the deployed revision has not the Password option") {
            $0.history.revise(APIID.number(1), to: 2, grants: [.refreshToken])
            $0.history.deploy(APIID.number(1), revision: 2, in: .prod)
        },
        Row(.targetUnknown, "an empty list of resources") { $0.request.asked.resource = [] },
        Row(.targetUnknown, "one of two resources is somebody else's") {
            $0.request.asked.resource = [PasswordGrantScene.resource(1), PasswordGrantScene.resource(2)]
        },
        Row(.targetUnknown, "an API that is not the app's") {
            $0.addAPI(2)
            $0.request.asked.resource = [PasswordGrantScene.resource(2)]
        },
        Row(.scopeNotAllowed, "one scope of two") { $0.request.asked.scope = ["orders.read", "admin"] },
        Row(.scopeNotAllowed, "a scope beyond the app's own") {
            $0.history.revise(AppID.number(1)) { $0.scopes = ["orders.read"] }
            $0.request.asked.scope = ["orders.write"]
        },
        Row(.noLinkedIdentity, "the only linked Identity is retired") { scene in
            for number in 1...3 { scene.history.retire(IdentityID.number(number)) }
        },
        Row(.noIdentityInEnvironment, "all are suspended") { scene in
            for number in 1...3 { scene.history.suspend(IdentityID.number(number)) }
        },
        Row(.locked, "a lock wins over an outage before it") {
            $0.answers = [3: .indeterminate, 2: .locked]
        },
        Row(.identityUnavailable, "an outage wins over the rejections after it") { $0.answers = [3: .indeterminate] },
        Row(.identityUnavailable, "an outage wins over the rejections before it") { $0.answers = [1: .indeterminate] },
    ])
    func `other ways into a reason`(_ row: Row) {
        var scene = PasswordGrantScene()
        row.change(&scene)
        #expect(scene.outcome.refusal == row.reason)
    }

    @Test func `a revision that is not deployed here decides nothing`() {
        var scene = PasswordGrantScene()
        scene.history.revise(APIID.number(1), to: 2, grants: [])
        #expect(scene.step.asks == 3)
    }

    @Test func `reasons stand in the order of their precedence`() {
        #expect(
            Refusal.allCases.map(\.rawValue) == [
                "oauth_not_deployed", "unknown_app", "app_suspended", "proof_invalid", "malformed_request",
                "grant_unknown", "grant_not_allowed", "target_unknown", "scope_not_allowed", "level_unreachable",
                "grant_invalid", "app_throttled", "user_throttled", "no_linked_identity",
                "no_identity_in_environment", "locked", "identity_unavailable", "credentials_rejected",
            ])
        let order = Self.reasons.compactMap { Refusal.allCases.firstIndex(of: $0.reason) }
        #expect(order == order.sorted())
    }

    @Test(arguments: [
        (Refusal.oauthNotDeployed, 404, "not_found"),
        (.unknownApp, 401, "invalid_client"),
        (.appSuspended, 401, "invalid_client"),
        (.proofInvalid, 400, "invalid_dpop_proof"),
        (.malformedRequest, 400, "invalid_request"),
        (.grantUnknown, 400, "unsupported_grant_type"),
        (.grantNotAllowed, 400, "unauthorized_client"),
        (.targetUnknown, 400, "invalid_target"),
        (.scopeNotAllowed, 400, "invalid_scope"),
        (.levelUnreachable, 400, "unmet_authentication_requirements"),
        (.grantInvalid, 400, "invalid_grant"),
        (.appThrottled, 429, "temporarily_unavailable"),
        (.userThrottled, 400, "invalid_grant"),
        (.noLinkedIdentity, 400, "invalid_grant"),
        (.noIdentityInEnvironment, 400, "invalid_grant"),
        (.locked, 400, "invalid_grant"),
        (.identityUnavailable, 503, "temporarily_unavailable"),
        (.credentialsRejected, 400, "invalid_grant"),
    ])
    func `the asker is told no more than this`(_ reason: Refusal, _ status: Int64, _ error: String) {
        #expect(reason.answer == PublicError(status, error))
        #expect(reason.isFailedGuess == [.locked, .credentialsRejected].contains(reason))
    }
}
