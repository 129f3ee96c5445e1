/// SHA-256 of single values, from any thread.
public enum SHA256 {
    /// The SHA-256 of the bytes.
    public static func hash(_ bytes: [UInt8]) -> SHA256Digest {
        bytes.withUnsafeBytes { hash($0) }
    }

    /// The SHA-256 of the bytes.
    public static func hash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var context = HashContext()
        context.update(bytes)
        return context.finish()
    }

    /// The SHA-256 of `prefix` ‖ `bytes`.
    public static func hash(_ prefix: [UInt8], _ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var context = HashContext()
        prefix.withUnsafeBytes { context.update($0) }
        context.update(bytes)
        return context.finish()
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ bytes), RFC 6962 section 2.1.
    public static func leafHash(_ bytes: [UInt8]) -> SHA256Digest {
        bytes.withUnsafeBytes { leafHash($0) }
    }

    /// The hash of a leaf: SHA-256(0x00 ‖ bytes), RFC 6962 section 2.1.
    public static func leafHash(_ bytes: UnsafeRawBufferPointer) -> SHA256Digest {
        var context = HashContext()
        return context.leafHash(bytes)
    }

    /// The hash of an inner node: SHA-256(0x01 ‖ left ‖ right), RFC 6962 section 2.1.
    public static func nodeHash(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
        var context = HashContext()
        return context.nodeHash(left, right)
    }
}
