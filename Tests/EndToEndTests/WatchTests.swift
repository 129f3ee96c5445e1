import CommandLineTools
import EventLog
import Foundation
import LedgerAudit
import LedgerCrypto
import Testing

@testable import authledger

/// `authledger watch`: it rings when a log does not go on from what it showed before, and for nothing else.
@Suite struct WatchTests {
    private let folder: URL
    private let log: ForkingLog

    init() throws {
        folder = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent("watch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        log = try ForkingLog()
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func verified(_ note: SignedNote) throws -> VerifiedCheckpoint {
        try VerifiedCheckpoint(note, origin: ForkingLog.origin, logKeys: [log.vkey])
    }

    private func look(after last: VerifiedCheckpoint?) throws -> Watching.Look {
        try Watching(key: log.vkey, log: log).look(after: last)
    }

    @Test func `a log that grows goes on, whatever the sizes`() throws {
        var last: VerifiedCheckpoint?
        for size in [1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 700, 1_024, 5_000, 70_000] {
            log.grow(to: size)
            let look = try look(after: last)
            guard case .goesOn(let newest) = look else {
                Issue.record("\(size): \(look)")
                return
            }
            #expect(newest.checkpoint.size == UInt64(size))
            last = newest
            #expect(try self.look(after: last) == .nothingNew(newest))
        }
    }

    @Test func `an older checkpoint of the same log is nothing new`() throws {
        log.grow(to: 300)
        let last = try verified(log.note())
        log.checkpoint = try log.note(size: 260)
        #expect(try look(after: last) == .nothingNew(last))
    }

    @Test(arguments: [(300, 300), (300, 301), (300, 900), (257, 600), (1, 2), (256, 512), (300, 200), (300, 40)])
    func `another history is proved by a file that anybody can check`(_ old: Int, _ new: Int) throws {
        log.grow(to: old)
        let last = try verified(log.note())
        if new < old {
            // It shows less than before, of another history, while it still serves the old tree.
            let fork = try ForkingLog()
            fork.grow(to: new, branch: "fork")
            let root = try RightEdge(size: UInt64(new), from: LeafHashes(fork.leaves)).root
            log.checkpoint = try Checkpoint(origin: ForkingLog.origin, size: UInt64(new), root: root)
                .signed(by: log.signer)
        } else {
            log.leaves = []
            log.grow(to: new, branch: "fork")
        }
        let look = try look(after: last)
        guard case .misbehaves(let found) = look else {
            Issue.record("\(look)")
            return
        }
        let (older, newer) = try found.verify(CheckpointKeyring([log.vkey]))
        #expect(older.size == UInt64(min(old, new)) && newer.size == UInt64(max(old, new)))
    }

    @Test func `a log that went back, or whose tree fits nothing, rings without such a proof`() throws {
        log.grow(to: 300)
        let last = try verified(log.note())
        log.leaves = []
        log.grow(to: 100, branch: "fork")
        guard case .broken(_, let because) = try look(after: last) else {
            Issue.record("it did not ring")
            return
        }
        #expect(because.contains("100 events, after it showed 300"))
        log.withholdsTiles = true
        log.grow(to: 400, branch: "fork")
        guard case .broken(_, let other) = try look(after: last) else {
            Issue.record("it did not ring")
            return
        }
        #expect(other.contains("serves no tree"))
    }

    @Test func `a checkpoint of another key or another log rings at the first look`() throws {
        log.grow(to: 5)
        let other = try ForkingLog()
        other.grow(to: 5)
        log.checkpoint = try other.note()
        guard case .broken(_, let because) = try look(after: nil) else {
            Issue.record("it did not ring")
            return
        }
        #expect(because.contains("is not signed by the log's key"))
    }

    @Test func `what cannot be reached says nothing about the log`() throws {
        log.grow(to: 5)
        log.fault = .unreachable("there was no answer")
        #expect(throws: WatchFault.self) { _ = try look(after: nil) }
        log.fault = nil
        log.checkpoint = try SignedNote(text: Array("no checkpoint\n".utf8))
        #expect(throws: WatchFault.self) { _ = try look(after: nil) }
    }

    // MARK: The command

    private func command(_ arguments: String...) throws -> WatchCommand {
        let all =
            ["watch", "--server", "http://127.0.0.1:1", "--vkey", log.vkey.text, "--state", path("state")] + arguments
        guard case .run(_, let parsed) = try Main.program.invocation(all) else {
            throw Probe.Failed(reason: "no command")
        }
        return try WatchCommand(parsed)
    }

    @Test func `when it rings it keeps its memory, and authaudit accepts the proof`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        log.grow(to: 300)
        #expect(try await command("--once").run(Console(), log) == .fine)
        let before = try Data(contentsOf: URL(fileURLWithPath: path("state")))
        log.leaves = []
        log.grow(to: 400, branch: "fork")
        for _ in 0..<2 { #expect(try await command("--once").run(Console(), log) == .finding) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path("state"))) == before)
        let proof = path("state.misbehaviour")
        // The second ring found the first one's file.
        #expect(!FileManager.default.fileExists(atPath: proof + ".1"))
        let checked = try RunningLedger.run("authaudit", ["prove", "--check", proof, "--vkey", log.vkey.text])
        #expect(
            checked.status == 0 && checked.output.contains("is not the beginning of the log of 400"),
            "\(checked.output)\(checked.talk)")
        // It follows a log until it rings.
        log.grow(to: 410, branch: "fork")
        #expect(try await command("--interval", "1").run(Console(), log) == .finding)
        #expect(FileManager.default.fileExists(atPath: proof + ".1"))
        log.fault = .unreachable("there was no answer")
        #expect(try await command("--once").run(Console(), log) == .impossible)
    }

    @Test func `it follows a service over restarts, and rings for another ledger under the same key`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let ledger = try RunningLedger()
        func watch() throws -> RunningLedger.Finished {
            try RunningLedger.run(
                "authledger",
                ["watch", "--server", ledger.baseURL, "--vkey", ledger.vkey, "--state", path("state"), "--once"])
        }
        let first = try watch()
        #expect(first.status == 0 && first.output.hasPrefix("2 events"), "\(first.output)\(first.talk)")
        #expect(ledger.stop() == 0)
        #expect(try watch().status == 3)
        let old = try Data(contentsOf: URL(fileURLWithPath: ledger.ledger))
        for (name, branch) in [("one", "a"), ("two", "b")] {
            try old.write(to: URL(fileURLWithPath: ledger.ledger))
            try ledger.start()
            try ledger.environment(name)
            try ledger.environment(branch)
            usleep(1_100_000)
            let result = try watch()
            #expect(ledger.stop() == 0)
            if name == "one" {
                #expect(result.status == 0, "\(result.output)\(result.talk)")
                for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: ledger.ledger + suffix) }
            } else {
                #expect(result.status == 1 && result.talk.contains("signed"), "\(result.output)\(result.talk)")
                #expect(result.talk.split(separator: "\n").count == 1)
            }
        }
        let proof = try RunningLedger.run(
            "authaudit", ["prove", "--check", path("state.misbehaviour"), "--vkey", ledger.vkey])
        #expect(proof.status == 0, "\(proof.output)\(proof.talk)")
    }

    @Test(arguments: [
        (["--server", "x", "--vkey", "KEY", "--state", "s"], "is not an http or https URL"),
        (["--server", "http://127.0.0.1:1?x", "--vkey", "KEY", "--state", "s"], "is not an http or https URL"),
        (["--server", "http://127.0.0.1:1", "--vkey", "x", "--state", "s"], "is not a log's vkey"),
        (
            ["--server", "http://127.0.0.1:1", "--vkey", "KEY", "--state", "s", "--interval", "0"],
            "is not a number of seconds"
        ),
        (["--server", "http://127.0.0.1:1", "--vkey", "KEY"], "--state is missing"),
    ])
    func `wrong usage is said in one sentence`(_ arguments: [String], _ says: String) throws {
        let result = try RunningLedger.run(
            "authledger", ["watch"] + arguments.map { $0 == "KEY" ? log.vkey.text : $0 })
        #expect(result.status == 2 && result.talk.contains(says), "\(result.status) \(result.talk)")
    }

    @Test func `a state of another log is no memory`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("x".utf8).write(to: folder.appendingPathComponent("state"))
        let result = try RunningLedger.run(
            "authledger",
            ["watch", "--server", "http://127.0.0.1:1", "--vkey", log.vkey.text, "--state", path("state"), "--once"])
        #expect(result.status == 3 && result.talk.contains("move this one away"), "\(result.talk)")
    }
}
