internal import COpenSSL

/// A public key that tokens, assertions and proofs are verified with, from any thread.
///
/// Making one costs about as much as a signature: keep those that come back.
public struct TokenVerificationKey: Sendable {
    public let jwk: PublicJWK
    private let verifier: Verifier

    private enum Verifier: Sendable {
        case digest(DigestSignatures)
        case ed25519(Ed25519PublicKey)
    }

    /// Throws ``CryptoError/keyRefused(_:)`` for a point that is not on the curve and for weak RSA keys.
    public init(_ jwk: PublicJWK) throws(CryptoError) {
        self.jwk = jwk
        switch jwk {
        case .p256(let x, let y):
            try check(lengthOf: "x", x.count, is: 32)
            try check(lengthOf: "y", y.count, is: 32)
            verifier = .digest(DigestSignatures(try KeyHandle.p256(x: x, y: y), algorithm: .es256))
        case .rsa(let n, let e):
            try RSAStrength.check(n: n, e: e)
            verifier = .digest(DigestSignatures(try KeyHandle.rsa(n: n, e: e), algorithm: .rs256))
        case .ed25519(let x):
            verifier = .ed25519(try Ed25519PublicKey(rawBytes: x))
        }
    }

    /// The one algorithm that this key is for. A token's header does not choose it.
    public var algorithm: SignatureAlgorithm { jwk.algorithm }

    /// The RFC 7638 thumbprint in base64url.
    public var keyID: String { jwk.keyID }

    /// Whether the signature, in JOSE form, is this key's over the input.
    public func verify(_ signature: [UInt8], of signingInput: [UInt8]) throws(CryptoError) -> Bool {
        switch verifier {
        case .digest(let signatures): try signatures.verify(signature, of: signingInput)
        case .ed25519(let key): try key.verify(signature, of: signingInput)
        }
    }
}
