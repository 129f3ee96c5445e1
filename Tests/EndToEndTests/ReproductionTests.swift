import CanonicalJSON
import Foundation
import Testing

/// What a service recorded, made again by a program that has nothing but the files.
@Suite struct ReproductionTests {
    private func audit(_ command: String, _ run: RecordTests.Run, _ more: [String] = []) throws
        -> RunningLedger.Finished
    {
        try RunningLedger.run("authaudit", [command, "--ledger", run.scene.ledger.ledger] + more)
    }

    private func vaults(of run: RecordTests.Run) -> [String] {
        let ledger = run.scene.ledger.ledger
        return ["--vaults", "\(ledger).vaults", "--epoch", "\(ledger).keys/vaults.epoch"]
    }

    @Test func `every decision of a run comes out as recorded, while the service writes and afterwards`() throws {
        let run = try RecordTests.Run()
        for isRunning in [true, false] {
            if !isRunning { run.scene.ledger.stop() }
            for more in [[], ["--in-full"], vaults(of: run)] {
                let made = try audit("reproduce", run, ["--format", "json"] + more)
                #expect(made.status == 0, "\(made.output)\(made.talk)")
                let json = try #require(try JSON.parse(Array(made.output.utf8)).objectValue)
                #expect(json["decisions"] == json["identical"])
                #expect(json["different"]?.arrayValue?.isEmpty == true && json["erased"] == .integer(0))
                let sealed = try #require(json["sealed"])
                if more.count == 4 { #expect(sealed == .integer(0)) } else { #expect(sealed != .integer(0)) }
            }
        }
        let said = try audit("reproduce", run)
        #expect(said.output.contains("all identical") && said.output.contains("On trust, because no replay"))
    }

    @Test func `a token is made again, and told, by its id`() throws {
        let run = try RecordTests.Run()
        run.scene.ledger.stop()
        let token = try #require(try run.scene.ledger.events("token.issued").last?.correlation)
        let closed = try audit("reproduce", run, ["--jti", token])
        #expect(closed.status == 0 && closed.output.hasPrefix("identical"))
        let open = try audit("reproduce", run, ["--jti", token] + vaults(of: run))
        #expect(open.status == 0 && open.output.hasPrefix("identical\n"))
        for format in ["text", "json", "html"] {
            let told = try audit("explain", run, ["--decision", token, "--format", format])
            #expect(told.status == 0, "\(told.talk)")
            #expect(told.output.contains("the holder of a token about account acc_"))
            for word in run.personal { #expect(!told.output.contains(word)) }
        }
        let opened = try audit("explain", run, ["--jti", token] + vaults(of: run))
        #expect(opened.status == 0 && opened.output.contains("opened from its vault"))
    }

    @Test func `what cannot be asked is said in one sentence`() throws {
        let run = try RecordTests.Run()
        run.scene.ledger.stop()
        let ledger = run.scene.ledger
        let other = ledger.folder.appendingPathComponent("other").path
        try Data("no ledger at all, but a file".utf8).write(to: URL(fileURLWithPath: other))
        let empty = ledger.folder.appendingPathComponent("empty").path
        try Data().write(to: URL(fileURLWithPath: empty))
        let unknown = "dec_00000000000000000000000000"
        let wrongKey = ledger.folder.appendingPathComponent("key").path
        try Data(repeating: 7, count: 32).write(to: URL(fileURLWithPath: wrongKey))
        let cases: [([String], Int32)] = [
            (["reproduce", "--ledger", other], 3),
            (["reproduce", "--ledger", empty], 3),
            (["explain", "--ledger", "\(other)-missing", "--jti", unknown], 3),
            (["reproduce", "--ledger", ledger.ledger, "--jti", unknown], 2),
            (["explain", "--ledger", ledger.ledger, "--jti", unknown], 2),
            (["explain", "--ledger", ledger.ledger], 2),
            (["reproduce", "--ledger", ledger.ledger, "--jti", unknown, "--from", "3"], 2),
            (["reproduce", "--ledger", ledger.ledger, "--vaults", "\(ledger.ledger).vaults"], 2),
            (["reproduce", "--ledger", ledger.ledger, "--vaults", other, "--epoch", wrongKey], 3),
            (["reproduce", "--ledger", ledger.ledger, "--vaults", "\(ledger.ledger).vaults", "--epoch", other], 3),
            (["reproduce", "--ledger", ledger.ledger, "--vaults", "\(ledger.ledger).vaults", "--epoch", wrongKey], 3),
            (
                [
                    "chain", "--ledger", ledger.ledger, "--environment", "prod", "--api", "accounts", "--at", "3",
                    "--since", "9",
                ], 2
            ),
        ]
        for (arguments, status) in cases {
            let said = try RunningLedger.run("authaudit", arguments)
            #expect(said.status == status, "\(arguments): \(said.talk)")
            #expect(said.output.isEmpty)
            // Beside that a file cannot tell who reads it.
            let lines = said.talk.split(separator: "\n").filter { !$0.contains("is not recorded") }
            #expect(lines.count == 1 && !said.talk.contains("Error"), "\(arguments): \(said.talk)")
        }
        let help = try RunningLedger.run("authaudit", ["reproduce", "--help"])
        #expect(help.status == 0 && help.output.contains("On trust"))
    }
}
