internal import COpenSSL

/// Computes SHA-256 values with one context that is set up once; for loops over many leaves.
///
/// Belongs to one thread at a time. The library's hashing fails only when memory is exhausted; the process stops then.
public struct SHA256Hasher: ~Copyable {
    private let context: HashContext
    private var isPartway = false

    public init() {
        context = HashContext(owning: HashContext.make())
    }

    deinit { HashContext.free(context.pointer) }

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

/// An `EVP_MD_CTX` set to SHA-256 and ready for the first byte; ``finish()`` makes it ready again.
struct HashContext {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) { self.pointer = pointer }

    static func make() -> OpaquePointer {
        guard let pointer = EVP_MD_CTX_new() else { preconditionFailure("no memory for a hash context") }
        Self(owning: pointer).start(with: Algorithms.sha256)
        return pointer
    }

    static func free(_ pointer: OpaquePointer) { EVP_MD_CTX_free(pointer) }

    func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(pointer, bytes.baseAddress, bytes.count) == 1, "SHA-256 failed")
    }

    func update(_ digest: SHA256Digest) {
        digest.withUnsafeBytes { update($0) }
    }

    func update(byte: UInt8) {
        withUnsafeBytes(of: byte) { update($0) }
    }

    func finish() -> SHA256Digest {
        let digest = SHA256Digest { bytes in
            let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
            precondition(EVP_DigestFinal_ex(pointer, start, nil) == 1, "SHA-256 failed")
        }
        start(with: nil)
        return digest
    }

    func leafHash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        update(byte: 0x00)
        update(bytes)
        return finish()
    }

    func nodeHash(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
        update(byte: 0x01)
        update(left)
        update(right)
        return finish()
    }

    private func start(with algorithm: OpaquePointer?) {
        precondition(EVP_DigestInit_ex2(pointer, algorithm, nil) == 1, "SHA-256 failed")
    }
}
