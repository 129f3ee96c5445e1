import Foundation
import Testing

/// What a store's answer, or none, makes of a request.
@Suite struct TokenRefusalTests {
    @Test func `each answer of a store accepts, rejects or decides nothing`() throws {
        let scene = try Scene(identity: #","timeout_ms":1500"#)
        let closed = try Probe.freePort()
        struct Row {
            var name: String
            var behaviour: StubStore.Behaviour
            var status: Int
            var outcome: String
            var reason = ""
        }
        func row(_ status: Int, _ answer: Int, _ outcome: String, _ reason: String = "") -> Row {
            Row(
                name: "\(status)", behaviour: { _ in StubStore.status(status) }, status: answer, outcome: outcome,
                reason: reason)
        }
        let unavailable = "identity_unavailable"
        let rows =
            [200, 201, 202, 204, 299].map { row($0, 200, "accepted") }
            + [400, 401, 403, 404, 422].map { row($0, 400, "rejected", "credentials_rejected") }
            + [row(423, 400, "locked", "locked")]
            + [301, 302, 307, 402, 405, 409, 410, 429, 500, 502, 503, 504].map {
                row($0, 503, "indeterminate", unavailable)
            }
            + [
                Row(
                    name: "a redirect to a page that accepts",
                    behaviour: { request in
                        guard request.target == "/validate" else { return StubStore.accept }
                        return StubStore.Answer(status: 302, fields: [("Location", "/elsewhere")])
                    }, status: 503, outcome: "indeterminate", reason: unavailable),
                Row(
                    name: "it hangs up", behaviour: { _ in StubStore.hangUp }, status: 503, outcome: "indeterminate",
                    reason: unavailable),
                Row(
                    name: "it takes too long",
                    behaviour: { _ in
                        usleep(2_500_000)
                        return StubStore.accept
                    }, status: 503, outcome: "indeterminate", reason: unavailable),
                Row(
                    name: "it says more than 64 KiB",
                    behaviour: { _ in StubStore.accept("\"" + String(repeating: "x", count: 70_000) + "\"") },
                    status: 503, outcome: "indeterminate", reason: unavailable),
            ]
        for row in rows {
            // A name of its own for each, so that no throttle stands between, and an answer that closes the breaker.
            scene.store.behave { _ in StubStore.accept }
            #expect(try scene.ledger.token(scene.app, "before \(row.name)", "geheim").status == 200)
            scene.store.behave(row.behaviour)
            let answer = try scene.ledger.token(scene.app, "user \(row.name)", "geheim")
            #expect(answer.status == row.status, "\(row.name)")
            let attempt = try scene.ledger.last("validation.attempted")
            #expect(attempt.text("outcome") == row.outcome, "\(row.name)")
            guard row.status != 200 else { continue }
            #expect(try scene.ledger.lastReason() == row.reason, "\(row.name)")
            #expect(answer.field("Retry-After") == (row.status == 503 ? "5" : nil), "\(row.name)")
            #expect(answer.error == (row.status == 503 ? "temporarily_unavailable" : "invalid_grant"), "\(row.name)")
        }
        #expect(!scene.store.calls.contains { $0.request.target != "/validate" })

        // Nobody listens there at all.
        try scene.ledger.must(
            "POST", "api-identities/\(scene.identity)/revisions",
            #"{"name":"store","version":"2","base_path":"/store","destination":"http://127.0.0.1:\#(closed)/","same_user_store":true}"#
        )
        try scene.ledger.must("PUT", "environments/prod/deployments/\(scene.identity)")
        #expect(try scene.ledger.token(scene.app, "somebody", "geheim").status == 503)
        #expect(!(try scene.ledger.last("validation.attempted").text("failure").isEmpty))
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `all refusals of a user's credentials are one answer`() throws {
        let scene = try Scene()
        let lonely = try scene.ledger.api("lonely")
        let elsewhere = try scene.ledger.api("elsewhere")
        let store = try StubStore()
        _ = try scene.ledger.identity("undeployed", at: store.url, apis: [elsewhere], in: [])
        let noLink = try scene.ledger.app("no link", apis: [lonely])
        let notHere = try scene.ledger.app("not here", apis: [elsewhere])

        var answers: [(name: String, answer: Probe.Answer)] = []
        func note(_ reason: String, _ answer: Probe.Answer) throws {
            #expect(try scene.ledger.lastReason() == reason)
            answers.append((reason, answer))
        }
        try note("credentials_rejected", try scene.ledger.token(scene.app, "ana", "falsch"))
        try note("credentials_rejected", try scene.ledger.token(scene.app, "nobody", "falsch"))
        scene.store.answer(StubStore.status(423))
        try note("locked", try scene.ledger.token(scene.app, "locked", "geheim"))
        try note("no_linked_identity", try scene.ledger.token(noLink, "ana", "geheim"))
        try note("no_identity_in_environment", try scene.ledger.token(notHere, "ana", "geheim"))
        scene.store.answer(StubStore.reject)
        for _ in 0..<10 { _ = try scene.ledger.token(scene.app, "guessed", "falsch") }
        try note("user_throttled", try scene.ledger.token(scene.app, "guessed", "falsch"))
        for (name, answer) in answers {
            #expect(answer.status == 400, "\(name)")
            #expect(answer.withoutDate == answers[0].answer.withoutDate, "\(name)")
        }
        #expect(answers[0].answer.error == "invalid_grant")
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `an outage is passed over unless the Identity was registered to stop the chain`() throws {
        for stops in [false, true] {
            let scene = try Scene()
            let newer = try StubStore { _ in StubStore.status(500) }
            _ = try scene.ledger.identity(
                "newer", at: newer.url, apis: [scene.api], more: stops ? #","on_unavailable":"stop""# : "")
            let answer = try scene.ana()
            #expect(newer.calls.count == 1)
            #expect(scene.store.calls.count == (stops ? 0 : 1))
            #expect(answer.status == (stops ? 503 : 200))
            if stops {
                #expect(answer.field("Retry-After") == "5")
                #expect(try scene.ledger.lastReason() == "identity_unavailable")
            } else {
                #expect(try scene.ledger.last("token.issued")["after_indeterminate"] as? Bool == true)
                // Nobody accepted and one could not say: that is no wrong password.
                let wrong = try scene.ledger.token(scene.app, "ana", "falsch")
                #expect(wrong.status == 503)
            }
            try scene.ledger.verifyWholeLedger()
        }
    }

    @Test func `a store that keeps failing is left in peace, and asked again when it answers`() throws {
        for stops in [false, true] {
            let scene = try Scene()
            let newer = try StubStore { _ in StubStore.status(500) }
            _ = try scene.ledger.identity(
                "newer", at: newer.url, apis: [scene.api], more: stops ? #","on_unavailable":"stop""# : "")
            for _ in 0..<5 { #expect(try scene.ana().status == (stops ? 503 : 200)) }
            let asked = scene.store.calls.count
            #expect(newer.calls.count == 5)

            #expect(try scene.ana().status == (stops ? 503 : 200))
            #expect(newer.calls.count == 5)
            // It is the store's failure, not ours: an older one is asked where the registration lets it be.
            #expect(scene.store.calls.count == asked + (stops ? 0 : 1))
            let skipped = try #require(
                try scene.ledger.events("validation.attempted").last { $0["skipped"] as? String == "breaker_open" })
            #expect(skipped["asked"] as? Bool == false)

            newer.behave(StubStore.knowing(Scene.users))
            #expect(
                try eventually {
                    _ = try scene.ana()
                    return newer.calls.count == 6
                })
            #expect(try scene.ana().status == 200)
            #expect(newer.calls.count == 7)
            try scene.ledger.verifyWholeLedger()
        }
    }

    @Test func `a store that says locked ends the chain`() throws {
        let scene = try Scene()
        let newer = try StubStore { _ in StubStore.status(423) }
        _ = try scene.ledger.identity("newer", at: newer.url, apis: [scene.api])
        let answer = try scene.ana()
        #expect(answer.status == 400 && answer.error == "invalid_grant")
        #expect((newer.calls.count, scene.store.calls.count) == (1, 0))
        #expect(try scene.ledger.lastReason() == "locked")
        #expect(try scene.ledger.last("validation.attempted").text("outcome") == "locked")
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `a registration narrows what counts as an acceptance`() throws {
        let scene = try Scene(
            identity: #","accept":{"status":[200],"content_type":"application/json","subject_required":true}"#)
        let rows: [(answer: StubStore.Answer, status: Int)] = [
            (StubStore.accept(#"{"subject":"4711"}"#), 200),
            (StubStore.accept(#"{"subject":"4711"}"#, type: "application/json; charset=utf-8"), 200),
            (StubStore.accept(#"{"subject":"4711"}"#, type: "text/html"), 503),
            (StubStore.accept("{}"), 503),
            (StubStore.status(204), 503),
        ]
        for row in rows {
            scene.store.answer(row.answer)
            let text = String(decoding: row.answer.body, as: UTF8.self)
            #expect(try scene.ana().status == row.status, "\(row.answer.status) \(text) \(row.answer.fields)")
        }
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `ten wrong passwords end the guessing, and the store is asked no more`() throws {
        let scene = try Scene()
        for _ in 0..<10 { #expect(try scene.ledger.token(scene.app, "ana", "falsch").error == "invalid_grant") }
        #expect(scene.store.calls.count == 10)
        let throttled = try scene.ana()
        #expect(throttled.status == 400 && throttled.error == "invalid_grant")
        #expect(scene.store.calls.count == 10)
        let refused = try scene.ledger.last("token.refused")
        #expect(refused.text("reason") == "user_throttled")
        #expect(refused.number("request.throttle.failures") == 10)
        #expect(refused.text("request.throttle.budget") == "stranger")
        // Spellings that a store may take for the same name count as one; another name is not touched.
        #expect(try scene.ledger.token(scene.app, " ANA ", "geheim").error == "invalid_grant")
        #expect(scene.store.calls.count == 10)
        #expect(try scene.ledger.token(scene.app, "bob", "falsch").error == "invalid_grant")
        #expect(scene.store.calls.count == 11)
        // A restart forgets nothing.
        #expect(scene.ledger.stop() == 0)
        try scene.ledger.start()
        #expect(try scene.ana().error == "invalid_grant")
        #expect(try scene.ledger.lastReason() == "user_throttled")
        #expect(scene.store.calls.count == 11)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `strangers cannot lock out a known caller, and he has a budget of his own`() throws {
        let scene = try Scene()
        #expect(try scene.ana().status == 200)
        for _ in 0..<11 { _ = try scene.ledger.token(scene.app, "ana", "falsch", from: "127.0.0.66") }
        #expect(try scene.ana(from: "127.0.0.66").error == "invalid_grant")
        #expect(try scene.ledger.lastReason() == "user_throttled")
        #expect(try scene.ana().status == 200)
        #expect(try scene.ledger.last("token.requested").text("throttle.budget") == "known")
        let calls = scene.store.calls.count
        for _ in 0..<12 { _ = try scene.ledger.token(scene.app, "ana", "falsch") }
        #expect(scene.store.calls.count == calls + 10)
        #expect(try scene.ana().error == "invalid_grant")
        #expect(try scene.ledger.last("token.refused").text("request.throttle.budget") == "known")
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `guesses in parallel do not slip by`() throws {
        let scene = try Scene()
        scene.store.behave { _ in
            usleep(100_000)
            return StubStore.reject
        }
        let (port, app) = (scene.ledger.port, scene.app)
        // From several sources: one alone has a quarter of the Identity's slots.
        let statuses = onThreads(24) { index in
            (try? RunningLedger.token(app, "ana", "falsch", on: port, from: "127.0.0.\(80 + index % 4)"))?.status
        }
        #expect(statuses == Array(repeating: 400, count: 24))
        #expect(scene.store.calls.count <= 10)
        let reasons = try scene.ledger.events("token.refused").map { $0.text("reason") }
        #expect(reasons.count { $0 == "credentials_rejected" } == scene.store.calls.count)
        #expect(reasons.count { $0 == "user_throttled" } == 24 - scene.store.calls.count)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `an app that fails too often from one source is told when to come back`() throws {
        let scene = try Scene()
        try scene.ledger.must(
            "PUT", "environments/prod/settings", #"{"limits":{"app_failures":3,"app_seconds":60}}"#)
        for index in 0..<3 { _ = try scene.ledger.token(scene.app, "user\(index)", "falsch") }
        let answer = try scene.ana()
        #expect(answer.status == 429 && answer.error == "temporarily_unavailable")
        let seconds = Int(answer.field("Retry-After") ?? "") ?? 0
        #expect((1...60).contains(seconds))
        let refused = try scene.ledger.last("token.refused")
        #expect(refused.text("reason") == "app_throttled")
        #expect(refused.number("retry_after") == seconds)
        #expect(scene.store.calls.count == 3)
        // From elsewhere the app goes on, and so does another app from here.
        #expect(try scene.ana(from: "127.0.0.67").status == 200)
        let other = try scene.ledger.app("other", apis: [scene.api])
        #expect(try scene.ledger.token(other, "ana", "geheim").status == 200)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `strangers are recorded within a budget and summed up beyond it`() throws {
        let scene = try Scene()
        for _ in 0..<80 {
            #expect(try scene.ledger.post(nil, Scene.form, from: "127.0.0.68").status == 401)
        }
        #expect(try scene.ledger.events("token.refused").count == 60)
        let metrics = try Probe.send("GET", "/metrics", to: scene.ledger.port).text
        #expect(metrics.split(separator: "\n").contains { $0.contains("suppressed") && $0.hasSuffix(" 20") })
        // Whoever comes from elsewhere is still recorded, and apps are not touched.
        #expect(try scene.ledger.post(nil, Scene.form, from: "127.0.0.69").status == 401)
        #expect(try scene.ledger.events("token.refused").count == 61)
        #expect(try scene.ana(from: "127.0.0.68").status == 200)
        #expect(scene.ledger.stop() == 0)
        let sum = try scene.ledger.last("requests.suppressed")
        #expect(sum.text("reason") == "unknown_app")
        #expect(sum.number("count") == 20)
        #expect(sum.number("sources") == 1)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `a decision that cannot be brought to its end is refused, with every attempt on the record`() throws {
        let scene = try Scene()
        #expect(try scene.ana().status == 200)
        // The token key is gone: the store accepts, and no token can be signed.
        #expect(scene.ledger.stop() == 0)
        try FileManager.default.removeItem(atPath: scene.ledger.ledger + ".keys/token/prod")
        try scene.ledger.start()
        scene.store.forget()
        let answer = try scene.ana()
        #expect(answer.status == 503 && answer.error == "temporarily_unavailable")
        #expect(answer.field("Retry-After") != nil)
        #expect(scene.store.calls.count == 1)
        let refused = try scene.ledger.last("token.refused")
        #expect(refused.text("reason") == "identity_unavailable")
        let attempts = try scene.ledger.events("validation.attempted").filter { $0.correlation == refused.correlation }
        #expect(attempts.map { $0.text("outcome") } == ["", "accepted"])
        #expect(attempts.first?.text("skipped") == "budget_spent")
        #expect(refused.numbers("attempts") == attempts.map(\.position))
        try scene.ledger.verifyWholeLedger()
    }
}
