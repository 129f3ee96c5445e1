public import LedgerCrypto

/// That many leaves stand at their indexes of one tree: their inclusion proofs together, without what they share.
///
/// The hashes are the roots of the largest parts of the tree that hold none of the leaves, from left to right. A range
/// of consecutive leaves takes no more of them than two single proofs.
public struct MultiProof: Equatable, Sendable {
    public let size: UInt64
    public let hashes: [SHA256Digest]

    /// A leaf by its place in the tree and its hash.
    public struct Leaf: Equatable, Sendable {
        public var index: UInt64
        public var hash: SHA256Digest

        public init(index: UInt64, hash: SHA256Digest) {
            self.index = index
            self.hash = hash
        }
    }

    /// A proof that came from somewhere; it proves nothing before ``verify(_:root:)``.
    public init(size: UInt64, hashes: [SHA256Digest]) {
        self.size = size
        self.hashes = hashes
    }

    /// Makes the proof for leaves that ascend by index, none of them twice.
    public init(of leaves: [Leaf], size: UInt64, from source: some NodeSource) throws(ProofError) {
        try Self.check(leaves, size: size)
        var hashes: [SHA256Digest] = []
        if size > 0 { try Self.collect(LeafRange(0, size), leaves[...], from: source, &hashes) }
        self.init(size: size, hashes: hashes)
    }

    /// Returns if every leaf stands at its index of the tree with this root; throws otherwise.
    ///
    /// The leaves ascend by index. The root must come from a verified checkpoint of this size.
    public func verify(_ leaves: [Leaf], root: SHA256Digest) throws(ProofError) {
        try Self.check(leaves, size: size)
        var rest = hashes[...]
        var found = MerkleTree.emptyRoot
        if size > 0 {
            guard let computed = Self.root(LeafRange(0, size), leaves[...], &rest) else {
                throw .wrongLength(hashes: hashes.count)
            }
            found = computed
        }
        guard rest.isEmpty else { throw .wrongLength(hashes: hashes.count) }
        guard found == root else { throw .rootMismatch(old: false) }
    }

    private static func check(_ leaves: [Leaf], size: UInt64) throws(ProofError) {
        guard size <= MerkleTree.maximumSize else { throw .sizeTooLarge(size) }
        var next: UInt64 = 0
        for leaf in leaves {
            guard (next..<max(next, size)).contains(leaf.index) else {
                throw .indexOutOfRange(index: leaf.index, size: size)
            }
            next = leaf.index + 1
        }
    }

    private static func collect(
        _ range: LeafRange, _ leaves: ArraySlice<Leaf>, from source: some NodeSource, _ hashes: inout [SHA256Digest]
    ) throws(ProofError) {
        if leaves.isEmpty { return hashes.append(try range.root(from: source)) }
        guard range.count > 1 else { return }
        let (left, right) = range.halves
        let middle = leaves.firstIndex(from: left.end)
        try collect(left, leaves[..<middle], from: source, &hashes)
        try collect(right, leaves[middle...], from: source, &hashes)
    }

    /// Nil when the proof has too few hashes.
    private static func root(
        _ range: LeafRange, _ leaves: ArraySlice<Leaf>, _ hashes: inout ArraySlice<SHA256Digest>
    ) -> SHA256Digest? {
        guard let first = leaves.first else { return hashes.popFirst() }
        guard range.count > 1 else { return first.hash }
        let (left, right) = range.halves
        let middle = leaves.firstIndex(from: left.end)
        guard let leftRoot = root(left, leaves[..<middle], &hashes),
            let rightRoot = root(right, leaves[middle...], &hashes)
        else { return nil }
        return SHA256.nodeHash(leftRoot, rightRoot)
    }
}

extension ArraySlice<MultiProof.Leaf> {
    /// Where the leaves at or behind a place of the tree begin.
    fileprivate func firstIndex(from place: UInt64) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle].index < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
