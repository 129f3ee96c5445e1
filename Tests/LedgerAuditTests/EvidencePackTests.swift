import AuthorizationCore
import EventLog
import Foundation
import LedgerCrypto
import LedgerTestSupport
import Testing

@testable import LedgerAudit

@Suite struct EvidencePackTests {
    private let keyring = CheckpointKeyring([Story.signer.verifierKey])
    private let folder: TemporaryFolder
    private static let hasPython: Comment = "python3 is not on the path: nothing independent checks the packs"

    init() throws { folder = try TemporaryFolder() }

    private func ledger(decisions: Int = 30) throws -> MemoryLedger {
        try MemoryLedger(try EvidenceStory(decisions: decisions).events, checkpointEvery: 10)
    }

    @discardableResult
    private func export(
        _ question: HistoryFilter = HistoryFilter(), _ ledger: MemoryLedger, to name: String = "pack"
    ) throws -> EvidenceSummary {
        let path = folder.path(name)
        return try EvidencePack(question, keyring).run(
            ledger,
            to: { () throws(ExportFault) in
                name.hasSuffix(".tar") ? try TarSink(path) : try FolderSink(path) as any FileSink
            })
    }

    private func verify(_ name: String = "pack", vkey: String? = Story.signer.verifierKey.text) throws
        -> PythonWitness.Verdict
    {
        let script = Vectors.packageFolder.appendingPathComponent("Sources/EvidenceVerifier/verify.py").path
        return try PythonWitness.run(script: script, (vkey.map { ["--vkey", $0] } ?? []) + [folder.path(name)])
    }

    @Test func `the verifier is short, and of few packages`() throws {
        try export(HistoryFilter(), try ledger(decisions: 1))
        let text = String(decoding: try folder.read("pack/verify.py"), as: UTF8.self)
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 300)
        let imports = text.split(separator: "\n").filter { $0.contains("import ") && !$0.contains("\"") }
        let known = [
            "argparse", "base64", "bisect", "hashlib", "json", "mmap", "os", "re", "stat", "sys", "collections",
            "cryptography", "defaultdict", "InvalidSignature", "Ed25519PublicKey", "from", "import",
        ]
        for line in imports {
            let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init)
            #expect(
                words.allSatisfy {
                    known.contains($0) || ["exceptions", "hazmat", "primitives", "asymmetric", "ed25519"].contains($0)
                },
                "\(line)")
        }
    }

    struct Question: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let filter: HistoryFilter
        /// Decisions of the thirty that must be in the pack, whole.
        let holds: @Sendable (Int) -> Bool

        init(_ description: String, _ holds: @escaping @Sendable (Int) -> Bool, _ set: (inout HistoryFilter) -> Void) {
            testDescription = description
            var filter = HistoryFilter()
            set(&filter)
            self.filter = filter
            self.holds = holds
        }
    }

    @Test(
        .enabled(if: PythonWitness.isAvailable, hasPython),
        arguments: [
            Question("everything", { _ in true }) { _ in },
            Question("an API", { $0 % 4 != 3 }) { $0.apis = [Story.accounts] },
            Question("an app", { $0 % 5 == 0 }) { $0.apps = [Story.mobile] },
            Question("an environment", { _ in true }) { $0.environments = [Story.prod] },
            Question("one decision", { $0 == 17 }) { $0.decisions = [EvidenceStory.id(17)] },
            Question("a token", { $0 == 1 }) { $0.tokens = [EvidenceStory.id(1)] },
            Question("tokens only", { $0 % 4 != 3 && ($0 % 4 < 2 || false) }) { $0.types = [.exactly(.tokenIssued)] },
        ])
    func `a pack holds whole decisions, and the verifier agrees`(_ question: Question) throws {
        let ledger = try ledger()
        let made = try export(question.filter, ledger)
        let covered = Int(made.checkpoint.size)
        let lines = try folder.files(below: "pack/events").flatMap { name in
            String(decoding: try folder.read("pack/events/\(name)"), as: UTF8.self).split(separator: "\n")
        }
        #expect(lines.count == made.events)
        let text = lines.joined(separator: "\n")
        let whole = Self.decisions(in: ledger, below: covered)
        for (number, events) in whole where events.count > 0 {
            let found = lines.count { $0.contains(EvidenceStory.id(number).text + "\",\"data\"") }
            if question.holds(number) {
                #expect(found == events.count, "decision \(number)")
            } else if question.testDescription != "tokens only" {
                #expect(found == 0, "decision \(number)")
            }
        }
        #expect(!text.isEmpty)
        let verdict = try verify()
        #expect(verdict.status == 0, "\(verdict.output)\(verdict.talk)")
        #expect(verdict.output.contains("\(made.events) events, and \(made.estateEvents) of the estate"))
        #expect(verdict.output.contains("NOT PROVED") == (question.testDescription != "everything"))
        #expect(try verify(vkey: nil).output.contains("NOT INDEPENDENT"))
    }

    private static func decisions(in ledger: MemoryLedger, below size: Int) -> [Int: [Int]] {
        var found: [Int: [Int]] = [:]
        for number in 0..<30 {
            let mark = Array("\"correlation\":\"\(EvidenceStory.id(number).text)\"".utf8)
            found[number] = (0..<size).filter { position in
                ledger.rows[position].map { Data($0.body).range(of: Data(mark)) != nil } ?? false
            }
        }
        return found
    }

    @Test(.enabled(if: PythonWitness.isAvailable, hasPython))
    func `a period is given by positions or times, and all of it is in the pack`() throws {
        let ledger = try ledger()
        var question = HistoryFilter()
        question.from = .position(30)
        question.to = .time(MemoryLedger.start.advanced(bySeconds: 6))
        let made = try export(question, ledger)
        #expect(made.range == 30..<70)
        let verdict = try verify()
        #expect(verdict.status == 0 && verdict.output.contains("All events from position 30 to 69 are in the pack."))
        question.to = nil
        let newest = try export(question, ledger, to: "newest")
        #expect(newest.beyondCheckpoint == Int64(ledger.rows.count) - Int64(newest.checkpoint.size))
    }

    @Test func `a decision that the period cuts is in the pack whole`() throws {
        let ledger = try ledger()
        // From its last event on, or up to its first.
        let whole = try #require(Self.decisions(in: ledger, below: 100)[5])
        try #require(whole.count >= 3)
        for place in [try #require(whole.first), try #require(whole.last)] {
            var question = HistoryFilter()
            question.from = .position(Position(Int64(place)))
            question.to = question.from
            let made = try export(question, ledger, to: "cut-\(place)")
            #expect(made.matching == 1 && made.events == whole.count)
        }
    }

    @Test(.enabled(if: PythonWitness.isAvailable, hasPython))
    func `an archive holds the same files, and the same question gives the same bytes`() throws {
        let ledger = try ledger()
        try export(HistoryFilter(), ledger)
        try export(HistoryFilter(), ledger, to: "one.tar")
        try export(HistoryFilter(), ledger, to: "two.tar")
        #expect(try folder.read("one.tar") == folder.read("two.tar"))
        #expect(try verify("one.tar").status == 0)
        try FileManager.default.createDirectory(
            atPath: folder.path("unpacked"), withIntermediateDirectories: true)
        let tar = Process()
        tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        tar.arguments = ["tar", "-xf", folder.path("one.tar"), "-C", folder.path("unpacked")]
        try tar.run()
        tar.waitUntilExit()
        #expect(tar.terminationStatus == 0)
        #expect(try folder.files(below: "unpacked") == folder.files(below: "pack"))
        for name in try folder.files(below: "pack") {
            #expect(try folder.read("unpacked/\(name)") == folder.read("pack/\(name)"), "\(name)")
        }
        // Any byte of the archive counts, its headers and its padding too.
        let whole = try folder.read("one.tar")
        var numbers = SeededGenerator(seed: 5)
        for _ in 0..<12 {
            var bytes = whole
            bytes[Int.random(in: 0..<bytes.count, using: &numbers)] ^= 1
            try folder.write(bytes, "changed.tar")
            #expect(try verify("changed.tar").status == 1)
        }
        for count in [0, 511, 512, whole.count / 2, whole.count - 512, whole.count - 1] {
            try folder.write(Array(whole.prefix(count)), "short.tar")
            #expect(try verify("short.tar").status == 1, "\(count) bytes")
        }
    }

    @Test(.enabled(if: PythonWitness.isAvailable, hasPython))
    func `a thousand changed bytes make a thousand packs that do not hold`() throws {
        try export(HistoryFilter(), try ledger(decisions: 12))
        let script = Vectors.packageFolder.appendingPathComponent("Tests/LedgerAuditTests/Witness/mutate_pack.py").path
        let verdict = try PythonWitness.run(
            script: script,
            [folder.path("pack/verify.py"), folder.path("pack"), Story.signer.verifierKey.text, "1000", "2026"])
        #expect(verdict.status == 0, "\(verdict.output)\(verdict.talk)")
        #expect(verdict.output.hasPrefix(#"{"mutants": 1000, "repaired": "#), "\(verdict.output)")
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let says: String
        let make: @Sendable (TemporaryFolder) throws -> Void

        init(_ description: String, _ says: String, _ make: @escaping @Sendable (TemporaryFolder) throws -> Void) {
            (testDescription, self.says, self.make) = (description, says, make)
        }
    }

    @Test(
        .enabled(if: PythonWitness.isAvailable, hasPython),
        arguments: [
            Damage("a file that nobody listed", "unlisted: ['more']") { try $0.write([1], "pack/more") },
            Damage("a file that is gone", "is missing") {
                try FileManager.default.removeItem(atPath: $0.path("pack/proof"))
            },
            Damage("no manifest", "cut short") {
                try FileManager.default.removeItem(atPath: $0.path("pack/manifest.json"))
            },
            Damage("a link out of the pack", "neither a file nor a folder") {
                try FileManager.default.createSymbolicLink(
                    atPath: $0.path("pack/passwd"), withDestinationPath: "/etc/passwd")
            },
            Damage("a name that leads out of the pack", "is no name for a file") {
                try Self.edit($0) { $0.replacingOccurrences(of: #""name": "proof""#, with: #""name": "../proof""#) }
            },
            Damage("an absolute name", "is no name for a file") {
                try Self.edit($0) { $0.replacingOccurrences(of: #""name": "proof""#, with: #""name": "/etc/passwd""#) }
            },
            Damage("a listed file of an unknown kind", "unknown file") {
                try Self.edit($0) { $0.replacingOccurrences(of: #""name": "proof""#, with: #""name": "proofs""#) }
            },
            Damage("another question", "is no answer") {
                try Self.edit($0) {
                    $0.replacingOccurrences(of: #""app": []"#, with: "\"app\": [\"\(AppID(bits: 999).text)\"]")
                }
            },
            Damage("another period", "is of another time") {
                try Self.edit($0) { $0.replacingOccurrences(of: #""before": 50"#, with: #""before": 40"#) }
            },
            Damage("a claim to be complete", "is not in the pack") {
                try Self.edit($0) { $0.replacingOccurrences(of: #""before": 50"#, with: #""before": 55"#) }
            },
        ])
    func `a pack that was tampered with is refused for what is wrong`(_ damage: Damage) throws {
        var question = HistoryFilter()
        question.to = .position(49)
        try export(question, try ledger())
        try damage.make(folder)
        let verdict = try verify()
        #expect(verdict.status == 1 && verdict.output.contains(damage.says), "\(verdict.output)\(verdict.talk)")
    }

    /// Changes the manifest, and its digest with it.
    private static func edit(_ folder: TemporaryFolder, _ change: (String) -> String) throws {
        let text = String(decoding: try folder.read("pack/manifest.json"), as: UTF8.self)
        let changed = change(text)
        try #require(changed != text)
        try folder.write(Array(changed.utf8), "pack/manifest.json")
        let digest = SHA256.hash(Array(changed.utf8)).hex
        try folder.write(Array("\(digest)  manifest.json\n".utf8), "pack/manifest.sha256")
    }

    /// The forged event comes with digests and counts that fit, and stands where the proof's walk through the tree could
    /// pass it over.
    @Test(.enabled(if: PythonWitness.isAvailable, hasPython), arguments: [".5", "00"])
    func `an event that was added does not hide behind another`(_ digits: String) throws {
        let made = try export(HistoryFilter(), try ledger())
        let last = Int64(made.checkpoint.size) - 1
        let name = "pack/events/0000.jsonl"
        let old = String(decoding: try folder.read(name), as: UTF8.self)
        let line = try #require(old.split(separator: "\n").last.map(String.init))
        let forged = line.replacingOccurrences(of: "\"position\":\(last),", with: "\"position\":\(last)\(digits),")
        try #require(forged != line)
        let new = old + forged + "\n"
        try folder.write(Array(new.utf8), name)
        try Self.edit(folder) { manifest in
            manifest.replacingOccurrences(of: "\"bytes\": \(old.utf8.count)", with: "\"bytes\": \(new.utf8.count)")
                .replacingOccurrences(of: SHA256.hash(Array(old.utf8)).hex, with: SHA256.hash(Array(new.utf8)).hex)
                .replacingOccurrences(of: "\"events\": \(made.events)", with: "\"events\": \(made.events + 1)")
        }
        let verdict = try verify()
        #expect(verdict.status == 1 && verdict.output.contains("is not one of the log's"), "\(verdict.output)")
    }

    @Test(.enabled(if: PythonWitness.isAvailable, hasPython))
    func `another key's pack is refused`() throws {
        try export(HistoryFilter(), try ledger())
        let verdict = try verify(vkey: Story.signer(seed: 9).verifierKey.text)
        #expect(verdict.status == 1 && verdict.output.contains("not signed by this key"), "\(verdict.output)")
    }

    struct Lie: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let type: EventType
        let says: String
        let tell: @Sendable (inout Event) -> Void

        /// Attempts that failed come before one that did not.
        func isAbout(_ event: Event) -> Bool {
            guard event.data.type == type else { return false }
            guard case .tokens(.attempted(let attempt)) = event.data else { return true }
            return (attempt.outcome == .rejected) == (says != "no Identity accepted")
        }

        init(
            _ description: String, _ type: EventType, _ says: String, _ tell: @escaping @Sendable (inout Event) -> Void
        ) {
            (testDescription, self.type, self.says, self.tell) = (description, type, says, tell)
        }
    }

    /// Events that a dishonest service signed: the tree is right, and what they say is not.
    @Test(
        .enabled(if: PythonWitness.isAvailable, hasPython),
        arguments: [
            Lie("another winner", .tokenIssued, "names another winner") {
                Self.issued(&$0) { $0.winner = Story.oldest }
            },
            Lie("an attempt kept quiet", .tokenIssued, "names other attempts") {
                Self.issued(&$0) { $0.attempts = [] }
            },
            Lie("another app", .tokenIssued, "to another app") {
                Self.issued(&$0) { $0.claims.clientID = AppID(bits: 7) }
            },
            Lie("another token", .tokenIssued, "of another decision") {
                Self.issued(&$0) { $0.claims.id = EvidenceStory.id(77) }
            },
            Lie("an Identity that was not in the chain", .validationAttempted, "was not in the chain") {
                Self.attempted(&$0) { $0.identity = IdentityID(bits: 999) }
            },
            Lie("an Identity out of its turn", .validationAttempted, "out of the chain's order") {
                Self.attempted(&$0) { $0.identity = Story.oldest }
            },
            Lie("a revision that was not deployed", .validationAttempted, "was not in the chain") {
                Self.attempted(&$0) { $0.revision = 2 }
            },
            Lie("a token without acceptance", .validationAttempted, "no Identity accepted") {
                Self.attempted(&$0) { $0.outcome = .rejected }
            },
        ])
    func `a signed lie about a decision is named`(_ lie: Lie) throws {
        let ledger = try ledger()
        let place = try #require(
            ledger.rows.firstIndex { row in
                row.flatMap { try? RecordedForm.decode($0.body) }.map { lie.isAbout($0) } ?? false
            })
        try ledger.rewrite(place, lie.tell)
        ledger.rebuildTree()
        try ledger.keepCheckpoint(size: ledger.rows.count)
        try export(HistoryFilter(), ledger)
        let verdict = try verify()
        #expect(verdict.status == 1 && verdict.output.contains(lie.says), "\(verdict.output)\(verdict.talk)")
    }

    private static func issued(_ event: inout Event, _ change: (inout TokenIssued) -> Void) {
        guard case .tokens(.issued(var data)) = event.data else { return }
        change(&data)
        event.data = .tokens(.issued(data))
    }

    private static func attempted(_ event: inout Event, _ change: (inout ValidationAttempted) -> Void) {
        guard case .tokens(.attempted(var data)) = event.data else { return }
        change(&data)
        event.data = .tokens(.attempted(data))
    }

    @Test func `no sealed value goes along, and neither operators nor credentials of others`() throws {
        var question = HistoryFilter()
        question.apis = [Story.accounts]
        let ledger = try ledger()
        try export(question, ledger, to: "pack.tar")
        let bytes = Data(try folder.read("pack.tar"))
        #expect(ledger.sealed.count > 0)
        for record in ledger.sealed { #expect(bytes.range(of: Data(record.bytes)) == nil) }
        for type in ["operator.added", "identity.undeployed", "api.credential_added"] {
            #expect(bytes.range(of: Data("\"type\":\"\(type)\"".utf8)) == nil)
        }
    }

    @Test func `nothing is overwritten, and nothing is made for no answer`() throws {
        let ledger = try ledger()
        try folder.write([1], "a.tar")
        #expect(throws: ExportFault.exists(path: folder.path("a.tar"))) {
            try export(HistoryFilter(), ledger, to: "a.tar")
        }
        try FileManager.default.createDirectory(atPath: folder.path("full"), withIntermediateDirectories: true)
        try folder.write([1], "full/file")
        #expect(throws: ExportFault.folderNotEmpty(path: folder.path("full"))) {
            try export(HistoryFilter(), ledger, to: "full")
        }
        #expect(throws: ExportFault.exists(path: folder.path("a.tar"))) { try FolderSink(folder.path("a.tar")) }
        #expect(throws: ExportFault.noSuchFolder(path: folder.path("no/where"))) {
            try export(HistoryFilter(), ledger, to: "no/where")
        }
        var question = HistoryFilter()
        question.apis = [APIID(bits: 5)]
        #expect(throws: ExportFault.noEvents) { try export(question, ledger, to: "none") }
        #expect(!FileManager.default.fileExists(atPath: folder.path("none")))
        ledger.kept = []
        #expect(throws: ExportFault.proof(.noCheckpoint)) { try export(HistoryFilter(), ledger, to: "none") }
    }

    @Test func `a damaged ledger gives no pack that looks whole`() throws {
        let ledger = try ledger(decisions: 120)
        ledger.tiles[.init(level: 0, index: 0)]?[250] = SHA256.hash([])
        var question = HistoryFilter()
        question.decisions = [EvidenceStory.id(30)]
        #expect(throws: ExportFault.self) { try export(question, ledger) }
        #expect(try !folder.files(below: "pack").contains("manifest.json"))
    }
}
