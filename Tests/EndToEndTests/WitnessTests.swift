import AuthorizationService
import EventLog
import Foundation
import Glibc
import LedgerCrypto
import LedgerTestSupport
import Testing

@testable import authledger

/// `authledger witness`: it never signs two histories, whatever is sent to it and whenever it dies.
@Suite struct WitnessTests {
    private let folder: URL

    init() throws {
        folder = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent("witness-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    @Test(.enabled(if: Witness.hasPython, "python3 is not on the path: nothing independent asks the witness"))
    func `a log that shares no code with it gets every answer of the specification`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let key = try Ed25519PrivateKey.generate()
        let seed = try key.seed().withUnsafeBytes { Hex.encode($0) }
        try Data(seed.utf8).write(to: folder.appendingPathComponent("seed"))
        let name = try #require(NoteName("log.example/python"))
        let witness = try RunningWitness(
            in: folder, logs: [NoteSigner(name: name, privateKey: key).verifierKey.text])
        let script = Vectors.packageFolder.appendingPathComponent("Tests/EndToEndTests/Witness/tlog_log.py").path
        let verdict = try PythonWitness.run(script: script, [witness.url, path("seed"), witness.vkey])
        #expect(verdict.status == 0, "\(verdict.output)\(verdict.talk)")
        #expect(witness.program.stop() == 0)
    }

    @Test func `killed at any moment, it remembers every size that it signed`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = try ForkingLog()
        log.grow(to: 6_000)
        let fork = try ForkedFrom(log, at: 0)
        let witness = try RunningWitness(in: folder, logs: [log.vkey.text])
        let first = try Probe.send(
            "POST", "/add-checkpoint", to: witness.port, body: try log.submission(from: 0, to: 1).bytes)
        try #require(first.status == 200)
        var (known, answered, seed) = (1, 0, UInt64(0x5eed))
        for round in 0..<12 {
            let stop = Meanwhile { [process = witness.program.process.processIdentifier, seed] in
                usleep(UInt32(3_000 + (seed >> 33) % 60_000))
                kill(process, SIGKILL)
            }
            while known < 5_900 {
                let body = try log.submission(from: known, to: known + 1).bytes
                guard let answer = try? Probe.send("POST", "/add-checkpoint", to: witness.port, body: body) else {
                    break
                }
                try #require(answer.status == 200, "round \(round), size \(known): \(answer.status) \(answer.text)")
                known += 1
                answered += 1
            }
            _ = stop.value()
            witness.program.kill9()
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            try witness.restart()
            // What it says it signed is no less than what was received; one answer may have been lost on the way.
            let wrong = try log.submission(from: 0, to: 5_999).bytes
            let conflict = try Probe.send("POST", "/add-checkpoint", to: witness.port, body: wrong)
            try #require(conflict.status == 409, "\(conflict.text)")
            let size = try #require(ConflictingSize.size(in: conflict.body))
            #expect(size == UInt64(known) || size == UInt64(known) + 1, "round \(round)")
            known = Int(size)
            // And it does not sign another history of that size, nor one that goes on from it.
            for new in [known, known + 7] {
                let answer = try Probe.send(
                    "POST", "/add-checkpoint", to: witness.port, body: try fork.submission(from: known, to: new).bytes)
                #expect(answer.status == 409 || answer.status == 422, "\(answer.status)")
            }
        }
        #expect(answered > 12)
    }

    /// The same key's other history.
    private struct ForkedFrom {
        let log: ForkingLog
        let leaves: [SHA256Digest]

        init(_ log: ForkingLog, at size: Int) throws {
            self.log = log
            leaves = log.leaves.enumerated().map { $0 < size ? $1 : SHA256.leafHash(Array("fork \($0)".utf8)) }
        }

        func submission(from old: Int, to new: Int) throws -> CheckpointSubmission {
            let source = LeafHashes(leaves)
            let proof = try ConsistencyProof(oldSize: UInt64(old), newSize: UInt64(new), from: source).hashes
            let root = try RightEdge(size: UInt64(new), from: source).root
            let note = try Checkpoint(origin: ForkingLog.origin, size: UInt64(new), root: root).signed(by: log.signer)
            return CheckpointSubmission(oldSize: UInt64(old), proof: proof, checkpoint: note)
        }
    }

    // MARK: In this process

    private final class File: CosignedFile, @unchecked Sendable {
        // Safe to share: one test, one thread.
        var bytes: [UInt8]?
        var isBroken = false

        func read() throws -> [UInt8]? { bytes }
        func write(_ new: [UInt8]) throws {
            if isBroken { throw AtomicFile.Failure(description: "the disk is full") }
            bytes = new
        }
    }

    private func witnessed(_ log: ForkingLog, _ file: File, _ cosigner: Cosigner) throws -> WitnessedLog {
        try WitnessedLog(origin: ForkingLog.origin, keys: [log.vkey], cosigner: cosigner, file: file)
    }

    private func cosigner() throws -> Cosigner {
        Cosigner(name: try #require(NoteName("witness.example/w")), privateKey: try .generate())
    }

    @Test func `what cannot be kept is not signed, and nothing is signed afterwards before a restart`() throws {
        let (log, file, cosigner) = (try ForkingLog(), File(), try cosigner())
        log.grow(to: 20)
        let witness = try witnessed(log, file, cosigner)
        _ = try witness.cosign(try log.submission(from: 0, to: 5), now: 100)
        file.isBroken = true
        #expect(throws: WitnessedLog.Refusal.notKept("the disk is full")) {
            _ = try witness.cosign(try log.submission(from: 5, to: 9), now: 101)
        }
        file.isBroken = false
        #expect(throws: WitnessedLog.Refusal.notKept("the disk is full")) {
            _ = try witness.cosign(try log.submission(from: 5, to: 9), now: 102)
        }
        let again = try witnessed(log, file, cosigner)
        _ = try again.cosign(try log.submission(from: 5, to: 9), now: 103)
    }

    @Test func `a clock that was set back takes no time back, over a restart too`() throws {
        let (log, file, cosigner) = (try ForkingLog(), File(), try cosigner())
        log.grow(to: 20)
        var witness = try witnessed(log, file, cosigner)
        func time(_ line: [UInt8], _ size: Int) throws -> UInt64? {
            var note = try log.note(size: size)
            try note.append(try #require(note.cosignature(of: cosigner.verifierKey, in: line)))
            return try note.verify(with: [cosigner.verifierKey]).first?.time
        }
        #expect(try time(try witness.cosign(try log.submission(from: 0, to: 5), now: 100), 5) == 100)
        #expect(try time(try witness.cosign(try log.submission(from: 5, to: 6), now: 50), 6) == 100)
        witness = try witnessed(log, file, cosigner)
        #expect(try time(try witness.cosign(try log.submission(from: 6, to: 7), now: 50), 7) == 100)
    }

    @Test func `a state that was damaged, or is another witness's, is not begun anew`() throws {
        let (log, file, cosigner) = (try ForkingLog(), File(), try cosigner())
        log.grow(to: 20)
        _ = try witnessed(log, file, cosigner).cosign(try log.submission(from: 0, to: 5), now: 100)
        let whole = try #require(file.bytes)
        for bad in [[], Array(whole.dropLast()), Array(whole.prefix(40)), whole + whole] {
            file.bytes = bad
            #expect(throws: WitnessFolder.Failure.self) { _ = try witnessed(log, file, cosigner) }
        }
        file.bytes = whole
        #expect(throws: WitnessFolder.Failure.self) { _ = try witnessed(log, file, try self.cosigner()) }
        #expect(throws: WitnessFolder.Failure.self) {
            _ = try WitnessedLog(
                origin: ForkingLog.origin, keys: [try ForkingLog().vkey], cosigner: cosigner, file: file)
        }
    }

    @Test func `what others add to a checkpoint is not kept with it`() throws {
        let (log, file, cosigner) = (try ForkingLog(), File(), try cosigner())
        log.grow(to: 20)
        let stranger = NoteSigner(
            name: try #require(NoteName("stranger")), privateKey: try .generate())
        var note = try log.note(size: 5)
        for _ in 0..<50 { try note.append(stranger.sign(note)) }
        _ = try witnessed(log, file, cosigner).cosign(
            CheckpointSubmission(oldSize: 0, proof: [], checkpoint: note), now: 100)
        #expect(try SignedNote(parsing: try #require(file.bytes)).signatures.count == 2)
    }

    // MARK: The command

    @Test func `what cannot be done is said in one sentence`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let log = try ForkingLog()
        let state = path("w")
        func run(_ arguments: String...) throws -> RunningLedger.Finished {
            try RunningLedger.run("authledger", ["witness"] + arguments)
        }
        #expect(try run("init", "--state", state, "--name", "w.example").status == 0)
        let serve = ["--state", state, "--listen", "127.0.0.1:0", "--log-vkey", log.vkey.text]
        for (arguments, status, says) in [
            (["init", "--state", state, "--name", "w.example"], Int32(3), "is there already"),
            (["init", "--state", path("x"), "--name", "w example"], 2, "is not a name"),
            (["init", "--state", path("x")], 2, "--name is missing"),
            (["other", "--state", state], 2, "no 'other'"),
            (["--state", state, "--listen", "127.0.0.1:0"], 2, "--log-vkey is missing"),
            (["--state", state, "--log-vkey", log.vkey.text], 2, "--listen is missing"),
            (["--state", state, "--listen", "here", "--log-vkey", log.vkey.text], 2, "is not HOST:PORT"),
            (["--state", state, "--listen", "127.0.0.1:0", "--log-vkey", "x"], 2, "is not a log's vkey"),
            (
                ["--state", path("absent"), "--listen", "127.0.0.1:0", "--log-vkey", log.vkey.text], 3,
                "holds no witness"
            ),
        ] {
            let result = try RunningLedger.run("authledger", ["witness"] + arguments)
            #expect(result.status == status && result.talk.contains(says), "\(result.status) \(result.talk)")
            #expect(result.talk.split(separator: "\n").count == 1, "\(result.talk)")
        }
        // One at a time.
        let first = try Background("authledger", ["witness"] + serve)
        try first.wait(until: " on 127.0.0.1:")
        let second = try RunningLedger.run("authledger", ["witness"] + serve)
        #expect(second.status == 3 && second.talk.contains("Another witness"), "\(second.talk)")
        first.stop()
        // A damaged state, and a key that others may read.
        let file = state + "/logs/" + WitnessFolder.name(of: ForkingLog.origin)
        try Data("x".utf8).write(to: URL(fileURLWithPath: file))
        let damaged = try RunningLedger.run("authledger", ["witness"] + serve)
        #expect(damaged.status == 1 && damaged.talk.contains("Nothing is signed"), "\(damaged.talk)")
        try FileManager.default.removeItem(atPath: file)
        chmod(state + "/key", 0o644)
        let exposed = try RunningLedger.run("authledger", ["witness"] + serve)
        #expect(exposed.status == 1, "\(exposed.talk)")
    }

    // MARK: With a service

    private func policy(_ ledger: RunningLedger, _ lines: String) throws -> String {
        let file = ledger.folder.appendingPathComponent("policy")
        try Data("log \(ledger.vkey)\n\(lines)".utf8).write(to: file)
        return file.path
    }

    private func receipt(_ ledger: RunningLedger, _ position: Int, _ query: String = "?quorum=1") throws -> Probe.Answer
    {
        try Probe.send(
            "GET", "/ledger/receipts/\(position)\(query)", to: ledger.port,
            fields: ["Authorization": "Bearer \(ledger.operatorKey)"])
    }

    @Test(.enabled(if: Witness.hasPython, "python3 is not on the path: there is no witness that is not ours"))
    func `a quorum of our witness and one that shares no code with it cosigns what a service signs`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let ledger = try RunningLedger()
        #expect(ledger.stop() == 0)
        let script = Vectors.packageFolder.appendingPathComponent("Tests/EndToEndTests/Witness/tlog_witness.py").path
        let other = try Background(try Witness.python.get(), [script, ledger.vkey])
        try other.wait(until: "vkey")
        let facts = try JSONSerialization.jsonObject(with: Data(other.output.utf8)) as? [String: Any] ?? [:]
        let (port, vkey) = (try #require(facts["port"] as? Int), try #require(facts["vkey"] as? String))
        let ours = try RunningWitness(in: folder, logs: [ledger.vkey])
        let file = try policy(
            ledger,
            """
            witness ours \(ours.vkey) \(ours.url)
            witness python \(vkey) http://127.0.0.1:\(port)/w
            group both all ours python
            quorum both

            """)
        try ledger.start(adding: ["--witness-policy", file])
        #expect(try eventually { try receipt(ledger, 1).status == 200 }, "\(ledger.serviceLog)")
        try ledger.environment("prod")
        #expect(try receipt(ledger, 3).status == 503)
        #expect(try eventually { try receipt(ledger, 3).status == 200 }, "\(ledger.serviceLog)")
        let proof = try Receipt(parsing: Array(try receipt(ledger, 3).text.utf8))
        let cosigners = [try VerifierKey(ours.vkey), try VerifierKey(vkey)]
        let verified = try VerifiedCheckpoint(
            proof.checkpoint, origin: "test.example/ledger", logKeys: [try VerifierKey(ledger.vkey)],
            cosigners: cosigners,
            quorum: 2)
        #expect(verified.checkpoint.size >= 4)
        let shown = try SignedNote(
            parsing: Array(try Probe.send("GET", "/ledger/checkpoint", to: ledger.port).body))
        #expect(try shown.verify(with: cosigners).count == 2)

        // One of them goes: receipts wait for it, and issuing and plain receipts do not.
        ours.program.kill9()
        try ledger.environment("sandbox")
        let newest = try ledger.events().count - 1
        #expect(try receipt(ledger, newest).status == 503)
        #expect(try receipt(ledger, newest, "").status == 200)
        try ledger.environment("third")
        try ours.restart()
        // A restart remembers the quorum's checkpoint, and asks again what it missed.
        #expect(ledger.stop() == 0)
        try ledger.start(adding: ["--witness-policy", file])
        #expect(try receipt(ledger, 3).status == 200)
        #expect(try eventually { try receipt(ledger, newest).status == 200 }, "\(ledger.serviceLog)")
        try ledger.verifyWholeLedger()
    }

    @Test func `a service whose ledger was rolled back behind its witnesses does not start`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let ledger = try RunningLedger()
        #expect(ledger.stop() == 0)
        let old = try Data(contentsOf: URL(fileURLWithPath: ledger.ledger))
        let witness = try RunningWitness(in: folder, logs: [ledger.vkey])
        let file = try policy(ledger, "witness w \(witness.vkey) \(witness.url)\nquorum w\n")
        try ledger.start(adding: ["--witness-policy", file])
        try ledger.environment("prod")
        #expect(try eventually { try receipt(ledger, 3).status == 200 })
        #expect(ledger.stop() == 0)
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: ledger.ledger + suffix) }
        try old.write(to: URL(fileURLWithPath: ledger.ledger))
        #expect(throws: (any Error).self) { try ledger.start(adding: ["--witness-policy", file]) }
        #expect(ledger.process.terminationStatus == 1)
        #expect(ledger.serviceLog.contains("it was rolled back or changed"), "\(ledger.serviceLog)")
        // Without its own memory it starts, and the witness says aloud what happened.
        try FileManager.default.removeItem(atPath: ledger.ledger + ".witnessed")
        try ledger.start(adding: ["--witness-policy", file])
        #expect(eventually { ledger.serviceLog.contains("ALARM") }, "\(ledger.serviceLog)")
        #expect(try receipt(ledger, 1).status == 503)
    }

    @Test(arguments: [
        ("", Int32(2), "no quorum line"), ("quorum none\nquorum none\n", 2, "Line 3"),
        ("witness w KEY\nquorum w\n", 3, "have a URL"),
        ("witness w KEY ftp://x\nquorum w\n", 3, "no http or https URL"),
    ])
    func `a policy that cannot work is refused at the start`(_ lines: String, _ status: Int32, _ says: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let ledger = try RunningLedger()
        #expect(ledger.stop() == 0)
        let file = try policy(ledger, lines.replacing("KEY", with: try cosigner().verifierKey.text))
        #expect(throws: (any Error).self) { try ledger.start(adding: ["--witness-policy", file]) }
        #expect(ledger.process.terminationStatus == status, "\(ledger.serviceLog)")
        #expect(ledger.serviceLog.contains(says), "\(ledger.serviceLog)")
    }
}
