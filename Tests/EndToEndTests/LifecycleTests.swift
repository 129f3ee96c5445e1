import Foundation
import Glibc
import Testing

/// How the programs start, end and refuse.
@Suite struct LifecycleTests {
    @Test func `it is ready within ten seconds, and a request in flight is finished when it is told to stop`() throws {
        let begun = monotonicNanoseconds()
        let scene = try Scene()
        // `Scene` waits for `/readyz`; the estate is registered on top of that.
        #expect(monotonicNanoseconds() - begun < 20_000_000_000)
        scene.store.behave { _ in
            usleep(1_000_000)
            return StubStore.accept
        }
        let (port, app) = (scene.ledger.port, scene.app)
        let inFlight = Meanwhile { try? RunningLedger.token(app, "ana", "geheim", on: port) }
        #expect(eventually { !scene.store.calls.isEmpty || (try? scene.ledger.events("token.requested").count) == 1 })
        let told = monotonicNanoseconds()
        #expect(scene.ledger.stop() == 0)
        #expect(monotonicNanoseconds() - told < 15_000_000_000)
        let answer = try #require(inFlight.value() ?? nil)
        #expect(answer.status == 200)
        let issued = try scene.ledger.last("token.issued")
        #expect((answer.json["ledger"] as? [String: Any])?["position"] as? Int == issued.position)
        #expect(throws: Probe.Failed.self) { try Probe.send("GET", "/healthz", to: port) }
        try scene.ledger.verifyWholeLedger()

        // It goes on where it stopped.
        try scene.ledger.start()
        #expect(try scene.ana().status == 200)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `short of disk space, strangers go unrecorded, then tokens, and what stops somebody never`() throws {
        let scene = try Scene()
        var facts = statvfs()
        #expect(statvfs(scene.ledger.folder.path, &facts) == 0)
        let free = Int64(facts.f_bavail) * Int64(facts.f_frsize)
        // Two thirds of the minimum are there, then a quarter.
        for (minimum, tokens) in [(free / 2 * 3, 200), (free * 4, 503)] {
            #expect(scene.ledger.stop() == 0)
            scene.ledger.minimumFree = minimum
            try scene.ledger.start(until: "/healthz")
            let before = try scene.ledger.events().count
            let ready = try Probe.send("GET", "/readyz", to: scene.ledger.port)
            #expect(ready.status == 503 && ready.json["reasons"] as? [String] == ["space_low"])
            #expect(try scene.ledger.post(nil, Scene.form).status == (tokens == 200 ? 401 : 503))
            #expect(try scene.ledger.events().count == before)
            #expect(try scene.ana().status == tokens)
        }
        #expect(try scene.ledger.manage("POST", "environments", #"{"name":"test"}"#).status == 503)
        try scene.ledger.must("PUT", "apps/\(scene.app.id)/suspension")
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `a second service on the same ledger is refused in one sentence, and the first goes on`() throws {
        let scene = try Scene()
        let port = try Probe.freePort()
        let second = try RunningLedger.run(
            "authledger",
            [
                "serve", "--ledger", scene.ledger.ledger, "--listen", "127.0.0.1:\(port)", "--base-url",
                scene.ledger.baseURL,
            ])
        expectRefusal(second, status: 3, says: "in use")
        #expect(try scene.ana().status == 200)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `a port that is taken and a base URL that does not fit are refused, and the ledger is whole`() throws {
        let scene = try Scene()
        #expect(scene.ledger.stop() == 0)
        let taken = try Probe.listen()
        defer { close(taken.descriptor) }
        func serve(_ port: UInt16, _ base: String) throws -> RunningLedger.Finished {
            try RunningLedger.run(
                "authledger",
                ["serve", "--ledger", scene.ledger.ledger, "--listen", "127.0.0.1:\(port)", "--base-url", base])
        }
        expectRefusal(try serve(taken.port, scene.ledger.baseURL), status: 3, says: "\(taken.port)")
        let free = try Probe.freePort()
        expectRefusal(try serve(free, "https://other.example"), status: 2, says: "--base-url")
        expectRefusal(try serve(free, "http://other.example"), status: 2, says: "--base-url")
        expectRefusal(try serve(free, scene.ledger.baseURL + "/"), status: 2, says: "--base-url")
        try scene.ledger.start()
        #expect(try scene.ana().status == 200)
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `what is no ledger is refused in one sentence by every program that opens one`() throws {
        let ledger = try RunningLedger()
        #expect(ledger.stop() == 0)
        let folder = ledger.folder
        try Data().write(to: folder.appendingPathComponent("empty"))
        try Data(String(repeating: "not a ledger ", count: 1_000).utf8).write(to: folder.appendingPathComponent("text"))
        for (name, says) in [("missing", "no ledger"), ("empty", "empty"), ("text", "no ledger")] {
            let path = folder.appendingPathComponent(name).path
            let served = try RunningLedger.run(
                "authledger",
                [
                    "serve", "--ledger", path, "--keys", "\(ledger.ledger).keys", "--vaults",
                    "\(ledger.ledger).vaults", "--listen", "127.0.0.1:0", "--base-url", "http://127.0.0.1:1",
                ])
            expectRefusal(served, status: 3, says: says)
            for command in [["verify"], ["history"], ["chain", "--environment", "prod", "--api", "a"]] {
                expectRefusal(
                    try RunningLedger.run("authaudit", command + ["--ledger", path]), status: 3, says: says)
            }
            #expect(!FileManager.default.fileExists(atPath: path) || name != "missing")
        }
        // A ledger whose keys are elsewhere says which.
        let keyless = try RunningLedger.run(
            "authledger",
            [
                "serve", "--ledger", ledger.ledger, "--keys", folder.appendingPathComponent("nokeys").path, "--listen",
                "127.0.0.1:0", "--base-url", "http://127.0.0.1:1",
            ])
        expectRefusal(keyless, status: 3, says: "nokeys")
        // Another ledger's keys would sign checkpoints that nobody believes.
        let other = try RunningLedger()
        #expect(other.stop() == 0)
        let foreign = try RunningLedger.run(
            "authledger",
            [
                "serve", "--ledger", ledger.ledger, "--keys", "\(other.ledger).keys", "--listen", "127.0.0.1:0",
                "--base-url", "http://127.0.0.1:1",
            ])
        expectRefusal(foreign, status: 3, says: "--keys")
        try ledger.verifyWholeLedger()
    }

    @Test func `a command line that makes no sense is exit 2 and one sentence that names the help`() throws {
        let rows: [(program: String, arguments: [String], says: String)] = [
            ("authledger", [], "--help"),
            ("authledger", ["dance"], "dance"),
            ("authledger", ["--dance"], "--dance"),
            ("authledger", ["init"], "--"),
            ("authledger", ["init", "--ledger", "/nonexistent/x", "--origin", "https://a.example"], "--origin"),
            ("authledger", ["init", "--ledger", "/nonexistent/x", "--origin", "a b"], "--origin"),
            ("authledger", ["serve"], "--ledger"),
            ("authledger", ["serve", "--ledger"], "--ledger"),
            ("authledger", ["serve", "--lodger", "x"], "--lodger"),
            (
                "authledger", ["serve", "--ledger", "x", "--listen", "1234", "--base-url", "https://a.example"],
                "--listen"
            ),
            (
                "authledger",
                ["serve", "--ledger", "x", "--listen", "127.0.0.1:99999", "--base-url", "https://a.example"], "--listen"
            ),
            (
                "authledger", ["serve", "--ledger", "x", "--listen", "127.0.0.1:0", "--base-url", "ftp://a.example"],
                "--base-url"
            ),
            (
                "authledger",
                [
                    "serve", "--ledger", "x", "--listen", "127.0.0.1:0", "--base-url", "https://a.example",
                    "--throttle-user", "ten",
                ], "--throttle-user"
            ),
            (
                "authledger",
                ["serve", "--ledger", "x", "--listen", "127.0.0.1:0", "--base-url", "https://a.example", "extra"],
                "extra"
            ),
            ("authaudit", [], "--help"),
            ("authaudit", ["verify"], "--ledger"),
            ("authaudit", ["verify", "--ledger", "x", "--vkey", "rubbish"], "--vkey"),
            ("authaudit", ["history", "--ledger", "x", "--from", "yesterday"], "--from"),
            ("authaudit", ["history", "--ledger", "x", "--type", "no.such"], "--type"),
            ("authaudit", ["chain", "--ledger", "x"], "--"),
        ]
        for row in rows {
            expectRefusal(try RunningLedger.run(row.program, row.arguments), status: 2, says: row.says)
        }
    }

    @Test func `a config file has the long names of options, the command line wins, and strange members are refused`()
        throws
    {
        let scene = try Scene()
        #expect(scene.ledger.stop() == 0)
        func config(_ text: String) throws -> String {
            let file = scene.ledger.folder.appendingPathComponent("config.json")
            try Data(text.utf8).write(to: file)
            return file.path
        }
        let whole = #""ledger":"\#(scene.ledger.ledger)","listen":"127.0.0.1:0","base-url":"https://wrong.example""#
        let rows: [(text: String, status: Int32, says: String)] = [
            (#"{"ledgr":"x"}"#, 2, "ledgr"),
            (#"{"config":"x"}"#, 2, "config"),
            (#"{"quiet":"yes"}"#, 2, "quiet"),
            (#"{"ledger":true}"#, 2, "ledger"),
            (#"{"ledger":"a","ledger":"b"}"#, 2, "config"),
            ("[]", 2, "JSON object"),
            ("{", 2, "JSON object"),
            // Its own base URL is read: it is the one that does not fit.
            ("{\(whole)}", 2, "--base-url"),
        ]
        for row in rows {
            let finished = try RunningLedger.run("authledger", ["serve", "--config", try config(row.text)])
            expectRefusal(finished, status: row.status, says: row.says)
        }
        let missing = try RunningLedger.run("authledger", ["serve", "--config", "/nonexistent/config.json"])
        expectRefusal(missing, status: 3, says: "/nonexistent/config.json")
        // The command line wins over every member.
        _ = try config(#"{"listen":"127.0.0.1:1","base-url":"https://wrong.example","throttle-user":"2/60"}"#)
        let configured = scene.ledger.folder.appendingPathComponent("config.json").path
        try scene.ledger.start(adding: ["--config", configured])
        for _ in 0..<2 { _ = try scene.ledger.token(scene.app, "bob", "falsch") }
        _ = try scene.ledger.token(scene.app, "bob", "falsch")
        #expect(try scene.ledger.lastReason() == "user_throttled")
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `every command explains itself, and says its version`() throws {
        for (program, commands) in [
            ("authledger", ["init", "serve", "version"]), ("authaudit", ["verify", "history", "chain"]),
        ] {
            let help = try RunningLedger.run(program, ["--help"])
            #expect(help.status == 0 && help.talk.isEmpty)
            for command in commands {
                #expect(help.output.contains("\n  \(command)"), "\(program) \(command)")
                let own = try RunningLedger.run(program, [command, "--help"])
                #expect(own.status == 0 && own.talk.isEmpty)
                #expect(own.output.hasPrefix("usage: \(program) \(command)"), "\(program) \(command)")
            }
            let version = try RunningLedger.run(program, ["--version"])
            #expect(version.status == 0)
            #expect(version.output.wholeMatch(of: /[a-z]+ \d+\.\d+\.\d+\n/) != nil)
        }
        #expect(try RunningLedger.run("authledger", ["version"]).output.hasPrefix("authledger "))
    }

    @Test func `init makes what only its owner can read, shows the key once, and overwrites nothing`() throws {
        let ledger = try RunningLedger()
        let names = try FileManager.default.subpathsOfDirectory(atPath: ledger.folder.path)
        #expect(names.contains { $0.hasPrefix("ledger.db.keys/") })
        for name in names where name.hasPrefix("ledger.db") {
            let path = ledger.folder.appendingPathComponent(name).path
            var facts = stat()
            #expect(stat(path, &facts) == 0)
            let isFolder = facts.st_mode & S_IFMT == S_IFDIR
            #expect(facts.st_mode & 0o777 == (isFolder ? 0o700 : 0o600), "\(name)")
        }
        let before = try Data(contentsOf: URL(fileURLWithPath: "\(ledger.ledger).keys/checkpoint"))
        let again = try RunningLedger.run(
            "authledger", ["init", "--ledger", ledger.ledger, "--origin", "test.example/other"])
        expectRefusal(again, status: 3, says: "ledger.db")
        #expect(try Data(contentsOf: URL(fileURLWithPath: "\(ledger.ledger).keys/checkpoint")) == before)
        let nowhere = try RunningLedger.run(
            "authledger", ["init", "--ledger", "/nonexistent/ledger.db", "--origin", "test.example/other"])
        expectRefusal(nowhere, status: 3, says: "/nonexistent/ledger.db")
        try ledger.verifyWholeLedger()
    }

    /// The exit status, nothing on standard output, one line that says what is wrong.
    private func expectRefusal(
        _ finished: RunningLedger.Finished, status: Int32, says: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(finished.status == status, "\(finished.talk)", sourceLocation: sourceLocation)
        #expect(finished.output.isEmpty, sourceLocation: sourceLocation)
        let lines = finished.talk.split(separator: "\n")
        #expect(lines.count == 1, "\(finished.talk)", sourceLocation: sourceLocation)
        #expect(finished.talk.contains(says), "\(finished.talk) should say \(says)", sourceLocation: sourceLocation)
    }
}
