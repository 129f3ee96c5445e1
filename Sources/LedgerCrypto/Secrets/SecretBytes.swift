internal import COpenSSL

/// Owns bytes that nobody may find in memory afterwards: a password, a key, a token. They are wiped at the end of life.
///
/// It cannot be copied by accident, is never printed, and its bytes never move.
public struct SecretBytes: ~Copyable, @unchecked Sendable {
    // Safe to share: the memory is written in the initializers only, and freed by the one owner.
    private let memory: UnsafeMutableRawBufferPointer

    /// Lets `write` fill `count` bytes of zeros.
    public init<Failure: Error>(
        count: Int, writing write: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
        memory.initializeMemory(as: UInt8.self, repeating: 0)
        do throws(Failure) {
            try write(memory)
        } catch {
            OPENSSL_cleanse(memory.baseAddress, memory.count)
            memory.deallocate()
            throw error
        }
        // Not earlier: throwing with every property set would run `deinit` as well.
        self.memory = memory
    }

    /// Copies bytes. The caller's own copy stays; ``init(taking:)`` wipes it.
    public init(copying bytes: UnsafeRawBufferPointer) {
        self.init(count: bytes.count) { $0.copyMemory(from: bytes) }
    }

    /// Copies bytes. The caller's own copy stays; ``init(taking:)`` wipes it.
    public init(copying bytes: [UInt8]) {
        self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
    }

    /// Takes the bytes over: the array is wiped and empty afterwards.
    public init(taking bytes: inout [UInt8]) {
        self.init(copying: bytes)
        wipe(&bytes)
    }

    /// Fresh random bytes.
    public static func random(count: Int) throws(CryptoError) -> SecretBytes {
        try SecretBytes(count: count) { (bytes) throws(CryptoError) in try SecureRandom.fill(bytes) }
    }

    deinit {
        OPENSSL_cleanse(memory.baseAddress, memory.count)
        memory.deallocate()
    }

    public var count: Int { memory.count }

    /// A second owner of the same bytes.
    public func copy() -> SecretBytes {
        SecretBytes(copying: UnsafeRawBufferPointer(memory))
    }

    /// Lends the bytes for the duration of `body`; nothing may keep them.
    public func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(memory))
    }
}

/// Overwrites the array's bytes and empties it.
///
/// If another variable shares the array's storage, that one keeps its bytes: wipe only what you alone hold.
public func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
    bytes = []
}
