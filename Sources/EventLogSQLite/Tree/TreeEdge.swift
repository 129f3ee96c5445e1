internal import LedgerCrypto

/// The right edge of the tree: the roots of the perfect subtrees that a size is made of, largest first.
///
/// It is all that appending needs (RFC 6962 section 2.1).
struct TreeEdge: Equatable {
    private(set) var size: Int64 = 0
    private(set) var nodes: [SHA256Digest] = []

    init() {}

    /// The edge whose subtrees have these roots.
    init(size: Int64, nodes: [SHA256Digest]) {
        self.size = size
        self.nodes = nodes
    }

    mutating func append(_ leafHash: SHA256Digest, with hasher: inout SHA256Hasher) {
        var node = leafHash
        var merges = size
        while merges & 1 == 1, let left = nodes.popLast() {
            node = hasher.nodeHash(left, node)
            merges >>= 1
        }
        nodes.append(node)
        size += 1
    }

    /// The root of the whole tree; of an empty one, the SHA-256 of nothing.
    func root(with hasher: inout SHA256Hasher) -> SHA256Digest {
        guard var root = nodes.last else { return hasher.hash([]) }
        for node in nodes.dropLast().reversed() { root = hasher.nodeHash(node, root) }
        return root
    }

    /// The nodes, 32 bytes each. The size says what they cover.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(nodes.count * SHA256Digest.byteCount)
        for node in nodes { node.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }
}

/// The 256 hashes of a tile, and what is above it.
enum Tile {
    static let width: Int64 = 256

    /// The root of a full tile, which is one hash of the tile above.
    static func root(of hashes: [SHA256Digest], with hasher: inout SHA256Hasher) -> SHA256Digest {
        var edge = TreeEdge()
        for hash in hashes { edge.append(hash, with: &hasher) }
        return edge.root(with: &hasher)
    }

    static func bytes(of hashes: [SHA256Digest]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * SHA256Digest.byteCount)
        for hash in hashes { hash.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// Nil unless the bytes are a whole number of hashes.
    static func hashes(in bytes: UnsafeRawBufferPointer) -> [SHA256Digest]? {
        let width = SHA256Digest.byteCount
        guard bytes.count % width == 0 else { return nil }
        var hashes: [SHA256Digest] = []
        hashes.reserveCapacity(bytes.count / width)
        for start in stride(from: 0, to: bytes.count, by: width) {
            guard let hash = SHA256Digest(bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<start + width])) else {
                return nil
            }
            hashes.append(hash)
        }
        return hashes
    }
}

/// The hashes that wait for their tile to fill, per level.
struct OpenTiles {
    private var levels: [[SHA256Digest]]

    init(levels: [[SHA256Digest]] = []) { self.levels = levels }

    /// Adds the leaf hash of the event at `position` and hands out each tile that is full by it.
    mutating func append(
        _ leafHash: SHA256Digest, at position: Int64, with hasher: inout SHA256Hasher,
        full: (_ level: Int, _ index: Int64, _ hashes: [SHA256Digest]) throws(SQLiteError) -> Void
    ) throws(SQLiteError) {
        var hash = leafHash
        var index = position
        var level = 0
        while true {
            if levels.count == level {
                levels.append([])
                levels[level].reserveCapacity(Int(Tile.width))
            }
            levels[level].append(hash)
            guard levels[level].count == Int(Tile.width) else { return }
            index /= Tile.width
            try full(level, index, levels[level])
            hash = Tile.root(of: levels[level], with: &hasher)
            levels[level].removeAll(keepingCapacity: true)
            level += 1
        }
    }
}
