/// SHA-256 of single values, from any thread. For long loops a ``SHA256Hasher`` of one's own is a little faster.
public enum SHA256 {
    private static let contexts = ContextPool(make: { HashContext.make() }, free: HashContext.free)

    /// The SHA-256 of the bytes.
    public static func hash(_ bytes: [UInt8]) -> SHA256Digest {
        bytes.withUnsafeBytes { hash($0) }
    }

    /// The SHA-256 of the bytes.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        withContext { context in
            context.update(bytes)
            return context.finish()
        }
    }

    /// The SHA-256 of `prefix` ‖ `bytes`.
    public static func hash(_ prefix: [UInt8], _ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        withContext { context in
            prefix.withUnsafeBytes { context.update($0) }
            context.update(bytes)
            return context.finish()
        }
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ bytes), RFC 6962 section 2.1.
    public static func leafHash(_ bytes: [UInt8]) -> SHA256Digest {
        bytes.withUnsafeBytes { leafHash($0) }
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ bytes), RFC 6962 section 2.1.
    public static func leafHash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        withContext { $0.leafHash(bytes) }
    }

    /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right), RFC 6962 section 2.1.
    public static func nodeHash(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
        withContext { $0.nodeHash(left, right) }
    }

    private static func withContext(_ body: (HashContext) -> SHA256Digest) -> SHA256Digest {
        do throws(CryptoError) {
            return try contexts.withContext { body(HashContext(owning: $0)) }
        } catch {
            preconditionFailure("SHA-256 failed")
        }
    }
}
