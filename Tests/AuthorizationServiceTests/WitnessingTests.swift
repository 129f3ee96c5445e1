import AuthorizationCore
import AuthorizationService
import EventLog
import HTTPMessages
import LedgerCrypto
import Testing
import Threads

@testable import AuthorizationService

/// A witness in memory, by the rules of tlog-witness, and the ways in which one can fail.
final class MemoryWitness: Sendable {
    struct State: Sendable {
        var last = WitnessedTree.nothing
        var asked: [UInt64] = []
        /// Answers instead of the rules.
        var instead: WitnessAnswer?
        /// Signs as somebody else.
        var signsWrongly = false
    }

    let cosigner: Cosigner
    private let logKey: VerifierKey
    let state = Locked(State())

    init(_ name: String, of logKey: VerifierKey) throws {
        cosigner = Cosigner(name: try #require(NoteKeyName(name)), privateKey: try .generate())
        self.logKey = logKey
    }

    func answer(_ body: [UInt8]) -> WitnessAnswer {
        state.withLock { state in
            guard let submission = CheckpointSubmission(parsing: body) else {
                return .answered(status: 400, contentType: nil, body: [])
            }
            state.asked.append(submission.oldSize)
            if let instead = state.instead { return instead }
            do throws(WitnessRefusal) {
                let verified = try submission.judged(
                    origin: logKey.name.text, logKeys: [logKey], after: state.last)
                state.last = WitnessedTree(size: verified.checkpoint.size, root: verified.checkpoint.root)
                let line = try? cosigner.cosign(submission.checkpoint, time: state.signsWrongly ? 1 : 2).line
                var bytes = line ?? []
                // A signature over something else: the last character before the padding decides nothing else.
                if state.signsWrongly { bytes[bytes.count - 8] = bytes[bytes.count - 8] == 0x41 ? 0x42 : 0x41 }
                return .answered(status: 200, contentType: "text/plain", body: bytes)
            } catch {
                switch error {
                case .conflict(let size), .otherRoot(let size):
                    return .answered(
                        status: 409, contentType: ConflictingSize.mediaType, body: ConflictingSize.bytes(size))
                default: return .answered(status: error.status, contentType: nil, body: [])
                }
            }
        }
    }
}

final class MemoryCosignedFile: CosignedFile {
    struct Broken: Error {}
    let bytes: Locked<[UInt8]?>
    let isBroken = Locked(false)

    init(_ bytes: [UInt8]? = nil) { self.bytes = Locked(bytes) }

    func read() throws -> [UInt8]? { bytes.withLock { $0 } }
    func write(_ new: [UInt8]) throws {
        if isBroken.withLock({ $0 }) { throw Broken() }
        bytes.withLock { $0 = new }
    }
}

@Suite struct WitnessingTests {
    let service: DoorsService
    let witnesses: [MemoryWitness]
    let auditor: HTTPFields
    let said = Locked<[String]>([])

    init() throws {
        let service = try DoorsService()
        let key = try DoorsService.verifierKey(service.keys)
        self.service = service
        witnesses = try (0..<3).map { try MemoryWitness("witness.example/\($0)", of: key) }
        auditor = try service.addOperator(1, roles: [.auditor]).1
        service.store.addLeaves(5)
    }

    private func setup(
        _ rule: String = "2", file: MemoryCosignedFile = MemoryCosignedFile(), more: String = "", urls: Bool = true
    ) throws -> WitnessSetup {
        var text = more
        for (number, witness) in witnesses.enumerated() {
            text += "witness w\(number) \(witness.cosigner.verifierKey)\(urls ? " https://w/\(number)/" : "")\n"
        }
        text += rule == "none" ? "quorum none\n" : "group g \(rule) w0 w1 w2\nquorum g\n"
        let (witnesses, said) = (witnesses, said)
        return WitnessSetup(
            policy: try WitnessPolicy(parsing: Array(text.utf8)),
            post: { url, body in
                #expect(url.hasSuffix("/add-checkpoint") && !url.contains("//add"))
                let number = url.split(separator: "/").dropLast().last.flatMap { Int($0) } ?? 0
                return witnesses[number].answer(body)
            }, file: file, say: { line in said.withLock { $0.append(line) } })
    }

    /// Runs until the condition holds; false when it does not in a while.
    private func run(_ witnessing: Witnessing, until condition: () async throws -> Bool) async rethrows -> Bool {
        let running = Task { await witnessing.run() }
        defer { running.cancel() }
        return try await eventually(condition)
    }

    private func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
        for _ in 0..<500 {
            if try await condition() { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    private func engaged(_ setup: WitnessSetup) async throws -> Witnessing {
        let witnessing = try await Witnessing(setup, service.context, service.releaser)
        service.ledger.witnessing.withLock { $0 = witnessing }
        return witnessing
    }

    private func receipt(_ position: Int) async throws -> HTTPResponse {
        try await service.ledger("/ledger/receipts/\(position)?quorum=1", fields: auditor)
    }

    @Test func `a witnessed receipt carries the quorum's cosignatures, and there is no other`() async throws {
        let witnessing = try await engaged(try setup())
        let before = try await receipt(1)
        #expect(before.status == 503 && before.fields.first("Retry-After") == "1")
        #expect(String(decoding: before.body, as: UTF8.self).contains("not_witnessed"))
        // Without being asked for witnesses, a receipt is there at once.
        #expect(try await service.ledger("/ledger/receipts/1", fields: auditor).status == 200)
        #expect(try await run(witnessing) { try await receipt(1).status == 200 })
        let answer = try await receipt(1)
        let proof = try Receipt(parsing: answer.body)
        let verified = try VerifiedCheckpoint(
            proof.checkpoint, origin: DoorsService.origin, logKeys: [DoorsService.verifierKey(service.keys)],
            cosigners: witnesses.map { $0.cosigner.verifierKey }, quorum: 2)
        #expect(verified.cosignatures.count >= 2)
    }

    @Test func `an event that no witness has seen yet has no witnessed receipt`() async throws {
        let witnessing = try await engaged(try setup())
        let running = Task { await witnessing.run() }
        defer { running.cancel() }
        #expect(await eventually { witnessing.cosigned(covering: 3) != nil })
        service.store.addLeaves(10)
        let newest = Int(try service.issueToken(to: AppID(bits: 5)).value)
        service.pass(milliseconds: 2_000)
        #expect(try await receipt(newest).status == 503)
        #expect(try await receipt(1).status == 200)
        // Asking for it is what has it sent: the next interval is seconds away.
        #expect(try await eventually { try await receipt(newest).status == 200 })
    }

    @Test func `one witness that fails does not keep two from being a quorum, and two that fail do`() async throws {
        witnesses[0].state.withLock { $0.instead = .failed("connect_failed") }
        let witnessing = try await engaged(try setup())
        let running = Task { await witnessing.run() }
        defer { running.cancel() }
        #expect(await eventually { witnessing.cosigned(covering: 3) != nil })
        witnesses[1].state.withLock { $0.instead = .answered(status: 500, contentType: nil, body: []) }
        service.store.addLeaves(10)
        let newest = Int(try service.issueToken(to: AppID(bits: 5)).value)
        service.pass(milliseconds: 2_000)
        #expect(try await !eventually { try await receipt(newest).status == 200 })
        #expect(witnesses[2].state.withLock { $0.last.size } == UInt64(newest) + 1)
        // Issuing and plain receipts go on.
        #expect(try await service.ledger("/ledger/receipts/\(newest)", fields: auditor).status == 200)
        #expect(said.withLock { $0 }.count { $0.contains("'w0' did not cosign") } == 1)
        // Once it is back, it is asked again when its pause is over.
        witnesses[1].state.withLock { $0.instead = nil }
        service.pass(milliseconds: 400_000)
        #expect(try await eventually { try await receipt(newest).status == 200 })
        #expect(said.withLock { $0 }.contains { $0 == "Witness 'w1' cosigns again." })
    }

    @Test func `a signature that is not the witness's own counts for nothing`() async throws {
        for witness in witnesses.prefix(2) { witness.state.withLock { $0.signsWrongly = true } }
        let witnessing = try await engaged(try setup())
        #expect(await !run(witnessing) { witnessing.cosigned(covering: 0) != nil })
        #expect(said.withLock { $0 }.contains { $0.contains("no valid cosignature") })
    }

    @Test func `a witness that remembers another size is asked from there`() async throws {
        let witnessing = try await engaged(try setup("all"))
        #expect(await run(witnessing) { witnessing.cosigned(covering: 3) != nil })
        // A service that starts anew knows nothing of what its witnesses saw.
        let again = try await engaged(try setup("all"))
        service.store.addLeaves(10)
        service.pass(milliseconds: 2_000)
        let newest = Position(service.store.state.head.size - 1)
        #expect(await run(again) { again.cosigned(covering: newest) != nil })
        #expect(witnesses[0].state.withLock { $0.asked } == [0, 0, 7])
    }

    @Test func `a witness that saw more than the log holds is an alarm, and stops nothing`() async throws {
        witnesses[0].state.withLock {
            $0.instead = .answered(status: 409, contentType: nil, body: ConflictingSize.bytes(900))
        }
        let witnessing = try await engaged(try setup())
        #expect(await run(witnessing) { witnessing.cosigned(covering: 3) != nil })
        #expect(said.withLock { $0 }.contains { $0.hasPrefix("ALARM") && $0.contains("900 events") })
        let ahead = witnessing.metrics.first { $0.name == "authledger_witness_ahead" }
        #expect(ahead?.samples.map(\.value) == [1, 0, 0])
    }

    @Test func `a restart remembers what the quorum cosigned, and does not believe another ledger's`() async throws {
        let file = MemoryCosignedFile()
        let witnessing = try await engaged(try setup(file: file))
        #expect(await run(witnessing) { witnessing.cosigned(covering: 3) != nil })
        let again = try await Witnessing(try setup(file: file), service.context, service.releaser)
        #expect(again.cosigned(covering: 3) != nil)
        // The witnesses of another policy are not these.
        let others = try WitnessingTests()
        var strangers = try others.setup(file: file)
        strangers.policy = try others.setup().policy
        #expect(try await Witnessing(strangers, service.context, service.releaser).cosigned(covering: 3) == nil)
        let other = try DoorsService(DoorsStore(), keys: service.keys)
        var created = LedgerCreated()
        created.origin = DoorsService.origin
        created.verifierKey = try DoorsService.verifierKey(service.keys).text
        try other.store.record(.ledger(.created(created)))
        // As many events, and others; and fewer.
        await #expect(throws: WitnessSetupError.contradicts(size: 7, has: 1)) {
            _ = try await Witnessing(try setup(file: file), other.context, other.releaser)
        }
        other.store.addLeaves(20)
        await #expect(throws: WitnessSetupError.contradicts(size: 7, has: 21)) {
            _ = try await Witnessing(try setup(file: file), other.context, other.releaser)
        }
        await #expect(throws: WitnessSetupError.self) {
            _ = try await Witnessing(
                try setup(file: MemoryCosignedFile(Array("x".utf8))), service.context, service.releaser)
        }
    }

    @Test func `what could not be kept is not shown`() async throws {
        let file = MemoryCosignedFile()
        file.isBroken.withLock { $0 = true }
        let witnessing = try await engaged(try setup(file: file))
        #expect(await !run(witnessing) { witnessing.cosigned(covering: 0) != nil })
        #expect(said.withLock { $0 }.contains { $0.contains("could not be kept") })
    }

    @Test func `a policy that cannot work is refused`() async throws {
        await #expect(throws: WitnessSetupError.quorumOutOfReach) { _ = try await engaged(try setup(urls: false)) }
        let other = try Ed25519PrivateKey.generate()
        let log = VerifierKey(name: try #require(NoteKeyName("other")), algorithm: .ed25519, publicKey: other.publicKey)
        await #expect(throws: WitnessSetupError.self) { _ = try await engaged(try setup(more: "log \(log)\n")) }
        let own = VerifierKey(
            name: try #require(NoteKeyName("w")), algorithm: .cosignature,
            publicKey: service.keys.checkpointKey.publicKey)
        await #expect(throws: WitnessSetupError.logKeyCosigns(name: "own")) {
            _ = try await engaged(try setup(more: "witness own \(own) https://w/9\n"))
        }
        await #expect(throws: WitnessSetupError.badURL(witness: "own")) {
            let key = try MemoryWitness("x", of: DoorsService.verifierKey(service.keys)).cosigner.verifierKey
            _ = try await engaged(try setup(more: "witness own \(key) ftp://w/9\n"))
        }
    }

    @Test func `a quorum of nobody is always there`() async throws {
        let witnessing = try await engaged(try setup("none"))
        #expect(await run(witnessing) { witnessing.cosigned(covering: 3) != nil })
    }

    @Test func `without witnesses there is no witnessed receipt, and quorum has one value`() async throws {
        let answer = try await receipt(3)
        #expect(answer.status == 503 && answer.fields.first("Retry-After") == nil)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("no_witnesses"))
        #expect(try await service.ledger("/ledger/receipts/3?quorum=2", fields: auditor).status == 400)
        #expect(try await service.ledger("/ledger/receipts/3?other=1", fields: auditor).status == 400)
    }

    @Test func `everybody is shown the quorum's checkpoint, and the newest when the quorum stays away`() async throws {
        let witnessing = try await engaged(try setup())
        #expect(await run(witnessing) { witnessing.cosigned(covering: 3) != nil })
        func shown() async throws -> Int {
            let note = try SignedNote(parsing: try await service.ledger("/ledger/checkpoint").body)
            return Int(try Checkpoint(parsing: note.text).size)
        }
        #expect(try await shown() == 7)
        service.store.addLeaves(10)
        service.pass(milliseconds: 30_000)
        #expect(try await shown() == 7)
        service.pass(milliseconds: 31_000)
        #expect(try await shown() == 17)
        // A late quorum of something older takes nothing back.
        #expect(try await shown() == 17)
    }
}
