internal import LedgerCrypto

/// The leaves from `start` to before `end`, as the recursive definitions of RFC 6962 split them: `start` is a multiple
/// of a power of two that is no smaller than the range.
struct LeafRange: Equatable {
    let start: UInt64
    let end: UInt64

    init(_ start: UInt64, _ end: UInt64) {
        precondition(start <= end && end <= MerkleTree.maximumSize, "a range of leaves")
        self.start = start
        self.end = end
    }

    var count: UInt64 { end - start }

    /// The part before and the part from the largest power of two below the count.
    var halves: (left: LeafRange, right: LeafRange) {
        let middle = start + MerkleTree.split(count)
        return (LeafRange(start, middle), LeafRange(middle, end))
    }

    /// The largest complete subtrees that make up the range, from left to right.
    var completeSubtrees: [Subtree] {
        var subtrees: [Subtree] = []
        var next = start
        while next < end {
            let level = 63 - (end - next).leadingZeroBitCount
            subtrees.append(Subtree(level: level, index: next >> UInt64(level)))
            next += 1 << UInt64(level)
        }
        return subtrees
    }

    /// The root over the range: MTH of RFC 6962 section 2.1. The range is not empty.
    func root(from source: some NodeSource) throws(ProofError) -> SHA256Digest {
        var edge: [SHA256Digest] = []
        for subtree in completeSubtrees { edge.append(try source.hash(of: subtree)) }
        var root = edge.removeLast()
        while let left = edge.popLast() { root = SHA256.nodeHash(left, root) }
        return root
    }
}
