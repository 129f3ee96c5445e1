import Foundation
import Testing

/// Which Identities an app's request reaches, in which order, and where it ends.
@Suite struct IdentityChainTests {
    /// One API and three Identities, registered in this order.
    struct Three {
        let ledger: RunningLedger
        let stores: [StubStore]
        let identities: [String]
        let api: String
        let app: RunningLedger.Client

        init() throws {
            ledger = try RunningLedger()
            stores = try (0..<3).map { _ in try StubStore() }
            try ledger.environment("prod")
            api = try ledger.api("accounts")
            var identities: [String] = []
            for (index, store) in stores.enumerated() {
                identities.append(try ledger.identity("I\(index + 1)", at: store.url, apis: [api]))
            }
            self.identities = identities
            app = try ledger.app("portal", apis: [api])
        }

        /// The stores in the order in which they were called.
        var order: [String] { callOrder(stores, ["I1", "I2", "I3"]) }

        func chain() throws -> [[String: Any]] {
            let answer = try ledger.manage("GET", "environments/prod/apis/\(api)/identity-chain")
            return answer.json["chain"] as? [[String: Any]] ?? []
        }
    }

    @Test func `several Identities linked to one API make a chain, newest registration first, with stable places`()
        throws
    {
        let three = try Three()
        let chain = try three.chain()
        #expect(chain.compactMap { $0["name"] as? String } == ["I3", "I2", "I1"])
        let places = chain.compactMap { $0["registered_at"] as? Int }
        #expect(places.count == 3 && places == places.sorted(by: >))
        for link in chain {
            let via = link["via"] as? [[String: Any]] ?? []
            #expect(via.compactMap { $0["api"] as? String } == [three.api])
        }
        #expect(try three.chain().compactMap { $0["registered_at"] as? Int } == places)

        let printed = try RunningLedger.run(
            "authaudit",
            ["chain", "--ledger", three.ledger.ledger, "--environment", "prod", "--api", three.api, "--format", "json"])
        #expect(printed.status == 0)
        let links =
            try #require(
                JSONSerialization.jsonObject(with: Data(printed.output.utf8)) as? [String: Any])["chain"]
            as? [[String: Any]]
        let ids = links?.compactMap { ($0["identity"] as? [String: Any])?["id"] as? String }
        #expect(ids == Array(three.identities.reversed()))
        try three.ledger.verifyWholeLedger()
    }

    @Test func `stores are asked newest to oldest, and neither a new revision nor a new deployment moves one`() throws {
        let three = try Three()
        _ = try three.ledger.token(three.app, "ana", "geheim")
        #expect(three.order == ["I3", "I2", "I1"])

        three.stores.forEach { $0.forget() }
        let oldest = three.identities[0]
        try three.ledger.must(
            "POST", "api-identities/\(oldest)/revisions",
            #"{"name":"I1","version":"2","base_path":"/I1","destination":"\#(three.stores[0].url)?v=2","same_user_store":true}"#
        )
        try three.ledger.must("DELETE", "environments/prod/deployments/\(oldest)", nil)
        try three.ledger.must("PUT", "environments/prod/deployments/\(oldest)")
        try three.ledger.must("DELETE", "api-identities/\(oldest)/apis/\(three.api)", nil)
        try three.ledger.must("PUT", "api-identities/\(oldest)/apis/\(three.api)")
        _ = try three.ledger.token(three.app, "ana", "geheim")
        #expect(three.order == ["I3", "I2", "I1"])
        #expect(three.stores[0].calls.map(\.request.target) == ["/validate?v=2"])
        #expect(try three.ledger.last("validation.attempted").number("revision") == 2)
        try three.ledger.verifyWholeLedger()
    }

    @Test func `the first acceptance ends the chain, and the record says who answered and who was not asked`() throws {
        let three = try Three()
        three.stores[1].answer(StubStore.accept)
        let answer = try three.ledger.token(three.app, "ana", "geheim")
        #expect(answer.status == 200)
        #expect(three.stores.map(\.calls.count) == [0, 1, 1])

        let issued = try three.ledger.last("token.issued")
        #expect(issued.text("winner") == three.identities[1])
        let attempts = try three.ledger.decision(issued.correlation).filter { $0.type == "validation.attempted" }
        #expect(attempts.map { $0.text("identity") } == [three.identities[2], three.identities[1]])
        #expect(attempts.map { $0.text("outcome") } == ["rejected", "accepted"])
        #expect(issued.numbers("attempts") == attempts.map(\.position))
        // I1 stood in the chain that was consulted, and has no attempt.
        let consulted = try #require(issued.number("consulted"))
        let then = try three.ledger.manage(
            "GET", "environments/prod/apis/\(three.api)/identity-chain?position=\(consulted)")
        let names = (then.json["chain"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
        #expect(names == ["I3", "I2", "I1"])
        try three.ledger.verifyWholeLedger()
    }

    @Test func `when all reject there is no token, and a wrong password looks like an unknown user`() throws {
        let three = try Three()
        let wrong = try three.ledger.token(three.app, "ana", "falsch")
        #expect(wrong.status == 400)
        #expect(wrong.error == "invalid_grant")
        let refused = try three.ledger.last("token.refused")
        #expect(refused.text("reason") == "credentials_rejected")
        let attempts = try three.ledger.decision(refused.correlation).filter { $0.type == "validation.attempted" }
        #expect(attempts.map { $0.text("identity") } == Array(three.identities.reversed()))
        #expect(attempts.map { $0.number("ordinal") } == [1, 2, 3])
        #expect(attempts.map { $0.text("outcome") } == ["rejected", "rejected", "rejected"])
        #expect(attempts.map { $0.number("status") } == [401, 401, 401])
        #expect(refused.numbers("attempts") == attempts.map(\.position))

        three.stores.forEach { $0.answer(StubStore.status(404)) }
        let unknown = try three.ledger.token(three.app, "nobody", "falsch")
        #expect(unknown.withoutDate == wrong.withoutDate)
        #expect(try three.ledger.events("token.issued").isEmpty)
        try three.ledger.verifyWholeLedger()
    }

    @Test func `two stores with different users stand behind one API, and the record tells who vouched for whom`()
        throws
    {
        let ledger = try RunningLedger()
        let (old, new) = (
            try StubStore(StubStore.knowing(["ana": "a"])), try StubStore(StubStore.knowing(["bob": "b"]))
        )
        try ledger.environment("prod")
        let api = try ledger.api("accounts")
        let first = try ledger.identity("old", at: old.url, apis: [api])
        let second = try ledger.identity("new", at: new.url, apis: [api])
        let app = try ledger.app("portal", apis: [api])
        for (user, password, vouching) in [("ana", "a", first), ("bob", "b", second)] {
            let answer = try ledger.token(app, user, password)
            #expect(answer.status == 200, "\(user)")
            let issued = try ledger.last("token.issued")
            #expect(issued.text("winner") == vouching, "\(user)")
            let sub = issued.number("because.sub")
            let opened = try ledger.events().first { $0.position == sub }
            #expect(opened?.type == "account.opened")
        }
        let subjects = try ledger.events("token.issued").map { $0.text("claims.sub") }
        #expect(Set(subjects).count == 2)
        // The same person again: the same subject, from the same account.
        _ = try ledger.token(app, "ana", "a")
        #expect(try ledger.last("token.issued").text("claims.sub") == subjects[0])
        #expect(try ledger.events("account.opened").count == 2)
        try ledger.verifyWholeLedger()
    }

    @Test func `an API with the Password option and no link gets no token, and the configuration check names it`()
        throws
    {
        let ledger = try RunningLedger()
        try ledger.environment("prod")
        let api = try ledger.api("accounts")
        let app = try ledger.app("portal", apis: [api])
        let answer = try ledger.token(app, "ana", "geheim")
        #expect(answer.status == 400)
        #expect(answer.error == "invalid_grant")
        #expect(try ledger.lastReason() == "no_linked_identity")
        let findings = try ledger.manage("GET", "environments/prod/findings").json["items"] as? [[String: Any]] ?? []
        let about = findings.filter { $0["kind"] as? String == "no_identity" }.compactMap { $0["about"] as? [String] }
        #expect(about == [[api]])
        try ledger.verifyWholeLedger()
    }

    @Test func `links are made in the Identity's registration, and an API has no field for them`() throws {
        let scene = try Scene()
        let registered = try scene.ledger.last("identity.registered")
        #expect(registered.texts("apis") == [scene.api])
        let second = try scene.ledger.api("payments")
        try scene.ledger.must("PUT", "api-identities/\(scene.identity)/apis/\(second)")
        let linked = try scene.ledger.last("identity.linked")
        #expect(linked.text("identity") == scene.identity && linked.text("api") == second)

        let refused = try scene.ledger.manage(
            "POST", "apis/\(scene.api)/revisions",
            #"{"name":"accounts","base_path":"/accounts","version":"2","api_identities":["\#(scene.identity)"]}"#)
        #expect(refused.status == 400)
        #expect(refused.json["fields"] as? [String] == ["api_identities"])
        #expect(try scene.ledger.last("command.refused").texts("fields") == ["api_identities"])
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `an Identity in another environment is not asked until it is deployed here as well`() throws {
        let ledger = try RunningLedger()
        let store = try StubStore(StubStore.knowing(Scene.users))
        try ledger.environment("prod")
        try ledger.environment("sandbox")
        let api = try ledger.api("accounts", in: ["prod"])
        let identity = try ledger.identity("store", at: store.url, apis: [api], in: ["sandbox"])
        let app = try ledger.app("portal", apis: [api])
        let before = try ledger.token(app, "ana", "geheim")
        #expect(before.status == 400 && before.error == "invalid_grant")
        #expect(try ledger.lastReason() == "no_identity_in_environment")
        #expect(store.calls.isEmpty)
        let chain = try ledger.manage("GET", "environments/prod/apis/\(api)/identity-chain").json["chain"]
        #expect((chain as? [Any])?.isEmpty == true)

        // Published and ready: the next request sees it.
        try ledger.must("PUT", "environments/prod/deployments/\(identity)")
        #expect(try ledger.token(app, "ana", "geheim").status == 200)
        #expect(store.calls.count == 1)
        try ledger.must("DELETE", "environments/prod/deployments/\(identity)", nil)
        #expect(try ledger.token(app, "ana", "geheim").error == "invalid_grant")
        #expect(store.calls.count == 1)
        try ledger.verifyWholeLedger()
    }

    @Test func `where API OAuth is not deployed the token path is not there, and the record says why`() throws {
        let scene = try Scene()
        #expect(try scene.ana().status == 200)
        try scene.ledger.must("DELETE", "environments/prod/deployments/oauth", nil)
        let answer = try scene.ana()
        #expect(answer.status == 404)
        #expect(answer.text == #"{"error":"not_found"}"#)
        #expect(scene.store.calls.count == 1)
        #expect(try scene.ledger.lastReason() == "oauth_not_deployed")
        let chain = try scene.ledger.manage("GET", "environments/prod/apis/\(scene.api)/identity-chain").json
        #expect(chain["oauth_deployed_at"] is NSNull)
        #expect((chain["chain"] as? [Any])?.isEmpty == true)
        // What was issued stays verifiable.
        #expect(try Probe.send("GET", "/prod/oauth/jwks", to: scene.ledger.port).status == 200)

        // An environment that never was answers alike.
        #expect(try scene.ledger.token(scene.app, "ana", "geheim", in: "nowhere").withoutDate == answer.withoutDate)
        try scene.ledger.must("PUT", "environments/prod/deployments/oauth")
        #expect(try scene.ana().status == 200)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `without an Identity the password grant is neither announced nor given`() throws {
        let ledger = try RunningLedger()
        let store = try StubStore(StubStore.knowing(Scene.users))
        func announced() throws -> [String] {
            let answer = try Probe.send("GET", "/.well-known/oauth-authorization-server/prod", to: ledger.port)
            #expect(answer.status == 200)
            #expect(answer.json["issuer"] as? String == "\(ledger.baseURL)/prod")
            return answer.json["grant_types_supported"] as? [String] ?? []
        }
        try ledger.environment("prod")
        #expect(try announced() == [])
        let plain = try ledger.must("POST", "apis", #"{"name":"plain","base_path":"/plain","version":"1"}"#)
        try ledger.must("PUT", "environments/prod/deployments/\(plain["id"] as? String ?? "")")
        let outsider = try ledger.app("outsider", apis: [plain["id"] as? String ?? ""])
        #expect(try ledger.token(outsider, "ana", "geheim").error == "unauthorized_client")
        let api = try ledger.api("accounts")
        let app = try ledger.app("portal", apis: [api])
        #expect(try announced() == [])
        #expect(try ledger.token(app, "ana", "geheim").error == "invalid_grant")
        _ = try ledger.identity("store", at: store.url, apis: [api])
        #expect(try announced() == ["password"])
        #expect(try ledger.token(app, "ana", "geheim").status == 200)
        try ledger.verifyWholeLedger()
    }

    @Test func `one request is traced from the app through API OAuth and the Identity to its endpoint`() throws {
        let scene = try Scene()
        #expect(try scene.ana().status == 200)
        let issued = try scene.ledger.last("token.issued")
        let trace = try scene.ledger.decision(issued.correlation)
        #expect(trace.map(\.type) == ["token.requested", "validation.attempted", "account.opened", "token.issued"])
        let (requested, attempted) = (trace[0], trace[1])
        #expect(requested.text("environment") == "prod")
        #expect(requested.text("client.app") == scene.app.id)
        #expect(attempted.text("identity") == scene.identity)
        #expect(attempted.number("revision") == 1)
        #expect(attempted.texts("via") == [scene.api])
        #expect(attempted["asked"] as? Bool == true)
        #expect(attempted.text("started_at").hasSuffix("Z"))
        #expect((attempted.number("took_us") ?? 0) > 0)
        #expect(issued.text("claims.jti") == issued.correlation)
        #expect(scene.store.calls.map { "\($0.request.method) \($0.request.target)" } == ["POST /validate"])
        #expect(scene.store.calls[0].json["username"] as? String == "ana")
        #expect(scene.store.calls[0].json["password"] as? String == "geheim")
        try scene.ledger.verifyWholeLedger()
    }

    /// An app with two APIs, A behind I1 and I2, B behind I2 and I3.
    struct TwoAPIs {
        let ledger: RunningLedger
        let stores: [StubStore]
        let identities: [String]
        let apis: [String]
        let app: RunningLedger.Client

        init() throws {
            ledger = try RunningLedger()
            stores = try (0..<3).map { _ in try StubStore() }
            try ledger.environment("prod")
            let (a, b) = (try ledger.api("a"), try ledger.api("b"))
            apis = [a, b]
            identities = [
                try ledger.identity("I1", at: stores[0].url, apis: [a]),
                try ledger.identity("I2", at: stores[1].url, apis: [a, b]),
                try ledger.identity("I3", at: stores[2].url, apis: [b]),
            ]
            app = try ledger.app("portal", apis: [a, b])
        }
    }

    @Test func `every Identity of every API of an app is asked once, one at a time`() throws {
        let two = try TwoAPIs()
        for store in two.stores {
            store.behave { _ in
                usleep(30_000)
                return StubStore.reject
            }
        }
        #expect(try two.ledger.token(two.app, "ana", "geheim").error == "invalid_grant")
        #expect(callOrder(two.stores, ["I1", "I2", "I3"]) == ["I3", "I2", "I1"])
        let calls = two.stores.flatMap(\.calls).sorted { $0.at < $1.at }
        for (earlier, later) in zip(calls, calls.dropFirst()) { #expect(earlier.endedAt <= later.at) }
        let attempts = try two.ledger.events("validation.attempted")
        #expect(attempts.map { $0.texts("via") } == [[two.apis[1]], two.apis.sorted(), [two.apis[0]]])
        // Each was over before the next began, on the record too.
        let times = attempts.map { (start: $0.text("started_at"), took: $0.number("took_us") ?? 0) }
        for (earlier, later) in zip(times, times.dropFirst()) {
            let (first, next) = (microseconds(earlier.start), microseconds(later.start))
            #expect(first + earlier.took <= next + 1_000)
        }
        try two.ledger.verifyWholeLedger()
    }

    @Test(arguments: [(2, [1], ["b"]), (1, [2, 1], ["a", "b"]), (0, [3, 2, 1], ["a"])])
    func `the first acceptance ends it across all APIs, and the token opens those that lead to the winner`(
        _ winner: Int, _ asked: [Int], _ opened: [String]
    ) throws {
        let two = try TwoAPIs()
        two.stores[winner].answer(StubStore.accept)
        let answer = try two.ledger.token(two.app, "ana", "geheim")
        #expect(answer.status == 200)
        for index in 0..<3 { #expect(two.stores[index].calls.count == (index >= winner ? 1 : 0), "I\(index + 1)") }
        let audience = RunningLedger.claims(answer.token ?? "")["aud"] as? [String]
        #expect(audience == opened.map { "\(two.ledger.baseURL)/prod/\($0)" })
        #expect(try two.ledger.events("validation.attempted").count == asked.count)
        try two.ledger.verifyWholeLedger()
    }

    @Test func `the same app and user meet another endpoint in another environment`() throws {
        let ledger = try RunningLedger()
        let (sandbox, prod) = (try StubStore(), try StubStore(StubStore.knowing(Scene.users)))
        try ledger.environment("prod")
        try ledger.environment("sandbox")
        let api = try ledger.api("accounts", in: ["prod", "sandbox"])
        _ = try ledger.identity(
            "store", at: prod.url, apis: [api], in: ["prod", "sandbox"],
            more: #","destinations":{"sandbox":"\#(sandbox.url)"}"#)
        let app = try ledger.app("portal", apis: [api])
        #expect(try ledger.token(app, "ana", "geheim", in: "sandbox").error == "invalid_grant")
        #expect(try ledger.token(app, "ana", "geheim", in: "prod").status == 200)
        #expect((sandbox.calls.count, prod.calls.count) == (1, 1))
        #expect(try ledger.events("token.requested").map { $0.text("environment") } == ["sandbox", "prod"])
        let issued = try ledger.last("token.issued")
        #expect(issued.text("claims.iss") == "\(ledger.baseURL)/prod")
        try ledger.verifyWholeLedger()
    }

    @Test func `an Identity named in the request changes nothing`() throws {
        let three = try Three()
        three.stores[0].answer(StubStore.accept)
        for name in ["identity", "api_identity", "identity_id"] {
            three.stores.forEach { $0.forget() }
            let answer = try three.ledger.token(
                three.app, "ana", "geheim", more: "&\(name)=\(three.identities[0])")
            #expect(answer.status == 200)
            #expect(three.order == ["I3", "I2", "I1"], "\(name)")
        }
        try three.ledger.verifyWholeLedger()
    }

    @Test func `while an Identity joins, decisions stand on a chain that was true where they are recorded`() throws {
        let scene = try Scene(identity: #","timeout_ms":10000"#)
        let newer = try StubStore()
        let hasJoined = DispatchSemaphore(value: 0)
        scene.store.behave { _ in
            hasJoined.wait()
            return StubStore.accept
        }
        let (port, app) = (scene.ledger.port, scene.app)
        let answers = Meanwhile { try? RunningLedger.token(app, "ana", "geheim", on: port) }
        #expect(eventually { (try? scene.ledger.events("token.requested").count) == 1 })
        let joined = try scene.ledger.identity("newer", at: newer.url, apis: [scene.api])
        hasJoined.signal()
        let answer = try #require(answers.value() ?? nil)
        // An acceptance that was there wins: the password goes no further than it must.
        #expect(answer.status == 200)
        #expect(newer.calls.isEmpty)
        let issued = try scene.ledger.last("token.issued")
        #expect(issued.text("winner") == scene.identity)
        let deployed = try scene.ledger.events("identity.deployed").last { $0.text("identity") == joined }
        #expect((issued.number("consulted") ?? 0) > (deployed?.position ?? .max))
        try scene.ledger.verifyWholeLedger()
    }
}

/// The stores' names in the order in which they were called.
private func callOrder(_ stores: [StubStore], _ names: [String]) -> [String] {
    zip(stores, names).flatMap { store, name in store.calls.map { (at: $0.at, name: name) } }
        .sorted { $0.at < $1.at }.map(\.name)
}

/// The microseconds of a recorded time within its day.
private func microseconds(_ time: String) -> Int {
    let digits = time.dropFirst(11).split(whereSeparator: { ":.Z".contains($0) }).compactMap { Int($0) }
    guard digits.count == 4 else { return 0 }
    return ((digits[0] * 60 + digits[1]) * 60 + digits[2]) * 1_000_000 + digits[3]
}
