import LedgerCrypto
import Testing

@testable import EventLog

@Suite struct MultiProofTests {
    private static func leaves(_ size: Int) -> [SHA256Digest] {
        (0..<size).map { SHA256.leafHash([UInt8]("\($0)".utf8)) }
    }

    private static func picked(_ indexes: [Int], _ hashes: [SHA256Digest]) -> [MultiProof.Leaf] {
        indexes.map { MultiProof.Leaf(index: UInt64($0), hash: hashes[$0]) }
    }

    private static func root(_ hashes: [SHA256Digest]) -> SHA256Digest {
        var edge = RightEdge()
        for hash in hashes { edge.append(hash) }
        return edge.root
    }

    @Test func `any leaves of a tree of any size are proved at once`() throws {
        var numbers = SystemRandomNumberGenerator()
        for size in Array(0...40) + (0..<30).map({ _ in Int.random(in: 41...700, using: &numbers) }) {
            let hashes = Self.leaves(size)
            let root = Self.root(hashes)
            for share in [0.0, 0.02, 0.3, 0.9, 1.0] {
                let indexes = (0..<size).filter { _ in Double.random(in: 0..<1, using: &numbers) < share }
                let leaves = Self.picked(indexes, hashes)
                let proof = try MultiProof(of: leaves, size: UInt64(size), from: LeafHashes(hashes))
                try proof.verify(leaves, root: root)
            }
        }
    }

    @Test func `leaves that stand together take hardly more than one of them`() throws {
        let hashes = Self.leaves(1_000)
        let proof = try MultiProof(of: Self.picked(Array(300..<700), hashes), size: 1_000, from: LeafHashes(hashes))
        #expect(proof.hashes.count <= 20)
        let none = try MultiProof(of: [], size: 1_000, from: LeafHashes(hashes))
        #expect(none.hashes == [Self.root(hashes)])
    }

    @Test func `what was changed, moved, left out or added proves nothing`() throws {
        let hashes = Self.leaves(300)
        let root = Self.root(hashes)
        let leaves = Self.picked([0, 7, 8, 9, 128, 255, 256, 299], hashes)
        let proof = try MultiProof(of: leaves, size: 300, from: LeafHashes(hashes))
        try proof.verify(leaves, root: root)
        for index in leaves.indices {
            var changed = leaves
            changed[index].hash = hashes[1]
            #expect(throws: ProofError.rootMismatch(old: false)) { try proof.verify(changed, root: root) }
            var fewer = leaves
            fewer.remove(at: index)
            #expect(throws: ProofError.self) { try proof.verify(fewer, root: root) }
        }
        var moved = leaves
        moved[1].index = 6
        #expect(throws: ProofError.self) { try proof.verify(moved, root: root) }
        for index in proof.hashes.indices {
            var fewer = proof.hashes
            fewer.remove(at: index)
            #expect(throws: ProofError.self) { try MultiProof(size: 300, hashes: fewer).verify(leaves, root: root) }
            var changed = proof.hashes
            changed[index] = SHA256.hash([7])
            #expect(throws: ProofError.rootMismatch(old: false)) {
                try MultiProof(size: 300, hashes: changed).verify(leaves, root: root)
            }
        }
        #expect(throws: ProofError.wrongLength(hashes: proof.hashes.count + 1)) {
            try MultiProof(size: 300, hashes: proof.hashes + [root]).verify(leaves, root: root)
        }
        #expect(throws: ProofError.self) { try MultiProof(size: 301, hashes: proof.hashes).verify(leaves, root: root) }
    }

    @Test(arguments: [[5, 4], [4, 4], [4, 300], [-1]])
    func `leaves out of order, twice or beyond the tree are refused`(_ indexes: [Int]) {
        let leaves = indexes.map { MultiProof.Leaf(index: UInt64(truncatingIfNeeded: $0), hash: SHA256.hash([])) }
        #expect(throws: ProofError.self) {
            try MultiProof(of: leaves, size: 300, from: LeafHashes(Self.leaves(300)))
        }
    }
}
