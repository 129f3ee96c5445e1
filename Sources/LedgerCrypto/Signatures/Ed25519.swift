internal import COpenSSL

/// A private key for Ed25519 (RFC 8032). Signing is deterministic; any thread may sign.
public struct Ed25519PrivateKey: Sendable {
    /// 32.
    public static let seedLength = 32

    let handle: KeyHandle
    public let publicKey: Ed25519PublicKey

    /// A fresh key.
    public static func generate() throws(CryptoError) -> Ed25519PrivateKey {
        try Ed25519PrivateKey(handle: KeyHandle(taking: ledger_generate_ed25519(), "EVP_PKEY_Q_keygen"))
    }

    /// The key of a 32-byte seed.
    public init(seed: borrowing SecretBytes) throws(CryptoError) {
        try check(lengthOf: "seed", seed.count, is: Self.seedLength)
        let pointer = seed.withUnsafeBytes {
            EVP_PKEY_new_raw_private_key_ex(nil, "ED25519", nil, $0.unsignedBytes, $0.count)
        }
        try self.init(handle: KeyHandle(taking: pointer, "EVP_PKEY_new_raw_private_key_ex"))
    }

    init(handle: KeyHandle) throws(CryptoError) {
        self.handle = handle
        publicKey = try Ed25519PublicKey(rawBytes: handle.rawPublicKey())
    }

    /// The 32-byte seed, for a key file.
    public func seed() throws(CryptoError) -> SecretBytes {
        try SecretBytes(count: Self.seedLength) { (bytes) throws(CryptoError) in
            var count = bytes.count
            let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
            try check(EVP_PKEY_get_raw_private_key(handle.pointer, start, &count), "EVP_PKEY_get_raw_private_key")
            try check(lengthOf: "seed", count, is: Self.seedLength)
        }
    }

    /// The 64-byte signature of the message.
    public func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        let context = try check(EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        defer { EVP_MD_CTX_free(context) }
        try check(EVP_DigestSignInit_ex(context, nil, nil, nil, nil, handle.pointer, nil), "EVP_DigestSignInit_ex")
        var signature = [UInt8](repeating: 0, count: Ed25519PublicKey.signatureLength)
        var count = signature.count
        try check(EVP_DigestSign(context, &signature, &count, message, message.count), "EVP_DigestSign")
        try check(lengthOf: "signature", count, is: signature.count)
        return signature
    }
}

/// A public key for Ed25519 (RFC 8032).
public struct Ed25519PublicKey: Hashable, Sendable {
    /// 32.
    public static let keyLength = 32
    /// 64.
    public static let signatureLength = 64

    /// The 32 bytes of RFC 8032 section 5.1.5.
    public let rawBytes: [UInt8]
    private let handle: KeyHandle

    /// Throws unless there are 32 bytes. Whether they encode a point shows when a signature is verified: if not, none
    /// is valid.
    public init(rawBytes: [UInt8]) throws(CryptoError) {
        try check(lengthOf: "public key", rawBytes.count, is: Self.keyLength)
        self.rawBytes = rawBytes
        handle = try KeyHandle(
            taking: EVP_PKEY_new_raw_public_key_ex(nil, "ED25519", nil, rawBytes, rawBytes.count),
            "EVP_PKEY_new_raw_public_key_ex")
    }

    /// Whether the signature is this key's over the message.
    ///
    /// As RFC 8032 has it without cofactor: S below the group order, canonical R compared as bytes. A key of small
    /// order, which somebody would have to choose on purpose, can vouch for more than one message.
    public func verify(_ signature: [UInt8], of message: [UInt8]) throws(CryptoError) -> Bool {
        guard signature.count == Self.signatureLength else { return false }
        let context = try check(EVP_MD_CTX_new(), "EVP_MD_CTX_new")
        defer { EVP_MD_CTX_free(context) }
        try check(EVP_DigestVerifyInit_ex(context, nil, nil, nil, nil, handle.pointer, nil), "EVP_DigestVerifyInit_ex")
        guard EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1 else {
            ERR_clear_error()
            return false
        }
        return true
    }

    public static func == (left: Ed25519PublicKey, right: Ed25519PublicKey) -> Bool {
        left.rawBytes == right.rawBytes
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(rawBytes)
    }
}
