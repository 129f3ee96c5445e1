public import LedgerCrypto

/// The bytes of a tile of hashes: 32 bytes each, one after the other.
public enum HashTile {
    public static func bytes(_ hashes: [SHA256Digest]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * SHA256Digest.byteCount)
        for hash in hashes { hash.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        return bytes
    }

    /// The hashes of a tile; throws unless there are exactly `width`.
    public static func hashes(in bytes: [UInt8], width: Int) throws(TileError) -> [SHA256Digest] {
        try bytes.withUnsafeBufferPointer { (bytes) throws(TileError) in
            try hashes(in: UnsafeRawBufferPointer(bytes), width: width)
        }
    }

    /// The hashes of a tile; throws unless there are exactly `width`.
    public static func hashes(in bytes: UnsafeRawBufferPointer, width: Int) throws(TileError) -> [SHA256Digest] {
        let expected = width * SHA256Digest.byteCount
        guard bytes.count == expected else { throw .wrongLength(expected: expected, found: bytes.count) }
        return (0..<width).compactMap { number in
            let start = number * SHA256Digest.byteCount
            return SHA256Digest(
                bytes: UnsafeRawBufferPointer(rebasing: bytes[start..<(start + SHA256Digest.byteCount)]))
        }
    }

    /// The one hash that a full tile contributes to the level above.
    public static func root(ofFull hashes: [SHA256Digest]) -> SHA256Digest {
        precondition(hashes.count == Tile.fullWidth, "a full tile")
        return MerkleTree.root(ofComplete: hashes[...])
    }
}
