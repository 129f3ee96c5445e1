import EventLog
import LedgerCrypto
import Testing

@Suite struct ReceiptTests {
    static let origin = "example.com/log"
    let log: TestKey
    let entries = (0..<7).map { Array("entry \($0)".utf8) }
    let leaves: LeafHashes
    let note: SignedNote

    init() throws {
        log = try TestKey(name: Self.origin)
        leaves = LeafHashes(entries.map { SHA256.leafHash($0) })
        note = try Checkpoint(origin: Self.origin, size: 7, root: definedRoot(leaves.hashes[...])).signed(
            by: log.signer)
    }

    private func receipt(_ index: UInt64) throws -> Receipt {
        try Receipt(InclusionProof(index: index, size: 7, from: leaves), checkpoint: note)
    }

    private func verify(_ receipt: Receipt, leaf: [UInt8]) throws(NoteError) -> VerifiedCheckpoint {
        try receipt.verify(leaf: leaf, origin: Self.origin, logKeys: [log.signer.verifierKey])
    }

    @Test func `a receipt is the text of the specification`() throws {
        let proof = try InclusionProof(index: 2, size: 7, from: leaves)
        let hashes = proof.hashes.map { Base64.encode($0.bytes) }.joined(separator: "\n")
        let text = Array("c2sp.org/tlog-proof@v1\nindex 2\n\(hashes)\n\n".utf8) + note.bytes
        #expect(try receipt(2).bytes == text)
        #expect(try Receipt(parsing: text) == receipt(2))
    }

    @Test func `a receipt verifies for its leaf, log and key only`() throws {
        for index in 0..<7 {
            let receipt = try Receipt(parsing: receipt(UInt64(index)).bytes)
            #expect(try verify(receipt, leaf: entries[index]).checkpoint.size == 7)
            #expect(throws: NoteError.proof(.rootMismatch(old: false))) {
                try verify(receipt, leaf: entries[(index + 1) % 7])
            }
            #expect(throws: NoteError.wrongOrigin) {
                try receipt.verify(leaf: entries[index], origin: "other", logKeys: [log.signer.verifierKey])
            }
            #expect(throws: NoteError.noKnownSignature) {
                try receipt.verify(
                    leaf: entries[index], origin: Self.origin,
                    logKeys: [TestKey(name: Self.origin).signer.verifierKey])
            }
        }
    }

    @Test func `the first leaf of a tree of one needs no hashes`() throws {
        let leaf = SHA256.leafHash([7])
        let note = try Checkpoint(origin: Self.origin, size: 1, root: leaf).signed(by: log.signer)
        let receipt = try Receipt(InclusionProof(index: 0, size: 1, from: LeafHashes([leaf])), checkpoint: note)
        #expect(receipt.bytes == Array("c2sp.org/tlog-proof@v1\nindex 0\n\n".utf8) + note.bytes)
        #expect(try verify(Receipt(parsing: receipt.bytes), leaf: [7]).checkpoint.size == 1)
    }

    @Test func `extra data is carried along and proves nothing`() throws {
        let lines = String(decoding: try receipt(2).bytes, as: UTF8.self)
        let text = Array(lines.replacing("\nindex", with: "\nextra AQID\nindex", maxReplacements: 1).utf8)
        let receipt = try Receipt(parsing: text)
        #expect(receipt.extra == [1, 2, 3])
        #expect(receipt.bytes == text)
        _ = try verify(receipt, leaf: entries[2])
    }

    /// The root that counts is the signed one: nothing in the receipt can replace it.
    @Test func `a proof for another tree than the checkpoint's is refused`() throws {
        var forged = leaves
        forged.hashes[2] = SHA256.leafHash([0])
        let receipt = try Receipt(InclusionProof(index: 2, size: 7, from: forged), checkpoint: note)
        #expect(throws: NoteError.proof(.rootMismatch(old: false))) { try verify(receipt, leaf: [0]) }
        #expect(throws: NoteError.malformedReceipt) {
            try Receipt(InclusionProof(index: 2, size: 6, from: leaves), checkpoint: note)
        }
    }

    @Test func `cosignatures are asked for and counted`() throws {
        let witness = try TestKey(name: "witness.example").cosigner
        var note = note
        try note.append(witness.cosign(note, time: 1_780_000_000))
        let receipt = try Receipt(InclusionProof(index: 2, size: 7, from: leaves), checkpoint: note)
        let verified = try receipt.verify(
            leaf: entries[2], origin: Self.origin, logKeys: [log.signer.verifierKey],
            cosigners: [witness.verifierKey], quorum: 1)
        #expect(verified.cosignatures.map(\.time) == [1_780_000_000])
        #expect(throws: NoteError.tooFewCosignatures(found: 0, needed: 1)) {
            try self.receipt(2).verify(
                leaf: entries[2], origin: Self.origin, logKeys: [log.signer.verifierKey],
                cosigners: [witness.verifierKey], quorum: 1)
        }
    }

    @Test(arguments: [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"), ("c2sp.org/tlog-proof@v1\n", ""),
        ("@v1\n", "@v1\r\n"), ("@v1\n", "@v1\n\n"), ("index 2", "index 02"), ("index 2", "index +2"),
        ("index 2", "index  2"), ("index 2", "Index 2"), ("index 2", "index 9223372036854775808"), ("index 2\n", ""),
        ("index 2", "extra AQID\nextra AQID\nindex 2"), ("index 2", "extra \nindex 2"),
        ("index 2", "extra AQI\nindex 2"), ("index 2", "index 2\nextra AQID"), ("=\n\n", "=\n"),
        ("=\n\n", "\n\n"), ("=\n\n", "=\nAQID\n\n"),
    ])
    func `a receipt that nobody would write is refused`(part: String, replacement: String) throws {
        let text = String(decoding: try receipt(2).bytes, as: UTF8.self)
        let changed = text.replacing(part, with: replacement, maxReplacements: 1)
        #expect(changed != text)
        #expect(throws: NoteError.malformedReceipt) { try Receipt(parsing: Array(changed.utf8)) }
    }

    @Test func `more hashes than any tree needs are refused`() throws {
        let line = Base64.encode(leaves.hashes[0].bytes) + "\n"
        let note = String(decoding: note.bytes, as: UTF8.self)
        for (count, error) in [(64, nil), (65, NoteError.malformedReceipt)] {
            let hashes = String(repeating: line, count: count)
            let text = Array("c2sp.org/tlog-proof@v1\nindex 2\n\(hashes)\n\(note)".utf8)
            if let error {
                #expect(throws: error) { try Receipt(parsing: text) }
            } else {
                let receipt = try Receipt(parsing: text)
                #expect(throws: NoteError.proof(.wrongLength(hashes: 64))) { try verify(receipt, leaf: entries[2]) }
            }
        }
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: Receipt.maximumLength + 1)
        #expect(throws: NoteError.tooLong(long.count)) { try Receipt(parsing: long) }
    }

    @Test func `a receipt cut short or changed anywhere proves nothing`() throws {
        let bytes = try receipt(5).bytes
        for length in 0..<bytes.count {
            #expect(throws: NoteError.self) {
                try verify(Receipt(parsing: Array(bytes[..<length])), leaf: entries[5])
            }
        }
        for bit in 0..<(8 * bytes.count) {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: NoteError.self) { try verify(Receipt(parsing: changed), leaf: entries[5]) }
        }
    }
}
