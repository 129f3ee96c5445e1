import AuthorizationCore
import CanonicalJSON
import EventLog
import Foundation
import LedgerCrypto
import LedgerTestSupport
import Testing

@testable import LedgerAudit

@Suite struct TileExportTests {
    private let keyring = CheckpointKeyring([Story.signer.verifierKey])
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let all = Result { try EvidenceStory(decisions: 260).events }

    private func ledger(_ size: Int) throws -> MemoryLedger {
        try MemoryLedger(Array(try Self.all.get().prefix(size)), checkpointEvery: size)
    }

    @Test(arguments: [1, 2, 255, 256, 257, 511, 512, 700])
    func `the tree is what its checkpoint says, and holds no other files`(_ size: Int) throws {
        let ledger = try ledger(size)
        try #require(ledger.rows.count == size)
        let made = try TileExport(keyring).run(ledger, to: try FolderSink(folder.path("tiles")))
        #expect(made.size == UInt64(size) && made.root == ledger.root(of: size))
        var expected: Set<String> = ["checkpoint"]
        for level in TileLevel.all(inTreeOfSize: UInt64(size)) {
            for index in 0..<level.fullTiles {
                expected.insert(TilePath.hashes(Tile(level: level.level, index: index)).text)
                if level.level == 0 { expected.insert(TilePath.entries(EntryBundleTile(index: index)).text) }
            }
            guard let partial = level.partialTile else { continue }
            expected.insert(TilePath.hashes(partial).text)
            guard level.level == 0 else { continue }
            expected.insert(TilePath.entries(EntryBundleTile(index: partial.index, width: partial.width)).text)
        }
        #expect(Set(try folder.files(below: "tiles")) == expected)
        let tree = TiledTree(size: UInt64(size)) { (tile) throws(ProofError) in
            guard let bytes = try? folder.read("tiles/\(TilePath.hashes(tile).text)"),
                let hashes = try? HashTile.hashes(in: bytes, width: tile.width)
            else { throw .nodeUnavailable(Subtree(level: 0, index: 0), reason: "no file") }
            return hashes
        }
        #expect(try RightEdge(size: UInt64(size), from: tree).root == made.root)
        guard PythonWitness.isAvailable else { return }
        let script = Vectors.packageFolder.appendingPathComponent("Tests/LedgerAuditTests/Witness/verify_tiles.py").path
        let verdict = try PythonWitness.run(script: script, [folder.path("tiles"), Story.signer.verifierKey.text])
        #expect(
            verdict.status == 0 && verdict.output.contains("\"size\": \(size),"), "\(verdict.output)\(verdict.talk)")
    }

    @Test(.enabled(if: PythonWitness.isAvailable))
    func `an implementation that is not ours accepts receipts and consistency proofs, and no changed ones`() throws {
        let ledger = try ledger(700)
        func note(_ size: Int) throws -> [UInt8] {
            try Checkpoint(origin: Story.origin, size: UInt64(size), root: ledger.root(of: size))
                .signed(by: Story.signer).bytes
        }
        var numbers = SeededGenerator(seed: 3)
        for number in 0..<60 {
            let size = Int.random(in: 1...700, using: &numbers)
            let position = Int64.random(in: 0..<Int64(size), using: &numbers)
            let proved = try Inclusion(of: .position(.init(position)), at: try note(size), keyring).run(ledger)
            try folder.write(proved.receipt.bytes, "\(number).tlog-proof")
            try folder.write(proved.leaf, "\(number).leaf")
            let older = Int.random(in: 1...size, using: &numbers)
            let answer = try Consistency(of: try note(older), and: try note(size), keyring).run(ledger)
            guard case .consistent(let proof, let old, let new) = answer else { throw ProofFault.malformedProof }
            let json: JSONValue = .object([
                "new_root": .string(new.root.hex), "new_size": .integer(Int64(new.size)),
                "old_root": .string(old.root.hex), "old_size": .integer(Int64(old.size)),
                "proof": .array(proof.hashes.map { .string(Base64.encode($0.bytes)) }),
            ])
            try folder.write(JSON.indented(json), "\(number).consistency")
        }
        let script = Vectors.packageFolder.appendingPathComponent("Tests/LedgerAuditTests/Witness/verify_proofs.py")
            .path
        let arguments = [folder.url.path, Story.signer.verifierKey.text]
        let verdict = try PythonWitness.run(script: script, arguments)
        #expect(verdict.output == "{\"receipts\": 60, \"consistent\": 60}\n", "\(verdict.output)\(verdict.talk)")
        try folder.write(try folder.read("1.leaf"), "0.leaf")
        let changed = try PythonWitness.run(script: script, arguments)
        #expect(changed.status == 1 && changed.output == "wrong: ['0.tlog-proof']\n", "\(changed.output)")
    }

    @Test func `a ledger whose events are not those of the checkpoint gets none`() throws {
        let ledger = try ledger(300)
        try ledger.rewrite(40) { $0.correlation = "cmd_forged" }
        #expect(throws: ExportFault.proof(.damagedTree(size: 300))) {
            try TileExport(keyring).run(ledger, to: try FolderSink(folder.path("tiles")))
        }
        #expect(try !folder.files(below: "tiles").contains("checkpoint"))
    }
}
