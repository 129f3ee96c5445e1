public import AuthorizationCore
internal import LedgerCrypto

/// The bytes that a token's signature covers (RFC 7515, section 5.1), and what the log says of them.
public enum SigningInputs {
    /// The field, in `token.issued`, of the salt of a commitment.
    public static let saltField = "signing_input.salt"
    public static let saltCount = 32

    private static let prefix = Array("authledger/signing-input/v1\n".utf8)

    /// Header and claims, each in base64url, joined by a full stop. Both are JSON as `AccessTokenFormat` makes it.
    public static func bytes(header: [UInt8], claims: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity((header.count + claims.count) * 4 / 3 + 4)
        Base64URL.append(header, to: &bytes)
        bytes.append(UInt8(ascii: "."))
        Base64URL.append(claims, to: &bytes)
        return bytes
    }

    /// Stands in the log where a claim is sealed: SHA-256("authledger/signing-input/v1\n" ‖ salt ‖ LP(bytes)), the salt
    /// sealed like the claim, so that the bytes cannot be guessed from the log. Elsewhere their SHA-256 stands there.
    public static func commitment(to bytes: [UInt8], salt: [UInt8]) -> Bytes32 {
        var input = LengthPrefixed(after: prefix + salt)
        input.append(bytes)
        return Bytes32(SHA256.hash(input.bytes))
    }
}
