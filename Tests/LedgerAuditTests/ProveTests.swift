import AuthorizationCore
import CanonicalJSON
import EventLog
import LedgerCrypto
import LedgerTestSupport
import Testing

@testable import LedgerAudit

@Suite struct ProveTests {
    private let keyring = CheckpointKeyring([Story.signer.verifierKey])

    /// A ledger of some 150 events with a checkpoint after every fifty, and the same one with another event at a place.
    private func forked(at position: Int) throws -> (MemoryLedger, MemoryLedger) {
        let events = try EvidenceStory(decisions: 40).events
        let honest = try MemoryLedger(events)
        let fork = try MemoryLedger(events)
        try fork.rewrite(position) { $0.correlation = "cmd_forged" }
        fork.rebuildTree()
        fork.kept = []
        return (honest, fork)
    }

    private func note(_ ledger: MemoryLedger, _ size: Int, signer: NoteSigner = Story.signer) throws -> [UInt8] {
        try Checkpoint(origin: Story.origin, size: UInt64(size), root: ledger.root(of: size)).signed(by: signer).bytes
    }

    @Test func `every event is proved against every checkpoint that covers it`() throws {
        let ledger = try MemoryLedger(try EvidenceStory(decisions: 30).events, checkpointEvery: 1)
        for position in 0..<ledger.rows.count {
            for size in [position + 1, Int.random(in: position + 1...ledger.rows.count), ledger.rows.count] {
                let file = try note(ledger, size)
                let proved = try Inclusion(of: .position(Position(Int64(position))), at: file, keyring).run(ledger)
                #expect(proved.leaf == ledger.rows[position]?.body && proved.checkpoint.size == UInt64(size))
                _ = try Receipt(parsing: proved.receipt.bytes)
                    .verify(leaf: proved.leaf, origin: Story.origin, logKeys: [Story.signer.verifierKey])
            }
        }
    }

    @Test func `a token and a decision are proved by their ids, against the newest kept checkpoint`() throws {
        let ledger = try MemoryLedger(try EvidenceStory(decisions: 30).events)
        let token = try Inclusion(of: .token(EvidenceStory.id(1)), keyring).run(ledger)
        guard case .tokens(.issued(let issued)) = token.event.data else { throw ProofFault.malformedProof }
        #expect(issued.claims.id == EvidenceStory.id(1) && token.checkpoint.size == UInt64(ledger.kept.last?.size ?? 0))
        #expect(token.keyIsIndependent)
        let refusal = try Inclusion(of: .decision(EvidenceStory.id(3)), keyring).run(ledger)
        #expect(refusal.event.data.type == .tokenRefused)
        let own = try Inclusion(of: .position(0), try CheckpointKeyring(namedBy: ledger)).run(ledger)
        #expect(!own.keyIsIndependent && own.receipt.index == 0)
    }

    @Test func `what cannot be proved is refused with its reason`() throws {
        let ledger = try MemoryLedger(try EvidenceStory(decisions: 30).events)
        let size = Int64(ledger.rows.count)
        func fault(_ target: Inclusion.Target, _ file: [UInt8]? = nil, _ keys: [VerifierKey]? = nil) -> ProofFault? {
            do throws(ProofFault) {
                _ = try Inclusion(of: target, at: file, keys.map { CheckpointKeyring($0) } ?? keyring).run(ledger)
                return nil
            } catch {
                return error
            }
        }
        let kept = UInt64(ledger.kept.last?.size ?? 0)
        #expect(fault(.token(EvidenceStory.id(3))) == .noToken(EvidenceStory.id(3)))
        #expect(fault(.decision(DecisionID(bits: 5))) == .noOutcome(DecisionID(bits: 5)))
        #expect(fault(.position(Position(size))) == .audit(.beyondHead(Position(size), size: size)))
        #expect(fault(.position(Position(size - 1))) == .notCovered(Position(size - 1), newest: kept))
        #expect(fault(.position(0), [1, 2, 3]) == .malformedCheckpoint)
        #expect(
            fault(.position(0), nil, [Story.signer(seed: 9).verifierKey]) == .unknownKey(origin: Story.origin))
        let name = try #require(KeyName("elsewhere.test/log"))
        let foreign = VerifierKey(
            name: name, algorithm: .ed25519, publicKey: Story.signer.verifierKey.publicKey)
        #expect(
            fault(.position(0), nil, [foreign])
                == .foreignCheckpoint(origin: Story.origin, expected: ["elsewhere.test/log"]))
        var changed = try note(ledger, 50)
        changed[Story.origin.utf8.count + 1] = UInt8(ascii: "6")
        #expect(fault(.position(0), changed) == .badSignature(name: Story.origin))
        let longer = try Checkpoint(origin: Story.origin, size: 1_000, root: ledger.root(of: 50)).signed(
            by: Story.signer)
        #expect(fault(.position(0), longer.bytes) == .beyondLedger(checkpoint: 1_000, size: size))
        let (_, fork) = try forked(at: 20)
        #expect(fault(.position(0), try note(fork, 60)) == .otherTree(size: 60))
        ledger.kept = []
        #expect(fault(.position(0)) == .noCheckpoint)
    }

    @Test func `a damaged tile or leaf hash never becomes a proof`() throws {
        let ledger = try MemoryLedger(try EvidenceStory(decisions: 120).events)
        let size = UInt64(ledger.kept.last?.size ?? 0)
        ledger.tiles[.init(level: 0, index: 0)]?[40] = SHA256.hash([])
        #expect(throws: ProofFault.damagedTree(size: size)) {
            try Inclusion(of: .position(3), keyring).run(ledger)
        }
    }

    @Test func `between any two sizes of one log the older is the beginning of the newer`() throws {
        let ledger = try MemoryLedger(try EvidenceStory(decisions: 120).events, checkpointEvery: 1_000)
        let count = ledger.rows.count
        for _ in 0..<120 {
            let (one, other) = (Int.random(in: 0...count), Int.random(in: 0...count))
            let answer = try Consistency(of: try note(ledger, one), and: try note(ledger, other), keyring).run(ledger)
            guard case .consistent(let proof, let older, let newer) = answer else {
                Issue.record("\(one) and \(other): \(answer)")
                continue
            }
            #expect(older.size == UInt64(min(one, other)) && newer.size == UInt64(max(one, other)))
            try proof.verifyAsWitness(oldRoot: older.root, newRoot: newer.root)
            #expect(
                try Consistency(of: try note(ledger, one), and: nil, keyring).run(ledger)
                    == .ofThisLedger(
                        Checkpoint(origin: Story.origin, size: UInt64(one), root: ledger.root(of: one)),
                        ledgerSize: Int64(count)))
        }
    }

    @Test func `a receipt serves in a checkpoint's place, and one size needs no ledger`() throws {
        let (honest, fork) = try forked(at: 20)
        let receipt = try Inclusion(of: .position(3), at: try note(honest, 80), keyring).run(honest).receipt.bytes
        guard case .consistent = try Consistency(of: receipt, and: try note(honest, 80), keyring).run(nil) else {
            throw ProofFault.malformedProof
        }
        guard case .misbehaviour(let found) = try Consistency(of: receipt, and: try note(fork, 80), keyring).run(nil)
        else { throw ProofFault.malformedProof }
        #expect(found.contradiction == .sameSize)
        _ = try found.verify(keyring)
        #expect(throws: ProofFault.needsLedger) {
            try Consistency(of: receipt, and: try note(honest, 81), keyring).run(nil)
        }
    }

    @Test(arguments: [(21, 90), (64, 90), (64, 128), (100, 101), (63, 64)])
    func `a fork is proved to anybody who has the key`(_ old: Int, _ new: Int) throws {
        let (honest, fork) = try forked(at: 20)
        // Whichever of the two the ledger at hand is of.
        for (first, second) in [(fork, honest), (honest, fork)] {
            let question = Consistency(of: try note(first, old), and: try note(second, new), keyring)
            guard case .misbehaviour(let found) = try question.run(second) else {
                Issue.record("no misbehaviour of \(old) and \(new)")
                continue
            }
            let read = try Misbehaviour(parsing: JSON.indented(found.json))
            #expect(read == found)
            let (older, newer) = try read.verify(keyring)
            #expect(older.size == UInt64(old) && newer.size == UInt64(new))
        }
    }

    @Test func `a fork is proved by a checkpoint that the ledger kept, or else only named`() throws {
        let (honest, fork) = try forked(at: 20)
        for (old, size) in [(30, 60), (50, 60), (59, 60)] {
            let question = Consistency(of: try note(fork, old), and: try note(fork, size), keyring)
            guard case .misbehaviour(let found) = try question.run(honest) else {
                Issue.record("no misbehaviour of \(old) and \(size)")
                continue
            }
            let (older, newer) = try found.verify(keyring)
            #expect(older.size == UInt64(size) && newer.size == 100)
        }
        let beyond = Int(honest.kept.last?.size ?? 0) + 3
        let alone = try Consistency(of: try note(fork, beyond), and: nil, keyring).run(honest)
        guard case .unlikeLedger(let checkpoint, _) = alone else { throw ProofFault.malformedProof }
        #expect(checkpoint.size == UInt64(beyond))
    }

    @Test func `no changed byte of a proof of misbehaviour makes it another proof`() throws {
        let (honest, fork) = try forked(at: 20)
        guard
            case .misbehaviour(let found) = try Consistency(
                of: try note(fork, 64), and: try note(honest, 90), keyring
            ).run(honest)
        else { throw ProofFault.malformedProof }
        let whole = JSON.indented(found.json)
        var numbers = SeededGenerator(seed: 11)
        for _ in 0..<500 {
            var bytes = whole
            bytes[Int.random(in: 0..<bytes.count, using: &numbers)] ^= UInt8.random(in: 1...255, using: &numbers)
            guard let read = try? Misbehaviour(parsing: bytes), (try? read.verify(keyring)) != nil else { continue }
            // White space outside of strings may vary.
            #expect(read == found)
        }
        #expect(throws: ProofFault.unknownKey(origin: Story.origin)) {
            try found.verify(CheckpointKeyring([Story.signer(seed: 9).verifierKey]))
        }
    }

    @Test func `honest checkpoints cannot be made into a proof of misbehaviour`() throws {
        let ledger = try MemoryLedger(try EvidenceStory(decisions: 40).events)
        let (older, newer) = (
            try keyring.verify(file: try note(ledger, 50)), try keyring.verify(file: try note(ledger, 90))
        )
        let proof = try ConsistencyProof(
            oldSize: 50, newSize: 90, from: LeafHashes(ledger.rows.prefix(90).compactMap { $0?.leafHash }))
        let root = ledger.root(of: 50)
        let lies: [Misbehaviour] = [
            Misbehaviour(older, newer, contradiction: .sameSize), Misbehaviour(older, older, contradiction: .sameSize),
            Misbehaviour(older, newer, contradiction: .otherBeginning(root: root, proof: proof.hashes)),
            Misbehaviour(older, newer, contradiction: .otherBeginning(root: SHA256.hash([]), proof: proof.hashes)),
            Misbehaviour(newer, older, contradiction: .otherBeginning(root: root, proof: proof.hashes)),
        ]
        for lie in lies { #expect(throws: ProofFault.self) { try lie.verify(keyring) } }
    }
}

/// SplitMix64: the same numbers at every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
