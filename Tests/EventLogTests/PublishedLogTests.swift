import EventLog
import Foundation
import LedgerCrypto
import LedgerTestSupport
import Testing

/// The log that transparency-dev/tessera publishes as test data, rebuilt from its entries and its throw-away key.
@Suite(.enabled(if: Vectors.areAvailable))
struct PublishedLogTests {
    static let origin = "example.com/log/testdata"
    static let key = "PRIVATE+KEY+example.com/log/testdata+33d7b496+AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg"

    private func file(_ path: String) throws -> [UInt8] { try Vectors.bytes("tessera-testlog/\(path)") }

    private func entries() throws -> [[UInt8]] {
        let path = TilePath.entries(EntryBundleTile(index: 0, width: 15))
        return try EntryBundle.entries(in: try file(path.text), width: 15).map { Array($0) }
    }

    @Test func `all checkpoints, tiles and bundles come out byte for byte`() throws {
        let signer = try TestKey(Self.key).signer
        var (edge, builder, bundle) = (RightEdge(), TileBuilder(), [UInt8]())
        for (count, entry) in try ([nil] + entries()).enumerated() {
            if let entry {
                edge.append(SHA256.leafHash(entry))
                #expect(builder.append(SHA256.leafHash(entry)).isEmpty)
                try EntryBundle.append(entry, to: &bundle)
                let hashes = TilePath.hashes(Tile(level: 0, index: 0, width: count))
                #expect(try HashTile.bytes(builder.partialTile(level: 0)) == file(hashes.text))
                #expect(try bundle == file(TilePath.entries(EntryBundleTile(index: 0, width: count)).text))
            }
            let checkpoint = try Checkpoint(origin: Self.origin, size: UInt64(count), root: edge.root)
            #expect(try checkpoint.signed(by: signer).bytes == file("checkpoint.\(count)"))
        }
        #expect(try file("checkpoint") == file("checkpoint.15"))
    }

    @Test func `all checkpoints verify and are consistent with each other`() throws {
        let logKeys = [try TestKey(Self.key).signer.verifierKey]
        let leaves = LeafHashes(try entries().map { SHA256.leafHash($0) })
        let checkpoints = try (0...15).map { size in
            try VerifiedCheckpoint(
                SignedNote(parsing: try file("checkpoint.\(size)")), origin: Self.origin, logKeys: logKeys
            ).checkpoint
        }
        for new in checkpoints {
            for old in checkpoints where old.size > 0 && old.size <= new.size {
                try ConsistencyProof(oldSize: old.size, newSize: new.size, from: leaves)
                    .verify(oldRoot: old.root, newRoot: new.root)
            }
        }
    }

    @Test func `receipts for all entries verify`() throws {
        let logKeys = [try TestKey(Self.key).signer.verifierKey]
        let entries = try entries()
        let leaves = LeafHashes(entries.map { SHA256.leafHash($0) })
        let note = try SignedNote(parsing: try file("checkpoint"))
        for (index, entry) in entries.enumerated() {
            let proof = try InclusionProof(index: UInt64(index), size: 15, from: leaves)
            let receipt = try Receipt(parsing: Receipt(proof, checkpoint: note).bytes)
            #expect(try receipt.verify(leaf: entry, origin: Self.origin, logKeys: logKeys).checkpoint.size == 15)
            #expect(throws: NoteError.self) {
                try receipt.verify(leaf: entry + [0], origin: Self.origin, logKeys: logKeys)
            }
        }
    }
}
