import CanonicalJSON
import Foundation
import Testing

/// What another estate would have made of what a service recorded, asked of its files.
@Suite struct WhatIfTests {
    /// A service that has let Ana in five times, and twice not.
    private struct Recorded {
        let scene: Scene
        var ledger: String { scene.ledger.ledger }

        init() throws {
            scene = try Scene()
            for _ in 0..<5 { #expect(try scene.ana().status == 200) }
            for _ in 0..<2 { #expect(try scene.ledger.token(scene.app, "ana", "falsch").status == 400) }
        }

        func ask(_ more: String...) throws -> RunningLedger.Finished {
            try RunningLedger.run("authaudit", ["whatif", "--ledger", ledger] + more)
        }

        func totals(_ more: String...) throws -> [Int64?] {
            let said = try RunningLedger.run(
                "authaudit", ["whatif", "--ledger", ledger, "--format", "json"] + more)
            #expect(said.status == 0, "\(said.talk)")
            let totals = try JSON.parse(Array(said.output.utf8), maximumBytes: 1 << 20).objectValue?["totals"]
            return ["same", "gained", "lost", "unknowable"].map { totals?.objectValue?[$0]?.integerValue }
        }
    }

    @Test func `totals of a running ledger follow from what its Identities said`() throws {
        let recorded = try Recorded()
        for isRunning in [true, false] {
            if !isRunning { recorded.scene.ledger.stop() }
            #expect(try recorded.totals("--change", "unlink store accounts") == [2, 0, 5, 0])
            #expect(try recorded.totals("--change", "suspend \(recorded.scene.app.id)") == [2, 0, 5, 0])
            #expect(try recorded.totals("--change", "on-unavailable store stop") == [7, 0, 0, 0])
            #expect(try recorded.totals("--change", "level store urn:high") == [7, 0, 0, 0])
        }
        let text = try recorded.ask("--change", "unlink store accounts", "--list")
        #expect(text.status == 0 && text.output.contains("the holder of a token about account acc_"))
        #expect(text.output.contains("it would have been refused as no_linked_identity"))
    }

    @Test func `an estate file with a newer Identity leaves open what that would have said`() throws {
        let recorded = try Recorded()
        recorded.scene.ledger.stop()
        let file = recorded.scene.ledger.folder.appendingPathComponent("changed.json").path
        let estate = """
            {"environments": {"prod": {"api_identities": ["newest"], "apis": ["accounts"]}},
             "apis": [{"name": "accounts", "base_path": "/accounts", "scopes": ["read", "write"],
                       "interceptors": [{"type": "oauth", "grants": ["password"]}]}],
             "api_identities": [{"name": "newest", "destination": "https://newest.example/", "apis": ["accounts"]}]}
            """
        try Data(estate.utf8).write(to: URL(fileURLWithPath: file))
        #expect(try recorded.totals("--estate", file) == [0, 0, 0, 7])
        // Files are as they were: nothing was asked of the service, and nothing written.
        #expect(try RunningLedger.run("authaudit", ["verify", "--ledger", recorded.ledger]).status == 0)
    }

    @Test func `what cannot be asked is said in one sentence`() throws {
        let recorded = try Recorded()
        recorded.scene.ledger.stop()
        let folder = recorded.scene.ledger.folder
        let other = folder.appendingPathComponent("other").path
        try Data("no ledger at all, but a file".utf8).write(to: URL(fileURLWithPath: other))
        let ledger = recorded.ledger
        let cases: [([String], Int32)] = [
            (["--ledger", ledger], 2),
            (["--ledger", ledger, "--prune", "--change", "suspend portal"], 2),
            (["--ledger", ledger, "--change", "suspend nobody"], 2),
            (["--ledger", ledger, "--change", "unlink store"], 2),
            (["--ledger", ledger, "--change", "suspend portal @999999"], 2),
            (["--ledger", ledger, "--change", "suspend portal", "--from", "999999"], 2),
            (["--ledger", ledger, "--change", "suspend portal", "--environment", "nowhere"], 2),
            (["--ledger", ledger, "--change", "suspend portal", "--app", "nobody"], 2),
            (["--ledger", ledger, "--estate", other], 2),
            (["--ledger", ledger, "--estate", other + "-missing"], 3),
            (["--ledger", other, "--change", "suspend portal"], 3),
            (["--ledger", other + "-missing", "--change", "suspend portal"], 3),
        ]
        for (arguments, status) in cases {
            let said = try RunningLedger.run("authaudit", ["whatif"] + arguments)
            #expect(said.status == status, "\(arguments): \(said.talk)")
            #expect(said.output.isEmpty)
            // Beside that a file cannot tell who reads it.
            let reasons = said.talk.split(separator: "\n").filter { !$0.contains("is not recorded") }
            #expect(reasons.count == 1, "\(arguments): \(said.talk)")
        }
    }
}
