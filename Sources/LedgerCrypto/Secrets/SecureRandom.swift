internal import COpenSSL
internal import Threads

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
            try fillFromSupply(UnsafeMutableRawBufferPointer(buffer))
        }
        return bytes
    }

    /// A random number, all values equally likely.
    public static func uint64() throws(CryptoError) -> UInt64 {
        var number: UInt64 = 0
        try withUnsafeMutableBytes(of: &number) { (bytes) throws(CryptoError) in try fillFromSupply(bytes) }
        return number
    }

    // MARK: The supply

    /// Bytes drawn in advance: the library asks the system for the process id several times in every call, so that a
    /// dozen short draws cost as much as a signature. Each byte is handed out once, and wiped when it is. Keys are not
    /// made of them: ``fill(_:)`` always draws anew.
    private struct Supply {
        static let count = 4_096
        /// What is longer gains nothing.
        static let maximumDraw = 64

        var bytes = [UInt8](repeating: 0, count: count)
        var left = 0
    }

    private static let supply = Locked(Supply())

    private static func fillFromSupply(_ target: UnsafeMutableRawBufferPointer) throws(CryptoError) {
        guard target.count <= Supply.maximumDraw else { return try fill(target) }
        try supply.withLock { (supply) throws(CryptoError) in
            let isShort = supply.left < target.count
            let end = isShort ? Supply.count : supply.left
            try supply.bytes.withUnsafeMutableBufferPointer { (buffer) throws(CryptoError) in
                let bytes = UnsafeMutableRawBufferPointer(buffer)
                if isShort { try fill(bytes) }
                let drawn = UnsafeMutableRawBufferPointer(rebasing: bytes[(end - target.count)..<end])
                target.copyMemory(from: UnsafeRawBufferPointer(drawn))
                OPENSSL_cleanse(drawn.baseAddress, drawn.count)
            }
            supply.left = end - target.count
        }
    }
}
