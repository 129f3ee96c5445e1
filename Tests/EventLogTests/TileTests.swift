import EventLog
import LedgerCrypto
import Testing

@Suite struct TileTests {
    @Test(arguments: [
        ("tile/0/x001/x234/067", TilePath.hashes(Tile(level: 0, index: 1_234_067))),
        ("tile/0/000", .hashes(Tile(level: 0, index: 0))),
        ("tile/1/x001/000", .hashes(Tile(level: 1, index: 1_000))),
        ("tile/63/999.p/255", .hashes(Tile(level: 63, index: 999, width: 255))),
        ("tile/entries/x001/x234/067.p/1", .entries(EntryBundleTile(index: 1_234_067, width: 1))),
        ("tile/entries/000", .entries(EntryBundleTile(index: 0))),
        (
            "tile/0/x009/x223/x372/x036/x854/x775/807",
            .hashes(Tile(level: 0, index: 9_223_372_036_854_775_807))
        ),
    ])
    func `a path names its tile and the tile its path`(text: String, path: TilePath) {
        #expect(path.text == text)
        #expect(TilePath(text) == path)
    }

    @Test(arguments: [
        "", "tile", "tile/", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile//000", "tile/0//000",
        "tile/00/000", "tile/64/000", "tile/-1/000", "tile/+1/000", "tile/0/0", "tile/0/00", "tile/0/0000",
        "tile/0/x000", "tile/0/x000/000", "tile/0/x000/001", "tile/0/001/000", "tile/0/x001/x000", "tile/0/x01/000",
        "tile/0/x0001/000", "tile/0/X001/000", "tile/0/1x0/000", "tile/0/+01", "tile/0/٠٠٠", "tile/0/000.p",
        "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/+1", "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1", "tile/0/000.q/1", "tile/0/.p/1", "tile/entries", "tile/entries/", "tile/entries/0/000",
        "tile/data/000", "tile/8/0/000", "tile/0/x009/x223/x372/x036/x854/x775/808",
        "tile/0/x018/x446/x744/x073/x709/x551/616", "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999",
        "checkpoint", "tile/0/000\n", "tile/0/000.p/1\0",
    ])
    func `another spelling of a path names nothing`(_ text: String) {
        #expect(TilePath(text) == nil)
    }

    @Test func `the tiles of a tree are those of the specification's examples`() {
        #expect(TileLevel.all(inTreeOfSize: 0) == [])
        #expect(levels(70_000) == ["0: 273 + 112", "1: 1 + 17", "2: 0 + 1"])
        #expect(levels(256) == ["0: 1 + 0", "1: 0 + 1"])
        #expect(levels(255) == ["0: 0 + 255"])
        #expect(levels(65_536) == ["0: 256 + 0", "1: 1 + 0", "2: 0 + 1"])
        #expect(levels(MerkleTree.maximumSize).count == 8)
    }

    @Test func `a tile exists in a tree that has all of its hashes`() {
        let size: UInt64 = 70_000
        #expect(Tile(level: 0, index: 272).exists(inTreeOfSize: size))
        #expect(!Tile(level: 0, index: 273).exists(inTreeOfSize: size))
        #expect(Tile(level: 0, index: 273, width: 112).exists(inTreeOfSize: size))
        #expect(Tile(level: 0, index: 273, width: 1).exists(inTreeOfSize: size))
        #expect(!Tile(level: 0, index: 273, width: 113).exists(inTreeOfSize: size))
        #expect(!Tile(level: 0, index: 274, width: 1).exists(inTreeOfSize: size))
        // Level 1 holds the roots of full tiles only: 273 of them, not one more for the partial tile.
        #expect(Tile(level: 1, index: 1, width: 17).exists(inTreeOfSize: size))
        #expect(!Tile(level: 1, index: 1, width: 18).exists(inTreeOfSize: size))
        #expect(!Tile(level: 3, index: 0, width: 1).exists(inTreeOfSize: size))
        #expect(!Tile(level: 8, index: 0, width: 1).exists(inTreeOfSize: .max))
        #expect(!Tile(level: 0, index: .max, width: 1).exists(inTreeOfSize: size))
        #expect(EntryBundleTile(index: 273, width: 112).exists(inTreeOfSize: size))
        #expect(!EntryBundleTile(index: 273, width: 113).exists(inTreeOfSize: size))
        #expect(!EntryBundleTile(index: .max).exists(inTreeOfSize: size))
    }

    @Test func `a bundle gives back its entries`() throws {
        let entries: [[UInt8]] = [[], [1], [UInt8](repeating: 7, count: EntryBundle.maximumEntryLength), [2, 3]]
        var bundle: [UInt8] = []
        for entry in entries { try EntryBundle.append(entry, to: &bundle) }
        #expect(bundle.prefix(5) == [0, 0, 0, 1, 1])
        #expect(try EntryBundle.entries(in: bundle, width: 4).map { Array($0) } == entries)
        #expect(throws: TileError.bytesAfterLastEntry(4)) { try EntryBundle.entries(in: bundle, width: 3) }
        #expect(throws: TileError.entryCutShort(number: 4)) { try EntryBundle.entries(in: bundle, width: 5) }
        #expect(throws: TileError.entryCutShort(number: 3)) {
            try EntryBundle.entries(in: Array(bundle.dropLast()), width: 4)
        }
        #expect(throws: TileError.entryCutShort(number: 0)) { try EntryBundle.entries(in: [0], width: 1) }
        #expect(throws: TileError.entryTooLong(65_536)) {
            try EntryBundle.append([UInt8](repeating: 0, count: 65_536), to: &bundle)
        }
    }

    @Test func `a tile gives back its hashes and nothing of another length does`() throws {
        let hashes = leafHashes(3)
        let bytes = HashTile.bytes(hashes)
        #expect(bytes.count == 96)
        #expect(try HashTile.hashes(in: bytes, width: 3) == hashes)
        #expect(throws: TileError.wrongLength(expected: 64, found: 96)) { try HashTile.hashes(in: bytes, width: 2) }
        #expect(throws: TileError.wrongLength(expected: 96, found: 95)) {
            try HashTile.hashes(in: Array(bytes.dropLast()), width: 3)
        }
    }

    @Test func `a full tile folds into the root of its leaves`() {
        let hashes = leafHashes(256)
        #expect(HashTile.root(ofFull: hashes) == definedRoot(hashes[...]))
    }

    /// Tiles as a store keeps them, with the reader that proofs use.
    struct Store {
        var builder = TileBuilder()
        var full: [Tile: [SHA256Digest]] = [:]

        mutating func append(_ leaf: SHA256Digest) {
            for completed in builder.append(leaf) { full[completed.tile] = completed.hashes }
        }

        func hashes(of tile: Tile) throws(ProofError) -> [SHA256Digest] {
            if tile.isFull, let hashes = full[tile] { return hashes }
            return Array(builder.partialTile(level: tile.level).prefix(tile.width))
        }

        var tree: TiledTree {
            TiledTree(size: builder.size) { (tile) throws(ProofError) in try hashes(of: tile) }
        }
    }

    @Test func `proofs from tiles equal proofs from leaves, across three levels`() throws {
        let count = 66_000
        let leaves = leafHashes(count)
        var (store, edge) = (Store(), RightEdge())
        for leaf in leaves {
            store.append(leaf)
            edge.append(leaf)
        }
        #expect(store.full.count == 257 + 1)
        #expect(store.builder.partialTile(level: 0).count == 208)
        #expect(store.builder.partialTile(level: 1).count == 1)
        #expect(store.builder.partialTile(level: 2).count == 1)
        let size = UInt64(count)
        #expect(try RightEdge(size: size, from: store.tree) == edge)
        for index in [0, 1, 255, 256, 40_000, 65_535, 65_536, 65_791, 65_792, size - 1] {
            let proof = try InclusionProof(index: index, size: size, from: store.tree)
            try proof.verify(leafHash: leaves[Int(index)], root: edge.root)
            #expect(try InclusionProof(index: index, size: size, from: LeafHashes(leaves)) == proof)
        }
        for old in [1, 255, 256, 300, 65_535, 65_536, 65_537, size] {
            let proof = try ConsistencyProof(oldSize: old, newSize: size, from: store.tree)
            let oldRoot = try RightEdge(size: old, from: LeafHashes(leaves)).root
            try proof.verify(oldRoot: oldRoot, newRoot: edge.root)
        }
        #expect(throws: (any Error).self) { try store.tree.hash(of: Subtree(level: 4, index: size / 16)) }
    }

    @Test func `a builder goes on from stored hashes as if it had never stopped`() throws {
        let leaves = leafHashes(800)
        var store = Store()
        for (index, leaf) in leaves.enumerated() {
            if index % 97 == 0 {
                store.builder = try TileBuilder(size: store.builder.size) { [store] (tile) throws(ProofError) in
                    if tile.level == 0 { return Array(leaves[(256 * Int(tile.index))..<index]) }
                    return (0..<tile.width).compactMap { number in
                        store.full[Tile(level: 0, index: UInt64(number))].map { HashTile.root(ofFull: $0) }
                    }
                }
            }
            store.append(leaf)
        }
        #expect(try RightEdge(size: 800, from: store.tree).root == definedRoot(leaves[...]))
        #expect(throws: ProofError.self) {
            try TileBuilder(size: 5) { (_) throws(ProofError) in leafHashes(4) }
        }
    }

    private func levels(_ size: UInt64) -> [String] {
        TileLevel.all(inTreeOfSize: size).map { "\($0.level): \($0.fullTiles) + \($0.partialWidth)" }
    }
}
