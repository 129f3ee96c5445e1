internal import COpenSSL

/// A private key that tokens are signed with, from any thread at full speed.
public struct TokenSigningKey: Sendable {
    public let verificationKey: TokenVerificationKey
    /// The RFC 7638 thumbprint of the public key, in base64url.
    public let keyID: String
    private let handle: KeyHandle
    private let signer: Signer

    private enum Signer: Sendable {
        case digest(DigestSignatures)
        case ed25519(Ed25519PrivateKey)
    }

    /// The modulus of new RSA keys, in bits.
    public static let generatedModulusBits = 2_048

    /// A fresh key.
    public static func generate(_ algorithm: SignatureAlgorithm) throws(CryptoError) -> TokenSigningKey {
        let pointer =
            switch algorithm {
            case .es256: ledger_generate_p256()
            case .rs256: ledger_generate_rsa(UInt32(generatedModulusBits))
            case .edDSA: ledger_generate_ed25519()
            }
        return try TokenSigningKey(handle: KeyHandle(taking: pointer, "EVP_PKEY_Q_keygen"))
    }

    /// Reads a key that ``pkcs8()`` wrote. The kind of key gives the algorithm.
    ///
    /// Throws ``CryptoError/keyRefused(_:)`` for anything but one whole PKCS#8 structure with a key of ours whose parts
    /// belong together.
    public init(pkcs8: borrowing SecretBytes) throws(CryptoError) {
        let handle = try KeyHandle(pkcs8: pkcs8)
        try handle.checkConsistency()
        try self.init(handle: handle)
    }

    private init(handle: KeyHandle) throws(CryptoError) {
        self.handle = handle
        verificationKey = try TokenVerificationKey(handle.publicJWK())
        keyID = verificationKey.keyID
        switch verificationKey.algorithm {
        case .es256: signer = .digest(DigestSignatures(handle, algorithm: .es256))
        case .rs256: signer = .digest(DigestSignatures(handle, algorithm: .rs256))
        case .edDSA: signer = .ed25519(try Ed25519PrivateKey(handle: handle))
        }
    }

    public var algorithm: SignatureAlgorithm { verificationKey.algorithm }

    public var jwk: PublicJWK { verificationKey.jwk }

    /// The private key as unencrypted PKCS#8 DER (RFC 5958), for a key file.
    public func pkcs8() throws(CryptoError) -> SecretBytes {
        try handle.pkcs8()
    }

    /// The signature over the input in JOSE form: r ‖ s for ES256, the plain octets otherwise.
    public func sign(_ signingInput: [UInt8]) throws(CryptoError) -> [UInt8] {
        switch signer {
        case .digest(let signatures): try signatures.sign(signingInput)
        case .ed25519(let key): try key.sign(signingInput)
        }
    }
}
