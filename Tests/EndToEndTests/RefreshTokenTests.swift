import Foundation
import Testing

/// Refresh tokens, introspection and revocation against the real service: what was said stays said after a restart and
/// after `kill -9`.
@Suite struct RefreshTokenTests {
    /// An API with every grant, an Identity over one store, and an app that may refresh.
    struct Grants {
        let ledger: RunningLedger
        let store: StubStore
        let app: RunningLedger.Client
        let api: RunningLedger.Client
        let identity: String

        static let names = #"["password","refresh_token","client_credentials"]"#

        init() throws {
            ledger = try RunningLedger()
            store = try StubStore(StubStore.knowing(Scene.users))
            try ledger.environment("prod")
            let made = try ledger.must(
                "POST", "apis",
                #"{"name":"accounts","base_path":"/accounts","scopes":["read","write"],"interceptors":"#
                    + #"[{"type":"oauth","grants":\#(Self.names)}]}"#)
            let id = made["id"] as? String ?? ""
            try ledger.must("PUT", "environments/prod/deployments/\(id)")
            api = Self.client(try ledger.must("POST", "apis/\(id)/credentials"))
            identity = try ledger.identity("store", at: store.url, apis: [id])
            app = Self.client(
                try ledger.must(
                    "POST", "apps",
                    #"{"name":"portal","apis":["\#(id)"],"first_party":true,"grants":\#(Self.names)}"#))
        }

        private static func client(_ made: [String: Any]) -> RunningLedger.Client {
            RunningLedger.Client(
                id: made["client_id"] as? String ?? "", secret: made["client_secret"] as? String ?? "")
        }

        func ana(_ more: String = "") throws -> Probe.Answer {
            try ledger.token(app, "ana", "geheim", more: more)
        }

        func refresh(_ token: String, more: String = "") throws -> Probe.Answer {
            try ledger.post(app, "grant_type=refresh_token&refresh_token=\(token)\(more)")
        }

        func ask(_ endpoint: String, _ token: String, by client: RunningLedger.Client? = nil) throws -> Probe.Answer {
            try Self.ask(endpoint, token, by: client ?? app, on: ledger.port)
        }

        static func ask(
            _ endpoint: String, _ token: String, by client: RunningLedger.Client, on port: UInt16
        ) throws -> Probe.Answer {
            try Probe.send(
                "POST", "/prod/oauth/\(endpoint)", to: port,
                fields: [
                    "Authorization": client.basic, "Content-Type": "application/x-www-form-urlencoded",
                ], body: Array("token=\(token)".utf8))
        }

        func isActive(_ token: String, by client: RunningLedger.Client? = nil) throws -> Bool {
            let answer = try ask("introspect", token, by: client)
            guard answer.status == 200, let active = answer.json["active"] as? Bool else {
                throw Probe.Failed(reason: answer.text)
            }
            #expect(active || answer.text == #"{"active":false}"#)
            return active
        }
    }

    private static func token(_ answer: Probe.Answer) throws -> String {
        try #require(answer.json["refresh_token"] as? String, "\(answer.text)")
    }

    @Test func `a token is rotated, a lost answer is survived, and reuse ends everything, restarts included`() throws {
        let grants = try Grants()
        let ledger = grants.ledger
        grants.store.answer(StubStore.accept(#"{"extraInfo":{"shade":"petrol"}}"#))
        let login = try grants.ana("&scope=read%20write")
        let first = try Self.token(login)
        let loginClaims = RunningLedger.claims(login.token ?? "")
        grants.store.stop()

        let second = try grants.refresh(first, more: "&scope=read")
        #expect(second.status == 200)
        #expect(second.json["scope"] as? String == "read")
        let claims = RunningLedger.claims(second.token ?? "")
        for name in ["sub", "auth_time", "amr", "extraInfo", "client_id", "aud"] {
            #expect("\(claims[name] ?? "-")" == "\(loginClaims[name] ?? "-")", "\(name)")
        }
        #expect(claims["jti"] as? String != loginClaims["jti"] as? String)
        #expect(claims["scope"] as? String == "read")
        // What the Identity said is in the answer to introspection as in the token, and in no event.
        let told = try grants.ask("introspect", second.token ?? "", by: grants.api)
        #expect((told.json["extraInfo"] as? [String: String]) == ["shade": "petrol"])
        #expect(told.json["auth_time"] as? Int == loginClaims["auth_time"] as? Int)

        // The answer was lost.
        let third = try grants.refresh(first)
        #expect(third.status == 200)
        #expect(third.json["scope"] as? String == "read write")
        #expect(try !grants.isActive(try Self.token(second)))
        #expect(try grants.isActive(try Self.token(third)))

        ledger.stop()
        try ledger.start()
        #expect(try grants.isActive(try Self.token(third)))
        #expect(try grants.isActive(second.token ?? ""))
        let fourth = try grants.refresh(try Self.token(third))
        #expect(fourth.status == 200)

        // Somebody has the first one as well.
        let stolen = try grants.refresh(first)
        #expect(stolen.status == 400 && stolen.error == "invalid_grant")
        let events = try ledger.decision(try ledger.last("refresh.reuse_detected").correlation)
        #expect(events.map(\.type) == ["refresh.reuse_detected", "token.revoked", "token.refused"])
        #expect(events[1].text("cause") == "reuse" && events[1].text("scope") == "family")
        #expect(events[2].text("reason") == "grant_invalid")
        #expect(events[2].text("request.presented.secret") == "match")
        func everythingIsOver(_ moment: String) throws {
            for answer in [login, second, third, fourth] {
                #expect(try !grants.isActive(answer.token ?? ""), "\(moment)")
                #expect(try !grants.isActive(answer.token ?? "", by: grants.api), "\(moment)")
                #expect(try !grants.isActive(try Self.token(answer)), "\(moment)")
            }
            #expect(try grants.refresh(try Self.token(fourth)).error == "invalid_grant", "\(moment)")
        }
        try everythingIsOver("at once")
        ledger.kill9()
        try ledger.start()
        try everythingIsOver("after kill -9")
        // No secret is in any file.
        for file in try FileManager.default.contentsOfDirectory(atPath: ledger.folder.path) {
            let bytes = try? Data(contentsOf: ledger.folder.appendingPathComponent(file))
            for answer in [login, second, third, fourth] {
                let secret = try Self.token(answer).suffix(43)
                #expect(bytes?.range(of: Data(secret.utf8)) == nil, "\(file)")
            }
        }
        try ledger.verifyWholeLedger()
    }

    @Test func `of many that race for one token a single successor remains`() throws {
        let grants = try Grants()
        let first = try Self.token(try grants.ana())
        let (port, app) = (grants.ledger.port, grants.app)
        let answers = onThreads(8) { _ in
            try? Probe.send(
                "POST", "/prod/oauth/access-token", to: port,
                fields: [
                    "Authorization": app.basic, "Content-Type": "application/x-www-form-urlencoded",
                ], body: Array("grant_type=refresh_token&refresh_token=\(first)".utf8))
        }.compactMap { $0 }
        let tokens = answers.compactMap { $0.json["refresh_token"] as? String }
        #expect(answers.allSatisfy { $0.status == 200 || $0.status == 503 })
        #expect(!tokens.isEmpty && Set(tokens).count == tokens.count)
        let live = try tokens.filter { try grants.isActive($0) }
        #expect(live.count == 1)
        #expect(try grants.ledger.events("refresh.used").count == 1)
        #expect(try grants.ledger.events("refresh.repeated").count == tokens.count - 1)
        #expect(try grants.refresh(try #require(live.first)).status == 200)
        try grants.ledger.verifyWholeLedger()
    }

    @Test func `a client whose service dies under it goes on with what it holds`() throws {
        let grants = try Grants()
        let ledger = grants.ledger
        var held = try Self.token(try grants.ana())
        for round in 0..<4 {
            let (port, app, start) = (ledger.port, grants.app, held)
            let client = Meanwhile {
                var held = start
                while let answer = try? Probe.send(
                    "POST", "/prod/oauth/access-token", to: port,
                    fields: [
                        "Authorization": app.basic, "Content-Type": "application/x-www-form-urlencoded",
                    ], body: Array("grant_type=refresh_token&refresh_token=\(held)".utf8)), answer.status == 200,
                    let next = answer.json["refresh_token"] as? String
                {
                    held = next
                }
                return held
            }
            usleep(UInt32(60_000 + round * 35_000))
            ledger.kill9()
            held = client.value() ?? held
            try ledger.start()
            // Either it was never used, or its answer was lost: both are answered.
            let answer = try grants.refresh(held)
            #expect(answer.status == 200, "round \(round): \(answer.text)")
            held = try Self.token(answer)
        }
        #expect(try ledger.events("refresh.reuse_detected").isEmpty)
        try ledger.verifyWholeLedger()
    }

    @Test func `what an app revoked stays revoked after kill -9`() throws {
        let grants = try Grants()
        let ledger = grants.ledger
        let (one, other) = (try grants.ana(), try grants.ana())
        let own = try #require(try ledger.post(grants.app, "grant_type=client_credentials&scope=read").token)
        for token in [one.token ?? "", own] {
            #expect(try grants.isActive(token, by: grants.api))
            #expect(try grants.ask("revoke", token).status == 200)
            #expect(try !grants.isActive(token, by: grants.api))
        }
        #expect(try grants.ask("revoke", try Self.token(other)).status == 200)
        ledger.kill9()
        try ledger.start()
        for token in [one.token ?? "", own, other.token ?? "", try Self.token(other)] {
            #expect(try !grants.isActive(token))
        }
        // The family of the access token that was revoked alone goes on.
        let next = try grants.refresh(try Self.token(one))
        #expect(next.status == 200)
        #expect(try grants.isActive(next.token ?? "", by: grants.api))
        #expect(try ledger.events("token.revoked").map { $0.text("scope") } == ["token", "token", "family"])
        try ledger.verifyWholeLedger()
    }

    @Test func `what an Identity vouched for is listed, revoked at once, and nothing else is`() throws {
        let grants = try Grants()
        let ledger = grants.ledger
        let login = try grants.ana()
        let next = try grants.refresh(try Self.token(login))
        let own = try #require(ledger.post(grants.app, "grant_type=client_credentials").token)
        func impact() throws -> [String: Any] {
            let found = try RunningLedger.run(
                "authaudit",
                ["impact", "--ledger", ledger.ledger, "--identity", grants.identity, "--format", "json"])
            #expect(found.status == 0, "\(found.talk)")
            return try #require(JSONSerialization.jsonObject(with: Data(found.output.utf8)) as? [String: Any])
        }
        let before = try impact()
        #expect(before["count"] as? Int == 3)
        let rows = before["tokens"] as? [[String: Any]] ?? []
        #expect(
            rows.map { $0["kind"] as? String } == ["access_token", "access_token", "refresh_token"])
        #expect(rows.first?["id"] as? String == RunningLedger.claims(login.token ?? "")["jti"] as? String)

        func revoke(_ identity: String, key: String) throws -> RunningLedger.Finished {
            try RunningLedger.run(
                "/usr/bin/env",
                [
                    "AUTHLEDGER_KEY=\(key)", RunningLedger.binaries.appendingPathComponent("authledger").path, "revoke",
                    "--server", ledger.baseURL, "--vouched-by", identity, "--cause", "it accepted every password",
                ])
        }
        #expect(try revoke(grants.identity, key: "nobody").status == 1)
        #expect(try revoke("idn_00000000000000000000000001", key: ledger.operatorKey).status == 1)
        #expect(try revoke("nonsense", key: ledger.operatorKey).status == 2)
        #expect(try grants.isActive(login.token ?? ""))

        let done = try revoke(grants.identity, key: ledger.operatorKey)
        #expect(done.status == 0, "\(done.talk)")
        let event = try ledger.last("token.revoked")
        #expect(event.text("scope") == "vouched_by" && event.number("count") == 3)
        #expect(!String(decoding: event.leaf, as: UTF8.self).contains("accepted"), "free text is sealed")
        func check(_ moment: String) throws {
            for answer in [login, next] {
                #expect(try !grants.isActive(answer.token ?? "", by: grants.api), "\(moment)")
                #expect(try !grants.isActive(try Self.token(answer)), "\(moment)")
            }
            #expect(try grants.refresh(try Self.token(next)).error == "invalid_grant", "\(moment)")
            #expect(try grants.isActive(own), "\(moment)")
            #expect(try impact()["count"] as? Int == 0, "\(moment)")
        }
        try check("at once")
        // From the log alone, and from a snapshot.
        ledger.kill9()
        try ledger.start()
        try check("after kill -9")
        ledger.stop()
        try ledger.start()
        try check("after a restart")
        // It stays in the chain, and what it says from now on counts.
        let later = try grants.ana()
        #expect(try grants.isActive(later.token ?? ""))
        #expect(try impact()["count"] as? Int == 2)
        try ledger.verifyWholeLedger()
    }

    @Test func `an app whose secret is rotated may use both while they overlap`() throws {
        let grants = try Grants()
        let token = try Self.token(try grants.ana())
        let made = try grants.ledger.must("POST", "apps/\(grants.app.id)/secrets", #"{"overlap_seconds":3600}"#)
        let new = RunningLedger.Client(id: grants.app.id, secret: made["client_secret"] as? String ?? "")
        let next = try grants.ledger.post(new, "grant_type=refresh_token&refresh_token=\(token)")
        #expect(next.status == 200)
        #expect(try grants.refresh(try Self.token(next)).status == 200)
        // Without an overlap the ones before it end at once.
        let last = try grants.ledger.must("POST", "apps/\(grants.app.id)/secrets", #"{"overlap_seconds":0}"#)
        #expect(try grants.ana().status == 401)
        #expect(try grants.ledger.token(new, "ana", "geheim").status == 401)
        let newest = RunningLedger.Client(id: grants.app.id, secret: last["client_secret"] as? String ?? "")
        #expect(try grants.ledger.token(newest, "ana", "geheim").status == 200)
    }

    @Test(.enabled(if: Witness.hasPython, "python3 is not on the path"))
    func `two independent clients obtain, refresh, introspect and revoke`() throws {
        let grants = try Grants()
        let result = try Witness.run(
            "oauth_clients.py",
            [
                "\(grants.ledger.baseURL)/prod", grants.app.id, grants.app.secret, grants.api.id, grants.api.secret,
            ])
        #expect(result.status == 0, "\(result.output)\(result.talk)")
        #expect(result.output.contains("Authlib: fine") && result.output.contains("requests-oauthlib: fine"))
        try grants.ledger.verifyWholeLedger()
    }
}
