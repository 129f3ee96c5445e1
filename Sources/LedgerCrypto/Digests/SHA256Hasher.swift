internal import COpenSSL

/// Computes SHA-256 values one after the other; for loops over many leaves.
///
/// Belongs to one thread at a time.
public struct SHA256Hasher: ~Copyable {
    private var context = HashContext()
    private var isPartway = false

    public init() {}

    /// The SHA-256 of the parts, one after the other.
    public mutating func hash(_ parts: [UInt8]...) -> SHA256Digest {
        precondition(!isPartway, "another value is being hashed")
        for part in parts { part.withUnsafeBytes { context.update($0) } }
        return context.finish()
    }

    /// The SHA-256 of the bytes.
    public mutating func hash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        precondition(!isPartway, "another value is being hashed")
        context.update(bytes)
        return context.finish()
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ bytes), RFC 6962 section 2.1.
    public mutating func leafHash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        precondition(!isPartway, "another value is being hashed")
        return context.leafHash(bytes)
    }

    /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right), RFC 6962 section 2.1.
    public mutating func nodeHash(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
        precondition(!isPartway, "another value is being hashed")
        return context.nodeHash(left, right)
    }

    /// Adds bytes to the value that ``finish()`` returns.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        isPartway = true
        context.update(bytes)
    }

    /// Adds bytes to the value that ``finish()`` returns.
    public mutating func update(_ bytes: [UInt8]) {
        isPartway = true
        bytes.withUnsafeBytes { context.update($0) }
    }

    /// The SHA-256 of everything added since the start or the last call; the hasher then starts anew.
    public mutating func finish() -> SHA256Digest {
        isPartway = false
        return context.finish()
    }
}

/// A state of SHA-256 that is ready for the first byte; ``finish()`` makes it ready again.
struct HashContext {
    private var state = SHA256_CTX()

    init() { ledger_sha256_start(&state) }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        ledger_sha256_update(&state, bytes.baseAddress, bytes.count)
    }

    mutating func finish() -> SHA256Digest {
        let digest = SHA256Digest { bytes in
            guard let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
            ledger_sha256_finish(&state, start)
        }
        ledger_sha256_start(&state)
        return digest
    }

    mutating func leafHash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        withUnsafeBytes(of: 0x00 as UInt8) { update($0) }
        update(bytes)
        return finish()
    }

    mutating func nodeHash(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
        // In one piece: with so few bytes, each call shows.
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * SHA256Digest.byteCount, alignment: 1) { node in
            node[0] = 0x01
            left.withUnsafeBytes { node[1...].copyBytes(from: $0) }
            right.withUnsafeBytes { node[(1 + SHA256Digest.byteCount)...].copyBytes(from: $0) }
            update(UnsafeRawBufferPointer(node))
        }
        return finish()
    }
}
