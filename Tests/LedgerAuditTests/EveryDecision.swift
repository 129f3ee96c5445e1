import AuthorizationCore
import EventLog
import SyntheticLedgers

/// A ledger in which every grant stands that this version makes, and every refusal.
struct EveryDecision {
    /// What each decision is there for.
    private(set) var names: [DecisionID: String] = [:]
    private(set) var events: [ProposedEvent] = []

    /// Made once for all tests that only read it, or change a copy.
    static let once = Result { try EveryDecision() }

    /// Refresh tokens and apps of their own.
    private static func decideDirectly(
        _ ledger: inout SyntheticLedger, _ names: inout [DecisionID: String], in prod: EnvironmentName,
        by identity: IdentityID, for orders: APIID
    ) throws {
        let store = ledger.addAPI("store", in: [prod]) {
            $0.interceptors[0].grants = [.password, .refreshToken, .clientCredentials]
        }
        let checker = ledger.addIdentity("checker", for: [store], in: [prod])
        let app = ledger.addApp("till", for: [store]) { $0.grants = [.password, .refreshToken, .clientCredentials] }
        let other = ledger.addApp("other till", for: [store]) { $0.grants = [.refreshToken, .clientCredentials] }
        let plain = ledger.addApp("plain", for: [orders])

        func begin(_ user: Int, _ answer: SyntheticAnswer = .accepts) throws -> FamilyID {
            var request = SyntheticRequest(app, in: prod)
            request.user = user
            request.scope = ["store.read", "store.write"]
            names[try ledger.decide(request, answers: { $0 == checker ? answer : .rejects })] = "begins a family"
            return ledger.families.values.max { $0.beganAt < $1.beganAt }?.id ?? FamilyID()
        }
        func present(
            _ name: String, _ family: FamilyID?, _ generation: Int64, age: Int64? = nil, by presenter: AppID? = nil,
            _ change: (inout SyntheticRequest) -> Void = { _ in }
        ) throws {
            var request = SyntheticRequest(presenter ?? app, in: prod)
            request.grant = Grant.refreshToken.rawValue
            var token = PresentedRefreshToken()
            token.family = family
            token.generation = generation
            token.secret = family == nil ? .mismatch : .match
            token.predecessorAgeMicroseconds = age
            request.presented = token
            change(&request)
            names[try ledger.decideDirectly(request)] = name
        }
        func credentials(_ name: String, _ app: AppID?, _ change: (inout SyntheticRequest) -> Void = { _ in }) throws {
            var request = SyntheticRequest(app, in: prod)
            request.grant = Grant.clientCredentials.rawValue
            change(&request)
            names[try ledger.decideDirectly(request)] = name
        }

        var sealed = SyntheticAnswer.accepts
        sealed.extraInfo = Self.extraInfo
        let first = try begin(300)
        let second = try begin(301, sealed)
        let third = try begin(302)
        let fourth = try begin(303)
        _ = try begin(300)
        try present("refreshes", first, 0)
        try present("refreshes", first, 1)
        try present("refreshes less", first, 2) { $0.scope = ["store.read"] }
        try present("answer lost", first, 2, age: 4_000_000)
        try present("refreshes with a sealed value", second, 0)
        try present("refreshes with a sealed value", second, 1)
        try present("asks for more than was granted", first, 4) { $0.scope = ["orders.read"] }
        try present("names what was not granted", first, 4) { $0.resource = ["https://id.example/prod/orders"] }
        try present("presented by another app", first, 4, by: other)
        try present("presented by an app without the grant", first, 4, by: plain)
        try present("no refresh token of ours", nil, 0)
        try present("a wrong secret", first, 4) { $0.presented?.secret = .mismatch }
        try present("throttled with a refresh token", first, 4) { $0.throttle.app.failures = 1_005 }
        try present("malformed with a refresh token", first, 4) { $0.fault = .repeatedParameter }
        try present("reused", first, 1)
        try present("after the family ended", first, 4)
        ledger.suspend(checker)
        try present("while the Identity is suspended", third, 0)
        ledger.resume(checker)
        try present("refreshes", third, 0)
        ledger.revoke(.vouchedBy, checker.text)
        try present("after the Identity's word was revoked", third, 1)
        ledger.revoke(.family, fourth.text)
        try present("after the family was revoked", fourth, 0)
        ledger.revoke(.family, fourth.text)

        try credentials("an app for itself", app)
        try credentials("an app for itself", other) { $0.scope = ["store.write"] }
        try credentials("an app without the grant", plain)
        try credentials("an app asks for too much", app) { $0.scope = ["store.burn"] }
        try credentials("an app with a wrong secret", app) { $0.authenticates = false }
    }

    // Safe to share: it is only copied.
    private nonisolated(unsafe) static let recorded = Result { try MemoryLedger(try once.get().events) }

    /// A ledger of all of them, to be changed at will.
    static func ledger() throws -> MemoryLedger { MemoryLedger(copying: try recorded.get()) }

    /// The decisions of this name and those of its kind.
    func ids(of name: String) -> [DecisionID] {
        names.filter { $0.value == name || $0.value.hasPrefix("\(name), a") }.map(\.key).sorted()
    }

    static let extraInfo = Array(#"{"cpf":"1","name":"Zoë"}"#.utf8)

    init(seed: UInt64 = 11) throws {
        var ledger = SyntheticLedger(seed: seed)
        ledger.create()
        let prod = ledger.addEnvironment("prod")
        let sandbox = ledger.addEnvironment("sandbox", alg: .rs256)
        let orders = ledger.addAPI("orders", in: [prod, sandbox]) { $0.tokenTTLSeconds = 120 }
        let payments = ledger.addAPI("payments", in: [prod]) { $0.scopes = ["payments.make", "orders.read"] }
        let bound = ledger.addAPI("bound", in: [prod]) { $0.requireBound = true }
        let lonely = ledger.addAPI("lonely", in: [prod])
        let oldest = ledger.addIdentity("directory", for: [orders, payments, bound], in: [prod, sandbox])
        let middle = ledger.addIdentity("staff", for: [orders], in: [prod]) {
            $0.onUnavailable = .continue
            $0.assurance.acr = "2"
            $0.assurance.amr = ["pwd", "otp"]
        }
        let newest = ledger.addIdentity("partners", for: [orders, payments], in: [prod]) {
            $0.onUnavailable = .stop
            $0.subjectFrom = .answer
        }
        let elsewhere = ledger.addIdentity("elsewhere", for: [lonely], in: [sandbox])
        let shop = ledger.addApp("shop", for: [orders, payments])
        let vault = ledger.addApp("vault", for: [orders, bound])
        let desk = ledger.addApp("desk", for: [lonely])
        let third = ledger.addApp("third", for: [orders]) { $0.firstParty = false }
        let unlinked = ledger.addAPI("unlinked", in: [prod])
        let orphan = ledger.addApp("orphan", for: [unlinked])

        var names: [DecisionID: String] = [:]
        func decide(
            _ name: String, _ app: AppID?, in environment: EnvironmentName = prod,
            _ answers: [IdentityID: SyntheticAnswer] = [:], _ change: (inout SyntheticRequest) -> Void = { _ in },
            meanwhile: ((Int, inout SyntheticLedger) -> Void)? = nil
        ) throws {
            var request = SyntheticRequest(app, in: environment)
            change(&request)
            let id = try ledger.decide(
                request, answers: { answers[$0] ?? .rejects }, meanwhile: meanwhile ?? { _, _ in })
            names[id] = name
            guard meanwhile == nil else { return }
            // Others of its kind: of the same user, and of another one.
            let again = try ledger.decide(request, answers: { answers[$0] ?? .rejects })
            names[again] = "\(name), again"
            request.user += 100
            let other = try ledger.decide(request, answers: { answers[$0] ?? .rejects })
            names[other] = "\(name), another user"
            request.user += 100
            let third = try ledger.decide(request, answers: { answers[$0] ?? .rejects })
            names[third] = "\(name), a third user"
        }

        try decide("opens an account", shop, [newest: .accepts])
        try decide("comes back", shop, [newest: .accepts])
        try decide("second of the chain", shop, [middle: .accepts]) { $0.user = 2 }
        var levelled = SyntheticAnswer.accepts
        levelled.claim.amr = ["otp"]
        try decide("vouches for less", shop, [middle: levelled]) { $0.user = 3 }
        try decide("with scope", shop, [newest: .accepts]) {
            $0.scope = ["orders.write"]
            $0.user = 4
        }
        try decide("names its resource", shop, [newest: .accepts]) {
            $0.resource = ["https://id.example/prod/payments"]
            $0.scope = ["orders.read"]
            $0.user = 4
        }
        var sealed = SyntheticAnswer.accepts
        sealed.extraInfo = Self.extraInfo
        try decide("carries a sealed value", shop, [newest: sealed]) { $0.user = 5 }
        try decide("carries one again", shop, [newest: sealed]) { $0.user = 5 }
        try decide("after an outage", shop, [newest: .rejects, middle: .fails, oldest: .accepts]) { $0.user = 6 }
        try decide("bound to a key", vault, [oldest: .accepts]) {
            $0.resource = ["https://id.example/prod/bound"]
            $0.proof = ProofOfPossession()
            $0.proof?.thumbprint = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
        }
        try decide("another algorithm", shop, in: sandbox, [oldest: .accepts])

        try decide("credentials_rejected", shop)
        try decide("locked", shop, [newest: .rejects, middle: .locks])
        try decide("identity_unavailable, stops", shop, [newest: .fails])
        try decide("identity_unavailable, continues", shop, [middle: .isSilent])
        try decide("identity_unavailable, no slot", shop, [newest: .isSkipped(.noSlot)])
        try decide("identity_unavailable, breaker", shop, [middle: .isSkipped(.breakerOpen)])
        try decide("identity_unavailable, given up", shop, [:]) { $0.givesUpAfter = 1 }
        try decide("unknown_app", nil)
        try decide("unknown_app, wrong secret", shop) { $0.authenticates = false }
        try decide("proof_invalid", shop) {
            $0.proof = ProofOfPossession()
            $0.proof?.fault = "expired"
        }
        try decide("proof_invalid, not bound", vault) { $0.resource = ["https://id.example/prod/bound"] }
        for fault in RequestFault.allCases {
            try decide("malformed_request, \(fault.rawValue)", shop) { $0.fault = fault }
        }
        try decide("grant_unknown", shop) { $0.grant = "unknown" }
        try decide("grant_not_allowed", third)
        try decide("target_unknown", shop) { $0.resource = ["https://elsewhere.example/"] }
        try decide("scope_not_allowed", shop) { $0.scope = ["orders.delete"] }
        try decide("scope_not_allowed, ambiguous", shop, [newest: .accepts]) { $0.scope = ["orders.read"] }
        try decide("app_throttled", shop) { $0.throttle.app.failures = 1_005 }
        try decide("user_throttled", shop) { $0.throttle.failures = 10 }
        try decide("no_linked_identity", orphan)
        try decide("no_identity_in_environment", desk)

        for status: Int64 in [413, 408] {
            names[ledger.refuseUnread(in: prod, status: status)] = "malformed_request, unread \(status)"
        }
        ledger.suspend(shop)
        try decide("app_suspended", shop)
        ledger.resume(shop)
        try decide("the newest is suspended meanwhile", shop, [newest: .accepts, middle: .rejects]) {
            $0.user = 7
        } meanwhile: { asked, ledger in
            if asked == 1 { ledger.suspend(newest) }
        }
        ledger.resume(newest)
        try decide("a newer one joins meanwhile", shop, [middle: .accepts]) {
            $0.user = 8
        } meanwhile: { asked, ledger in
            if asked == 2 { _ = ledger.addIdentity("late", for: [orders], in: [prod]) }
        }
        ledger.addKey("prod-key-2", to: prod, alg: .edDSA)
        ledger.configure(prod) { $0.lifetimes.accessToken = 60 }
        try decide("by a new key", shop, [newest: .accepts])
        ledger.link(elsewhere, to: orders)
        ledger.deploy(elsewhere, in: prod)
        try decide("linked and deployed later", shop, [elsewhere: .accepts]) { $0.user = 9 }
        try Self.decideDirectly(&ledger, &names, in: prod, by: newest, for: orders)
        ledger.undeployOAuth(in: sandbox)
        try decide("oauth_not_deployed", shop, in: sandbox)
        self.names = names
        events = ledger.take()
    }
}
