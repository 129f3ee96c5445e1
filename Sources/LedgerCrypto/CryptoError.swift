/// Why a cryptographic operation did not produce a result. Holds facts about shape, never keys or plaintext.
public enum CryptoError: Error, Equatable, Sendable {
    /// The system's random generator gave nothing. Nothing that needs a fresh secret may go on.
    case randomnessUnavailable
    /// A value has another length than its format has; lengths are in bytes.
    case wrongLength(of: String, expected: Int, found: Int)
    /// Sealed data does not belong to this key, nonce and associated data, or was changed.
    case authenticationFailed
    /// A key is of no use here; the text says which rule it breaks.
    case keyRefused(KeyRefusal)
    /// The library failed where it never should (no memory, no provider). `code` is its error code, 0 if it gave none.
    case libraryFailed(operation: String, code: UInt)
}

/// Which rule a key breaks.
public enum KeyRefusal: String, Equatable, Sendable {
    /// The bytes are no PKCS#8 structure, or something follows it.
    case notPKCS8 = "not_pkcs8"
    /// A JWK member is missing, or is not unpadded base64url of the right length.
    case malformedMember = "malformed_member"
    /// A JWK for a public key holds a private or symmetric member.
    case privateMember = "private_member"
    /// The key type, curve, `alg` or `use` is not one of ours.
    case unsupported = "unsupported"
    /// The point is not on the curve, or the number is no number of the group.
    case notOnCurve = "not_on_curve"
    /// The RSA modulus has fewer than 2,048 bits, is even, or bears the ROCA fingerprint (CVE-2017-15361).
    case weakModulus = "weak_modulus"
    /// The RSA modulus has more bits than we spend time on.
    case modulusTooLarge = "modulus_too_large"
    /// The RSA public exponent is even, 1, or longer than four bytes.
    case badExponent = "bad_exponent"
    /// Private and public parts do not belong together.
    case inconsistent = "inconsistent"
}
