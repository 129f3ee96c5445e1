import EventLog
import LedgerCrypto
import Testing

@Suite struct WitnessProtocolTests {
    private let log: TestKey
    private let leaves = leafHashes(40)

    init() throws { log = try TestKey(name: "log.example/ledger") }

    private func note(_ size: Int, fork: Bool = false, by key: TestKey? = nil) throws -> SignedNote {
        let root = definedRoot(leaves[..<size])
        return try Checkpoint(origin: log.name.text, size: UInt64(size), root: fork ? root.flipped(3) : root)
            .signed(by: (key ?? log).signer)
    }

    private func tree(_ size: Int) -> WitnessedTree {
        WitnessedTree(size: UInt64(size), root: definedRoot(leaves[..<size]))
    }

    private func submission(_ old: Int, _ new: Int, fork: Bool = false) throws -> CheckpointSubmission {
        let proof =
            old <= new
            ? try ConsistencyProof(oldSize: UInt64(old), newSize: UInt64(new), from: LeafHashes(leaves)).hashes : []
        return CheckpointSubmission(oldSize: UInt64(old), proof: proof, checkpoint: try note(new, fork: fork))
    }

    private func refusal(_ submission: CheckpointSubmission, after last: WitnessedTree) -> WitnessRefusal? {
        do throws(WitnessRefusal) {
            _ = try submission.judged(origin: log.name.text, logKeys: [log.signer.verifierKey], after: last)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a body reads back as it was written, and only so`() throws {
        let whole = try submission(3, 7)
        #expect(CheckpointSubmission(parsing: whole.bytes) == whole)
        let text = String(decoding: whole.bytes, as: UTF8.self)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (change, count) in [
            ("old 03", 1), ("Old 3", 1), ("old +3", 1), ("old  3", 1), ("old 9223372036854775808", 1), ("", 1),
        ] {
            let bad = [change] + lines.dropFirst(count)
            #expect(CheckpointSubmission(parsing: Array(bad.joined(separator: "\n").utf8)) == nil, "\(change)")
        }
        for line in ["AAAA", lines[1] + " ", lines[1].replacing("=", with: "")] {
            let bad = [lines[0], line] + lines.dropFirst(2)
            #expect(CheckpointSubmission(parsing: Array(bad.joined(separator: "\n").utf8)) == nil, "\(line)")
        }
        #expect(CheckpointSubmission(parsing: whole.bytes.dropLast()) == nil)
        #expect(CheckpointSubmission(parsing: Array(text.replacing("\n", with: "\r\n").utf8)) == nil)
        let many = CheckpointSubmission(oldSize: 3, proof: leafHashes(64), checkpoint: try note(7))
        #expect(CheckpointSubmission(parsing: many.bytes) == nil)
        let most = CheckpointSubmission(oldSize: 3, proof: leafHashes(63), checkpoint: try note(7))
        #expect(CheckpointSubmission(parsing: most.bytes) == most)
    }

    @Test func `every larger tree of the same log is cosigned, and no other`() throws {
        for old in 0..<20 {
            for new in old..<20 {
                let last = old == 0 ? WitnessedTree.nothing : tree(old)
                #expect(refusal(try submission(old, new), after: last) == nil, "\(old) \(new)")
                guard old > 0, new > 0 else { continue }
                let forked = refusal(try submission(old, new, fork: true), after: last)
                #expect(forked == (old == new ? .otherRoot(lastSize: UInt64(old)) : .proofInvalid), "\(old) \(new)")
            }
        }
    }

    @Test func `each refusal is the one of the specification`() throws {
        let five = tree(5)
        #expect(refusal(try submission(9, 7), after: tree(9)) == .sizesOutOfOrder)
        #expect(refusal(try submission(4, 9), after: five) == .conflict(lastSize: 5))
        #expect(refusal(try submission(0, 9), after: five) == .conflict(lastSize: 5))
        #expect(refusal(try submission(7, 7), after: five) == .conflict(lastSize: 5))
        let unproved = CheckpointSubmission(oldSize: 5, proof: [], checkpoint: try note(9))
        #expect(refusal(unproved, after: five) == .proofInvalid)
        let tooMuch = CheckpointSubmission(oldSize: 0, proof: [leaves[0]], checkpoint: try note(9))
        #expect(refusal(tooMuch, after: .nothing) == .proofInvalid)
        // Whoever has no key learns nothing of what was seen.
        let stranger = CheckpointSubmission(
            oldSize: 4, proof: [], checkpoint: try note(9, by: TestKey(name: log.name.text)))
        #expect(refusal(stranger, after: five) == .notSigned)
        #expect(
            [.sizesOutOfOrder, .notSigned, .conflict(lastSize: 1), .otherRoot(lastSize: 1), .proofInvalid].map(
                \WitnessRefusal.status) == [400, 403, 409, 409, 422])
    }

    @Test func `of an answer the witness's own cosignature counts, and others are ignored`() throws {
        let (mine, other) = (try TestKey(name: "witness.example/1"), try TestKey(name: "witness.example/2"))
        let note = try note(9)
        let (line, foreign) = (try mine.cosigner.cosign(note, time: 7), try other.cosigner.cosign(note, time: 7))
        let key = mine.cosigner.verifierKey
        #expect(note.cosignature(of: key, in: foreign.line + line.line) == line)
        #expect(note.cosignature(of: key, in: foreign.line) == nil)
        #expect(try self.note(8).cosignature(of: key, in: line.line) == nil)
        #expect(note.cosignature(of: key, in: line.line.dropLast()) == nil)
        #expect(note.cosignature(of: key, in: []) == nil && note.cosignature(of: key, in: Array("\n".utf8)) == nil)
        // A line under its name that it did not make spoils the answer.
        let forged = try Cosigner(name: mine.name, privateKey: mine.privateKey).cosign(try self.note(8), time: 7)
        #expect(note.cosignature(of: key, in: line.line + forged.line) == nil)
        #expect(note.cosignature(of: log.signer.verifierKey, in: line.line) == nil)
    }

    @Test func `a size is a decimal and a newline`() {
        #expect(ConflictingSize.size(in: Array("20852163\n".utf8)) == 20_852_163)
        #expect(ConflictingSize.size(in: ConflictingSize.bytes(0)) == 0)
        for bad in ["", "\n", "7", "07\n", "7\n\n", " 7\n", "7\r\n", "-7\n", "9223372036854775808\n"] {
            #expect(ConflictingSize.size(in: Array(bad.utf8)) == nil, "\(bad)")
        }
    }

    @Test func `what others signed is not kept with a note`() throws {
        let stranger = try TestKey(name: "stranger.example")
        var note = try note(9)
        try note.append(stranger.signer.sign(note))
        #expect(try note.keepingSignatures(of: [log.signer.verifierKey]) == self.note(9))
    }
}
