import EventLog
import LedgerCrypto
import LedgerTestSupport
import Testing

@Suite struct MerkleTreeTests {
    // transparency-dev/merkle testonly/constants.go, which come from the Certificate Transparency reference.
    static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ]
    static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test func `the reference roots come out, leaf by leaf`() throws {
        var edge = RightEdge()
        #expect(edge.root.hex == Self.roots[0])
        for (leaf, root) in zip(Self.leaves, Self.roots.dropFirst()) {
            edge.append(SHA256.leafHash(try #require(Hex.decode(leaf))))
            #expect(edge.root.hex == root)
        }
    }

    @Test(.enabled(if: Vectors.areAvailable))
    func `the reference values in the test are the published ones`() throws {
        let golden = try json("merkle/rfc6962-golden.json")
        #expect(golden["leaf_inputs_hex"] as? [String] == Self.leaves)
        #expect(golden["root_by_size"] as? [String] == Self.roots)
    }

    @Test func `the root equals its definition at every size`() throws {
        let leaves = leafHashes(600)
        var edge = RightEdge()
        for (index, leaf) in leaves.enumerated() {
            #expect(edge.root == definedRoot(leaves[..<index]))
            #expect(edge.size == UInt64(index))
            edge.append(leaf)
        }
        #expect(edge.root == definedRoot(leaves[...]))
    }

    @Test func `an edge reads back at every size and grows on`() throws {
        var edge = RightEdge()
        let leaves = LeafHashes(leafHashes(130))
        for leaf in leaves.hashes {
            let stored = try RightEdge(size: edge.size, serialized: edge.serialized)
            #expect(stored == edge)
            #expect(try RightEdge(size: edge.size, from: leaves) == edge)
            var grown = stored
            grown.append(leaf)
            edge.append(leaf)
            #expect(grown == edge)
        }
        #expect(edge.serialized == edge.hashes.flatMap(\.bytes))
        #expect(edge.hashes.count == 2)
    }

    @Test(arguments: [(0, 32), (1, 0), (1, 31), (1, 33), (3, 32), (3, 96), (4, 64)])
    func `an edge of a length that does not fit its size is refused`(size: UInt64, length: Int) {
        #expect(throws: ProofError.damagedEdge(size: size, length: length)) {
            try RightEdge(size: size, serialized: [UInt8](repeating: 0, count: length))
        }
    }

    @Test func `an edge larger than any tree is refused`() {
        #expect(throws: ProofError.damagedEdge(size: 1 << 63, length: 32)) {
            try RightEdge(size: 1 << 63, serialized: [UInt8](repeating: 0, count: 32))
        }
    }

    @Test func `subtrees beyond the leaves are unavailable`() throws {
        let leaves = LeafHashes(leafHashes(5))
        #expect(try leaves.hash(of: Subtree(level: 2, index: 0)) == definedRoot(leaves.hashes[..<4]))
        #expect(try leaves.hash(of: Subtree(level: 0, index: 4)) == leaves.hashes[4])
        for subtree in [
            Subtree(level: 0, index: 5), Subtree(level: 2, index: 1), Subtree(level: 3, index: 0),
            Subtree(level: 63, index: 0), Subtree(level: 63, index: 2), Subtree(level: 1, index: .max),
        ] {
            #expect(throws: ProofError.nodeUnavailable(subtree, reason: "beyond the leaves")) {
                try leaves.hash(of: subtree)
            }
        }
    }
}
