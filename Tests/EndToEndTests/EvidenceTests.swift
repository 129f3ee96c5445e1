import Foundation
import LedgerTestSupport
import Testing

/// What an auditor carries away: proofs, tiles and packs of a real run, made by the program as it is shipped.
@Suite(.enabled(if: Witness.hasPython, "python3 is not on the path: nothing independent checks the evidence"))
struct EvidenceTests {
    private let scene: Scene
    private var ledger: RunningLedger { scene.ledger }

    init() throws {
        scene = try Scene()
        for _ in 0..<3 { try #require(try scene.ana().status == 200) }
        _ = try ledger.token(scene.app, "ana", "falsch")
        try ledger.must("POST", "apis", #"{"name":"other","base_path":"/other","version":"1"}"#)
        // The service signs a checkpoint when it stops.
        try #require(ledger.stop() == 0)
    }

    private func audit(_ arguments: String...) throws -> RunningLedger.Finished {
        try RunningLedger.run("authaudit", arguments)
    }

    private func path(_ name: String) -> String { ledger.folder.appendingPathComponent(name).path }

    @Test func `a token is proved by its id, and an independent program accepts the receipt`() throws {
        let id = try ledger.last("token.issued").correlation
        let made = try audit(
            "prove", "--ledger", ledger.ledger, "--jti", id, "--vkey", ledger.vkey, "--to", path("token.tlog-proof"))
        #expect(made.status == 0, "\(made.output)\(made.talk)")
        let verdict = try Witness.run(
            "verify_receipt.py", [ledger.vkey, path("token.tlog-proof.leaf"), path("token.tlog-proof")])
        #expect(verdict.status == 0, "\(verdict.output)\(verdict.talk)")
        let check = ["prove", "--check", path("token.tlog-proof"), "--vkey", ledger.vkey, "--leaf"]
        #expect(try RunningLedger.run("authaudit", check + [path("token.tlog-proof.leaf")]).status == 0)
        #expect(try RunningLedger.run("authaudit", check + [path("token.tlog-proof")]).status == 1)
        let again = try audit(
            "prove", "--ledger", ledger.ledger, "--jti", id, "--vkey", ledger.vkey, "--to", path("token.tlog-proof"))
        #expect(again.status == 3 && again.talk.contains("is there already"))
        let held = try audit(
            "prove", "--consistency", path("token.tlog-proof"), "--ledger", ledger.ledger, "--vkey", ledger.vkey)
        #expect(held.status == 0 && held.output.contains("is of the tree in this ledger"))
    }

    @Test func `the packs of a real ledger hold, and personal values are in none`() throws {
        let questions = [
            ("all", []), ("api", ["--api", scene.api]), ("app.tar", ["--app", scene.app.id]),
            ("decision", ["--decision", try ledger.last("token.issued").correlation]),
        ]
        for (name, filter) in questions {
            let made = try RunningLedger.run(
                "authaudit", ["export", "--ledger", ledger.ledger, "--to", path(name), "--evidence"] + filter)
            #expect(made.status == 0 && made.talk.contains("not independent"), "\(made.output)\(made.talk)")
            let script = Vectors.packageFolder.appendingPathComponent("Sources/EvidenceVerifier/verify.py").path
            let verdict = try PythonWitness.run(script: script, ["--vkey", ledger.vkey, path(name)])
            #expect(verdict.status == 0, "\(name): \(verdict.output)\(verdict.talk)")
            #expect(verdict.output.contains(name == "decision" ? "1 decisions agree" : "4 decisions agree"))
        }
        let archive = try Data(contentsOf: URL(fileURLWithPath: path("app.tar")))
        for value in ["\"ana\"", "geheim", "falsch", "127.0.0.1\""] {
            #expect(archive.range(of: Data(value.utf8)) == nil, "\(value)")
        }
    }

    @Test func `a pack holds whatever the grant was`() throws {
        let grants = try RefreshTokenTests.Grants()
        let first = try #require(try grants.ana().json["refresh_token"] as? String)
        let second = try #require(try grants.refresh(first).json["refresh_token"] as? String)
        try #require(try grants.refresh(second).status == 200)
        // A refresh token whose successor was used ends its family.
        try #require(try grants.refresh(first).status == 400)
        _ = try grants.ledger.post(grants.app, "grant_type=client_credentials")
        try #require(grants.ledger.stop() == 0)
        let pack = grants.ledger.folder.appendingPathComponent("pack").path
        let made = try audit("export", "--ledger", grants.ledger.ledger, "--to", pack, "--evidence")
        #expect(made.status == 0, "\(made.output)\(made.talk)")
        let script = Vectors.packageFolder.appendingPathComponent("Sources/EvidenceVerifier/verify.py").path
        let verdict = try PythonWitness.run(script: script, ["--vkey", grants.ledger.vkey, pack])
        #expect(verdict.status == 0, "\(verdict.output)\(verdict.talk)")
        #expect(verdict.output.contains("0 do not end here"), "\(verdict.output)")
    }

    @Test func `the tiles of a real ledger are accepted by an implementation that is not ours`() throws {
        let made = try audit(
            "export", "--ledger", ledger.ledger, "--to", path("tiles"), "--tiles", "--vkey", ledger.vkey)
        #expect(made.status == 0, "\(made.output)\(made.talk)")
        let script = Vectors.packageFolder.appendingPathComponent("Tests/LedgerAuditTests/Witness/verify_tiles.py").path
        let verdict = try PythonWitness.run(script: script, [path("tiles"), ledger.vkey])
        #expect(verdict.status == 0, "\(verdict.output)\(verdict.talk)")
    }

    @Test(arguments: [
        (["prove"], 2, "give one of"), (["prove", "--position", "1"], 2, "--ledger is missing"),
        (["prove", "--position", "1", "--jti", "x"], 2, "is not a token's id"),
        (["prove", "--consistency"], 2, "needs a checkpoint"), (["prove", "--check", "x"], 2, "--vkey is missing"),
        (["prove", "--position", "1", "--ledger", "absent"], 3, "no"),
        (["prove", "--position", "999999", "--ledger", "LEDGER"], 2, "is not there"),
        (["prove", "--position", "1", "--ledger", "LEDGER", "--checkpoint", "absent"], 3, "There is no file"),
        (
            ["prove", "--position", "1", "--ledger", "LEDGER", "--checkpoint", "LEDGER"], 1,
            "neither a signed checkpoint"
        ),
        (
            [
                "prove", "--position", "1", "--ledger", "LEDGER", "--vkey",
                "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
            ], 1, "of another log"
        ),
        (["export", "--ledger", "LEDGER", "--to", "x"], 2, "one of --tiles and --evidence"),
        (["export", "--ledger", "LEDGER", "--to", "x", "--tiles", "--from", "1"], 2, "takes no question"),
        (["export", "--ledger", "LEDGER", "--to", "FOLDER", "--tiles"], 3, "is not empty"),
        (["export", "--ledger", "LEDGER", "--to", "LEDGER", "--evidence"], 3, "is there already"),
        (["export", "--ledger", "LEDGER", "--to", "x", "--evidence", "--until", "never"], 2, "RFC 3339"),
    ])
    func `what cannot be done is said in one sentence`(_ arguments: [String], _ status: Int32, _ says: String) throws {
        let result = try RunningLedger.run(
            "authaudit",
            arguments.map { $0 == "LEDGER" ? ledger.ledger : $0 == "FOLDER" ? ledger.folder.path : $0 })
        #expect(result.status == status && result.talk.contains(says), "\(result.status) \(result.talk)")
    }
}
