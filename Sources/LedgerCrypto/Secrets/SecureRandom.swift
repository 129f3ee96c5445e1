internal import COpenSSL

/// Random bytes fit for keys, nonces and identifiers.
///
/// Every call may throw ``CryptoError/randomnessUnavailable``; there is no weaker source to fall back to.
public enum SecureRandom {
    /// Overwrites all bytes with random ones.
    public static func fill(_ bytes: UnsafeMutableRawBufferPointer) throws(CryptoError) {
        guard let count = Int32(exactly: bytes.count) else { throw .randomnessUnavailable }
        guard count > 0 else { return }
        guard RAND_bytes(bytes.assumingMemoryBound(to: UInt8.self).baseAddress, count) == 1 else {
            ERR_clear_error()
            throw .randomnessUnavailable
        }
    }

    /// `count` random bytes.
    public static func bytes(_ count: Int) throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try bytes.withUnsafeMutableBufferPointer { (buffer) throws(CryptoError) in
            try fill(UnsafeMutableRawBufferPointer(buffer))
        }
        return bytes
    }

    /// A random number, all values equally likely.
    public static func uint64() throws(CryptoError) -> UInt64 {
        var number: UInt64 = 0
        try withUnsafeMutableBytes(of: &number) { (bytes) throws(CryptoError) in try fill(bytes) }
        return number
    }
}
