internal import COpenSSL

/// What is kept of a password: PBKDF2 with HMAC-SHA-256 over a random salt (RFC 8018, section 5.2).
///
/// The password cannot be read back from it, only guessed, and every guess costs the whole number of iterations.
public struct PasswordHash: Equatable, Sendable {
    public static let defaultIterations = 100_000
    /// A stored number above this is refused: one check would keep a thread busy for seconds.
    public static let maximumIterations = 10_000_000
    /// In bytes.
    public static let saltLength = 16
    /// In bytes.
    public static let hashLength = 32

    public let salt: [UInt8]
    public let iterations: Int
    public let hash: [UInt8]

    /// One that was stored; nil when a length or the number of iterations is not one of ours.
    public init?(salt: [UInt8], iterations: Int, hash: [UInt8]) {
        guard salt.count == Self.saltLength, hash.count == Self.hashLength,
            (1...Self.maximumIterations).contains(iterations)
        else { return nil }
        self.salt = salt
        self.iterations = iterations
        self.hash = hash
    }

    /// The hash of a password under a fresh salt.
    ///
    /// `iterations` is from 1 to ``maximumIterations``; that is the caller's duty.
    public init(
        of password: borrowing SecretBytes, iterations: Int = defaultIterations
    ) throws(CryptoError) {
        precondition((1...Self.maximumIterations).contains(iterations), "a number of iterations that we would refuse")
        salt = try SecureRandom.bytes(Self.saltLength)
        self.iterations = iterations
        hash = try Self.derive(password, salt, iterations)
    }

    /// Whether this is the password. How long that takes depends on the iterations and the password's length only.
    public func matches(_ password: borrowing SecretBytes) throws(CryptoError) -> Bool {
        constantTimeEqual(try Self.derive(password, salt, iterations), hash)
    }

    static func derive(
        _ password: borrowing SecretBytes, _ salt: [UInt8], _ iterations: Int, length: Int = hashLength
    ) throws(CryptoError) -> [UInt8] {
        var derived = [UInt8](repeating: 0, count: length)
        let result = password.withUnsafeBytes { password in
            PKCS5_PBKDF2_HMAC(
                password.assumingMemoryBound(to: CChar.self).baseAddress, Int32(clamping: password.count),
                salt, Int32(salt.count), Int32(clamping: iterations), Algorithms.sha256, Int32(length), &derived)
        }
        try check(result, "PKCS5_PBKDF2_HMAC")
        return derived
    }
}
