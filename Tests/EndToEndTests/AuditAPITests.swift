import CanonicalJSON
import Foundation
import Testing

/// `/audit/…`: what `authaudit` answers, for auditors, on the record.
@Suite struct AuditAPITests {
    private let scene: Scene
    private var ledger: RunningLedger { scene.ledger }

    init() throws {
        scene = try Scene()
        for _ in 0..<3 { try #require(try scene.ana().status == 200) }
        _ = try ledger.token(scene.app, "ana", "falsch")
    }

    private func ask(_ path: String, key: String? = nil, method: String = "GET") throws -> Probe.Answer {
        try Probe.send(
            method, "/audit/\(path)", to: ledger.port, fields: ["Authorization": "Bearer \(key ?? ledger.operatorKey)"])
    }

    private func audit(_ arguments: String...) throws -> String {
        try RunningLedger.run("authaudit", arguments + ["--ledger", ledger.ledger, "--format", "json"]).output
    }

    @Test func `it answers what authaudit prints`() throws {
        let id = try ledger.last("token.issued").correlation
        #expect(
            try ask("chain?environment=prod&api=accounts&at=9").text
                == audit("chain", "--environment", "prod", "--api", "accounts", "--at", "9"))
        #expect(
            try ask("chain?environment=prod&api=accounts&at=9&since=3").text
                == audit("chain", "--environment", "prod", "--api", "accounts", "--at", "9", "--since", "3"))
        #expect(try ask("explain/\(id)").text == audit("explain", "--decision", id))
        #expect(try ask("reproduce?decision=\(id)").text == audit("reproduce", "--decision", id))
        #expect(try ask("reproduce?jti=\(id)").text == audit("reproduce", "--jti", id))
        #expect(try ask("reproduce").text == audit("reproduce"))
        #expect(
            try ask("reproduce?from=3&to=20&in-full=1").text
                == audit("reproduce", "--from", "3", "--to", "20", "--in-full"))
        let at = "2026-01-01T00:00:00Z"
        let impact = try ask("impact?identity=\(scene.identity)&at=\(at)").json
        #expect(impact["count"] as? Int == 3)
        let verified = try ask("verify?vkey=\(RunningLedger.encoded(ledger.vkey))").json
        #expect((verified["findings"] as? [Any])?.isEmpty == true)
        #expect((verified["key"] as? [String: Any])?["independent"] as? Bool == true)
        let lines = try audit("history", "--type", "token.", "--to", "30").split(separator: "\n").joined(separator: ",")
        #expect(try ask("history?type=token.&to=30&limit=1000").text == "{\"items\":[\(lines)]}\n")
        try ledger.verifyWholeLedger()
    }

    @Test func `a history goes on where it ended`() throws {
        var (seen, next) = ([Int](), 0)
        for _ in 0..<100 {
            let page = try ask("history?limit=4&from=\(next)&to=20").json
            let items = page["items"] as? [[String: Any]] ?? []
            seen += items.compactMap { ($0["event"] as? [String: Any])?["position"] as? Int }
            guard let further = page["next"] as? Int else { break }
            next = further
        }
        #expect(seen == Array(0...20))
    }

    @Test func `every reading is recorded before it is answered, its terms sealed`() throws {
        let id = try ledger.last("token.issued").correlation
        let before = try ledger.events("audit.read").count
        #expect(try ask("history?type=token.&app=\(scene.app.id)&limit=2").status == 200)
        #expect(try ask("explain/\(id)").status == 200)
        #expect(try ask("explain/dec_01h2xcejqtf2nbrexx3vqjhp41").status == 404)
        #expect(try ask("verify").status == 200)
        let events = Array(try ledger.events("audit.read").dropFirst(before))
        #expect(events.map { $0.text("action") } == ["history", "explain", "explain", "verify"])
        #expect(events.map { $0.number("count") } == [2, 1, 0, events.last?.position])
        for event in events {
            #expect(!event.text("terms.vault").isEmpty)
            #expect(!String(decoding: event.leaf, as: UTF8.self).contains(scene.app.id))
        }
        // Who: the operator; what: sealed beside the log, and verify finds each record whole.
        try ledger.verifyWholeLedger()
    }

    @Test func `who may not read learns nothing, and nothing is recorded`() throws {
        let made = try ledger.must(
            "POST", "operators", #"{"name":"deployer","roles":["deployer","manager","administrator"]}"#)
        let other = try #require(made["key"] as? String)
        let before = try ledger.events("audit.read").count
        for path in ["history", "verify", "chain", "explain/x", "nothing", "history?x=1"] {
            #expect(try Probe.send("GET", "/audit/\(path)", to: ledger.port).status == 401, "\(path)")
            #expect(try ask(path, key: other).status == 403, "\(path)")
            #expect(try ask(path, key: "opr_x.y").status == 401, "\(path)")
        }
        #expect(try ledger.events("audit.read").count == before)
        #expect(try ask("history", method: "POST").status == 405)
    }

    @Test(arguments: [
        ("nothing", 404, "not_found"), ("explain", 404, "not_found"), ("explain/x", 404, "not_found"),
        ("history/x", 404, "not_found"), ("history?limit=0", 400, "malformed"),
        ("history?limit=1001", 400, "malformed"),
        ("history?limit=07", 400, "malformed"), ("history?from=x", 400, "malformed"),
        ("history?from=1&from=2", 400, "repeated_value"),
        ("history?x=1", 400, "unknown_parameter"), ("history?type=nothing", 400, "malformed"),

        ("chain?api=accounts", 400, "missing"), ("chain?api=x&environment=prod", 404, "not_found"),
        ("chain?api=accounts&environment=prod&at=15&since=20", 400, "malformed"),
        ("chain?api=accounts&environment=prod&at=99999999", 404, "not_found"),
        ("impact", 400, "missing"), ("impact?identity=x", 400, "malformed"),
        ("impact?identity=idn_01h2xcejqtf2nbrexx3vqjhp41", 404, "not_found"),
        ("reproduce?decision=x", 400, "malformed"), ("reproduce?in-full=2", 400, "malformed"),
        ("reproduce?decision=dec_01h2xcejqtf2nbrexx3vqjhp41&from=1", 400, "malformed"),
        ("reproduce?decision=dec_01h2xcejqtf2nbrexx3vqjhp41", 404, "not_found"), ("verify?vkey=x", 400, "malformed"),
    ])
    func `a question that makes no sense is refused in one sentence`(_ path: String, _ status: Int, _ reason: String)
        throws
    {
        let answer = try ask(path)
        #expect(
            answer.status == status && answer.json["reason"] as? String == reason, "\(answer.status) \(answer.text)")
        #expect((answer.json["title"] as? String)?.isEmpty == false)
        #expect(answer.field("Cache-Control") == "no-store")
    }

    @Test func `a flood of readings starves no token and is answered in the end`() throws {
        let (port, key, app) = (ledger.port, ledger.operatorKey, scene.app)
        let readers = (0..<24).map { number in
            Meanwhile {
                (try? Probe.send(
                    "GET", number % 2 == 0 ? "/audit/verify" : "/audit/reproduce", to: port,
                    fields: ["Authorization": "Bearer \(key)"]))?.status
            }
        }
        for _ in 0..<10 { #expect(try RunningLedger.token(app, "ana", "geheim", on: port).status == 200) }
        let statuses = readers.map { $0.value() ?? nil }
        #expect(statuses.allSatisfy { $0 == 200 || $0 == 503 }, "\(statuses)")
        #expect(statuses.contains(200))
        try ledger.verifyWholeLedger()
    }
}
