import Foundation
import Testing

/// What a token request must look like, and who may make it.
@Suite struct TokenRequestTests {
    @Test func `a token request is a POST, and nothing else is even looked at`() throws {
        let scene = try Scene()
        for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            for fields in [[:], ["Authorization": scene.app.basic]] {
                let answer = try Probe.send(method, "/prod/oauth/access-token", to: scene.ledger.port, fields: fields)
                #expect(answer.status == 405, "\(method)")
                #expect(answer.field("Allow") == "POST", "\(method)")
                let refused = try scene.ledger.last("token.refused")
                #expect(refused.text("reason") == "malformed_request", "\(method)")
                #expect(refused.text("request.fault") == "method_not_allowed", "\(method)")
                #expect(refused.number("status") == 405, "\(method)")
            }
        }
        #expect(scene.store.calls.isEmpty)
        #expect(try scene.ledger.events("token.requested").isEmpty)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `the app is named by its Basic credentials, and without them no Identity is asked`() throws {
        let scene = try Scene()
        let other = try scene.ledger.app("other", apis: [scene.api])
        let suspended = try scene.ledger.app("suspended", apis: [scene.api])
        try scene.ledger.must("PUT", "apps/\(suspended.id)/suspension")
        let retired = try scene.ledger.app("retired", apis: [scene.api])
        try scene.ledger.must("POST", "apps/\(retired.id)/retirement")
        let id = scene.app.id
        func basic(_ text: String) -> String { "Basic " + Data(text.utf8).base64EncodedString() }
        let rows: [(name: String, field: String?, reason: String)] = [
            ("no field", nil, "unknown_app"),
            ("another scheme", "Bearer \(scene.app.secret)", "unknown_app"),
            ("an empty field", "Basic", "unknown_app"),
            ("no base64", "Basic %%%", "unknown_app"),
            ("no colon", basic(id), "unknown_app"),
            ("an empty secret", basic("\(id):"), "unknown_app"),
            ("a wrong secret", basic("\(id):\(String(repeating: "A", count: 43))"), "unknown_app"),
            ("a secret that is cut short", basic("\(id):\(scene.app.secret.dropLast())"), "unknown_app"),
            ("another app's secret", basic("\(id):\(other.secret)"), "unknown_app"),
            ("an id of nobody", basic("app_00000000000000000000000000:\(scene.app.secret)"), "unknown_app"),
            ("a name that is no id", basic("portal:\(scene.app.secret)"), "unknown_app"),
            ("a field of two kilobytes", basic("\(id):\(String(repeating: "A", count: 2_000))"), "unknown_app"),
            ("an app that is retired", retired.basic, "unknown_app"),
            ("an app that is suspended", suspended.basic, "app_suspended"),
        ]
        for row in rows {
            let answer = try scene.ledger.post(
                nil, Scene.form, fields: row.field.map { ["Authorization": $0] } ?? [:])
            #expect(answer.status == 401, "\(row.name)")
            #expect(answer.error == "invalid_client", "\(row.name)")
            #expect(answer.field("WWW-Authenticate")?.hasPrefix("Basic ") == true, "\(row.name)")
            #expect(answer.field("Cache-Control") == "no-store", "\(row.name)")
            #expect(try scene.ledger.lastReason() == row.reason, "\(row.name)")
        }
        #expect(scene.store.calls.isEmpty)
        #expect(try scene.ana().status == 200)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `credentials are form-decoded before they are compared, and two Authorization fields are none`() throws {
        let scene = try Scene()
        let encoded = scene.app.id.replacingOccurrences(of: "_", with: "%5F")
        let field = "Basic " + Data("\(encoded):\(scene.app.secret)".utf8).base64EncodedString()
        #expect(try scene.ledger.post(nil, Scene.form, fields: ["Authorization": field]).status == 200)

        let twice = Array(
            ("POST /prod/oauth/access-token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nAuthorization: \(scene.app.basic)\r\n"
                + "Authorization: \(scene.app.basic)\r\nContent-Length: \(Scene.form.utf8.count)\r\n\r\n\(Scene.form)")
                .utf8)
        let answer = try Probe.exchange(twice, with: scene.ledger.port)
        #expect([400, 401].contains(answer.status))
        #expect(answer.token == nil)
        #expect(scene.store.calls.count == 1)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `a malformed request is refused before any Identity is asked, each for its own recorded fault`() throws {
        let scene = try Scene()
        let form = "application/x-www-form-urlencoded"
        let long = String(repeating: "x", count: 5_000)
        let many = (0..<70).map { "&f\($0)=1" }.joined()
        let deep = String(repeating: #"{"a":"#, count: 40) + "1" + String(repeating: "}", count: 40)
        let rows: [(type: String, body: String, status: Int, error: String, fault: String)] = [
            (form, "", 400, "invalid_request", "missing_grant_type"),
            (form, "grant_type=&username=ana&password=geheim", 400, "invalid_request", "missing_grant_type"),
            (form, "username=ana&password=geheim", 400, "invalid_request", "missing_grant_type"),
            (form, "grant_type=password&password=geheim", 400, "invalid_request", "missing_username"),
            (form, "grant_type=password&username=&password=geheim", 400, "invalid_request", "missing_username"),
            (form, "grant_type=password&username=+++&password=geheim", 400, "invalid_request", "missing_username"),
            (form, "grant_type=password&username=ana", 400, "invalid_request", "missing_password"),
            (form, "grant_type=password&username=ana&password=", 400, "invalid_request", "missing_password"),
            (form, Scene.form + "&username=ana", 400, "invalid_request", "repeated_parameter"),
            (form, Scene.form + "&password=anders", 400, "invalid_request", "repeated_parameter"),
            (form, Scene.form + "&tenant=a&tenant=b", 400, "invalid_request", "repeated_parameter"),
            (form, "grant_type=password&username=\(long)&password=a", 400, "invalid_request", "parameter_too_long"),
            (form, "grant_type=password&username=ana&password=\(long)", 400, "invalid_request", "parameter_too_long"),
            (form, Scene.form + many, 400, "invalid_request", "too_many_fields"),
            (form, Scene.form + "&a=%zz", 400, "invalid_request", "body"),
            (form, Scene.form + "&a=%00", 400, "invalid_request", "body"),
            (form, Scene.form + "&a=%ff%fe", 400, "invalid_request", "body"),
            (form, Scene.form + "&client_secret=abc", 400, "invalid_request", "client_secret_in_body"),
            (form, Scene.form + "&client_assertion=abc", 400, "invalid_request", "two_authentication_methods"),
            (form, Scene.form + "&client_id=app_00000000000000000000000000", 400, "invalid_request", "client_mismatch"),
            (form, Scene.form + "&scope=%22read%22", 400, "invalid_scope", "scope"),
            (form, Scene.form + "&resource=accounts", 400, "invalid_target", "resource"),
            (form, Scene.form + "&resource=https://a.example/b%23c", 400, "invalid_target", "resource"),
            ("application/json", "", 400, "invalid_request", "body"),
            ("application/json", "[]", 400, "invalid_request", "body"),
            (
                "application/json", #"{"grant_type":"password","username":"ana","password":"geheim",}"#, 400,
                "invalid_request", "body"
            ),
            (
                "application/json", #"{"grant_type":"password","username":"ana","password":1}"#, 400, "invalid_request",
                "body"
            ),
            (
                "application/json", #"{"grant_type":"password","username":"ana","username":"ana","password":"geheim"}"#,
                400, "invalid_request", "repeated_parameter"
            ),
            (
                "application/json", #"{"grant_type":"password","username":"ana","password":"\ud800"}"#, 400,
                "invalid_request", "body"
            ),
            (
                "application/json", #"{"grant_type":"password","username":"ana","password":"geheim","x":\#(deep)}"#,
                400, "invalid_request", "body"
            ),
            (
                "application/json",
                #"{"grant_type":"password","username":"ana","password":"geheim","client_secret":"a"}"#, 400,
                "invalid_request", "client_secret_in_body"
            ),
            ("text/plain", Scene.form, 415, "invalid_request", "media_type"),
            ("application/x-www-form-urlencoded; charset=utf-16", Scene.form, 415, "invalid_request", "media_type"),
            ("multipart/form-data; boundary=a", "--a--", 415, "invalid_request", "media_type"),
        ]
        for row in rows {
            let name = "\(row.type) \(row.body.prefix(120))"
            let answer = try scene.ledger.post(scene.app, row.body, type: row.type)
            #expect(answer.status == row.status, "\(name)")
            #expect(answer.error == row.error, "\(name)")
            #expect(answer.field("Cache-Control") == "no-store" && answer.field("Pragma") == "no-cache", "\(name)")
            let refused = try scene.ledger.last("token.refused")
            #expect(refused.text("reason") == "malformed_request", "\(name)")
            #expect(refused.text("request.fault") == row.fault, "\(name)")
            #expect(refused.text("error") == row.error, "\(name)")
        }
        let none = try Probe.send(
            "POST", "/prod/oauth/access-token", to: scene.ledger.port, fields: ["Authorization": scene.app.basic],
            body: Array(Scene.form.utf8))
        #expect(none.status == 415)
        #expect(scene.store.calls.isEmpty)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `user name and password count only in the body`() throws {
        let scene = try Scene()
        let path = "/prod/oauth/access-token"
        let form = ["Authorization": scene.app.basic, "Content-Type": "application/x-www-form-urlencoded"]
        let inQuery = try Probe.send(
            "POST", "\(path)?username=ana&password=geheim", to: scene.ledger.port, fields: form,
            body: Array("grant_type=password".utf8))
        #expect(inQuery.status == 400 && inQuery.error == "invalid_request")
        #expect(try scene.ledger.last("token.refused").text("request.fault") == "credentials_outside_body")
        let besides = try Probe.send(
            "POST", "\(path)?x=1", to: scene.ledger.port, fields: form, body: Array(Scene.form.utf8))
        #expect(besides.status == 400 && besides.error == "invalid_request")
        let inFields = try Probe.send(
            "POST", path, to: scene.ledger.port,
            fields: form.merging(["Username": "ana", "Password": "geheim"]) { $1 },
            body: Array("grant_type=password".utf8))
        #expect(inFields.status == 400 && inFields.error == "invalid_request")
        #expect(scene.store.calls.isEmpty)
        // The app may repeat its id.
        #expect(try scene.ana(more: "&client_id=\(scene.app.id)").status == 200)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `what is too large is refused by its size, and the service goes on`() throws {
        let scene = try Scene()
        let port = scene.ledger.port
        let head = ["Authorization": scene.app.basic, "Content-Type": "application/x-www-form-urlencoded"]
        let path = "/prod/oauth/access-token"
        let body = Array(
            ("grant_type=password&username=ana&password=geheim&x=" + String(repeating: "y", count: 66_000)).utf8)
        #expect(try Probe.send("POST", path, to: port, fields: head, body: body).status == 413)
        let fits = Array(body.prefix(65_536))
        #expect(try Probe.send("POST", path, to: port, fields: head, body: fits).status == 200)
        let long = head.merging(["X-Long": String(repeating: "a", count: 17_000)]) { $1 }
        #expect(try Probe.send("POST", path, to: port, fields: long, body: Array(Scene.form.utf8)).status == 431)
        let target = path + "?" + String(repeating: "a", count: 8_200)
        #expect(try Probe.send("POST", target, to: port, fields: head, body: Array(Scene.form.utf8)).status == 414)
        #expect(scene.store.calls.count == 1)
        // The server answered these by itself; the record follows, and of the last one no path was read.
        let recorded = try eventually { try scene.ledger.events("token.refused").count == 2 }
        #expect(recorded)
        #expect(try scene.ledger.events("token.refused").map { $0.number("status") } == [413, 431])
        let refused = try scene.ledger.last("token.refused")
        #expect(refused.text("reason") == "malformed_request" && refused.text("request.environment") == "prod")
        let metrics = try Probe.send("GET", "/metrics", to: port).text
        for status in [413, 414, 431] {
            #expect(metrics.contains("authledger_http_refusals_total{status=\"\(status)\"} 1\n"))
        }
        #expect(scene.ledger.stop() == 0)
        let sum = try scene.ledger.last("requests.suppressed")
        #expect(sum.text("reason") == "malformed_request" && sum.number("count") == 1)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `only a first-party app that was given the grant may use it, and only this grant`() throws {
        let scene = try Scene()
        let thirdParty = try scene.ledger.app("third", apis: [scene.api], firstParty: false)
        let without = try scene.ledger.must(
            "POST", "apps", #"{"name":"without","apis":["\#(scene.api)"],"first_party":true,"grants":[]}"#)
        let ungranted = RunningLedger.Client(
            id: without["client_id"] as? String ?? "", secret: without["client_secret"] as? String ?? "")
        let rows: [(app: RunningLedger.Client, grant: String, error: String, reason: String)] = [
            (thirdParty, "password", "unauthorized_client", "grant_not_allowed"),
            (ungranted, "password", "unauthorized_client", "grant_not_allowed"),
            (scene.app, "client_credentials", "unauthorized_client", "grant_not_allowed"),
            (
                scene.app, "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange", "unsupported_grant_type",
                "grant_unknown"
            ),
            (scene.app, "authorization_code", "unsupported_grant_type", "grant_unknown"),
            (scene.app, "Password", "unsupported_grant_type", "grant_unknown"),
        ]
        for row in rows {
            let answer = try scene.ledger.post(row.app, "grant_type=\(row.grant)&username=ana&password=geheim")
            #expect(answer.status == 400, "\(row)")
            #expect(answer.error == row.error, "\(row)")
            #expect(try scene.ledger.lastReason() == row.reason, "\(row)")
        }
        #expect(scene.store.calls.isEmpty)
        // What a stranger typed as a grant is not recorded.
        #expect(try scene.ledger.last("token.refused").text("request.grant") == "unknown")
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `scopes and resources narrow what a token opens, and nothing widens it`() throws {
        let ledger = try RunningLedger()
        let store = try StubStore(StubStore.knowing(Scene.users))
        try ledger.environment("prod")
        let a = try ledger.api("a", more: #","scopes":["read","a"]"#)
        let b = try ledger.api(
            "b", more: #","scopes":["read","b"],"resource":"https://b.example/api","token_ttl_seconds":60"#)
        let foreign = try ledger.api("foreign", more: #","scopes":["foreign"]"#)
        _ = try ledger.identity("store", at: store.url, apis: [a, b, foreign])
        let app = try ledger.app("portal", apis: [a, b])
        let narrow = try ledger.app("narrow", apis: [a, b], more: #","scopes":["a"]"#)
        let (atA, atB) = ("\(ledger.baseURL)/prod/a", "https://b.example/api")
        struct Row {
            var app: RunningLedger.Client
            var more: String
            var error: String? = nil
            var reason = ""
            var aud: [String] = []
            var scope = ""
            var expires = 0
        }
        let rows = [
            Row(app: app, more: "", aud: [atA, atB], expires: 60),
            Row(app: app, more: "&scope=a+b", aud: [atA, atB], scope: "a b", expires: 60),
            Row(app: app, more: "&scope=b&resource=\(atB)", aud: [atB], scope: "b", expires: 60),
            Row(app: app, more: "&resource=\(atA)", aud: [atA], expires: 300),
            Row(app: app, more: "&resource=\(atA)&resource=\(atB)", aud: [atA, atB], expires: 60),
            Row(app: app, more: "&scope=read&resource=\(atA)", aud: [atA], scope: "read", expires: 300),
            Row(app: app, more: "&scope=read", error: "invalid_scope", reason: "scope_not_allowed"),
            Row(app: app, more: "&scope=unknown", error: "invalid_scope", reason: "scope_not_allowed"),
            Row(app: app, more: "&scope=foreign", error: "invalid_scope", reason: "scope_not_allowed"),
            Row(app: app, more: "&scope=b&resource=\(atA)", error: "invalid_scope", reason: "scope_not_allowed"),
            Row(app: narrow, more: "&scope=b", error: "invalid_scope", reason: "scope_not_allowed"),
            Row(app: narrow, more: "&scope=a", aud: [atA, atB], scope: "a", expires: 60),
            Row(app: app, more: "&resource=https://c.example/", error: "invalid_target", reason: "target_unknown"),
            Row(
                app: app, more: "&resource=\(ledger.baseURL)/prod/foreign", error: "invalid_target",
                reason: "target_unknown"),
            Row(
                app: app, more: "&resource=\(atA)&resource=https://c.example/", error: "invalid_target",
                reason: "target_unknown"),
        ]
        for row in rows {
            let answer = try ledger.token(row.app, "ana", "geheim", more: row.more)
            if let error = row.error {
                #expect(answer.status == 400, "\(row.more)")
                #expect(answer.error == error, "\(row.more)")
                #expect(try ledger.lastReason() == row.reason, "\(row.more)")
                continue
            }
            #expect(answer.status == 200, "\(row.more)")
            #expect(answer.json["scope"] as? String == row.scope, "\(row.more)")
            #expect(answer.json["expires_in"] as? Int == row.expires, "\(row.more)")
            let claims = RunningLedger.claims(answer.token ?? "")
            #expect(claims["aud"] as? [String] == row.aud.sorted(), "\(row.more)")
            #expect(claims["scope"] as? String == (row.scope.isEmpty ? nil : row.scope), "\(row.more)")
            let lifetime = (claims["exp"] as? Int ?? 0) - (claims["iat"] as? Int ?? 0)
            #expect(lifetime == row.expires, "\(row.more)")
        }
        // JSON names several resources in an array.
        let several = try ledger.post(
            app, #"{"grant_type":"password","username":"ana","password":"geheim","resource":["\#(atB)"]}"#,
            type: "application/json")
        #expect(RunningLedger.claims(several.token ?? "")["aud"] as? [String] == [atB])
        try ledger.verifyWholeLedger()
    }

    @Test func `an API that demands a bound token is left out for a bearer, and named alone it is refused`() throws {
        let ledger = try RunningLedger()
        let store = try StubStore(StubStore.knowing(Scene.users))
        try ledger.environment("prod")
        let open = try ledger.api("open")
        let bound = try ledger.api("bound", more: #","require_bound":true"#)
        _ = try ledger.identity("store", at: store.url, apis: [open, bound])
        let app = try ledger.app("portal", apis: [open, bound])
        let both = try ledger.token(app, "ana", "geheim")
        #expect(RunningLedger.claims(both.token ?? "")["aud"] as? [String] == ["\(ledger.baseURL)/prod/open"])
        let named = try ledger.token(app, "ana", "geheim", more: "&resource=\(ledger.baseURL)/prod/bound")
        #expect(named.status == 400 && named.error == "invalid_dpop_proof")
        #expect(try ledger.lastReason() == "proof_invalid")
        #expect(store.calls.count == 1)
        try ledger.verifyWholeLedger()
    }
}
