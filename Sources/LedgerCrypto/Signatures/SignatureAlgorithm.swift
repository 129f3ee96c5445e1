/// The JOSE signature algorithms that we sign with and accept (RFC 7518 section 3.1, RFC 8037 section 3.1).
///
/// There is no `none` and nothing symmetric, so a public key can never be taken for a shared secret.
public enum SignatureAlgorithm: String, CaseIterable, Sendable {
    /// ECDSA over P-256 with SHA-256; the signature is r ‖ s, 64 bytes.
    case es256 = "ES256"
    /// RSASSA-PKCS1-v1_5 with SHA-256 and a modulus of 2,048 bits or more.
    case rs256 = "RS256"
    /// Ed25519; the signature is 64 bytes.
    case edDSA = "EdDSA"
}
