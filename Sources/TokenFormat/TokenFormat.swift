public import AuthorizationCore
internal import FieldCoding

/// The bytes of a JWT access token (RFC 9068), made from a decision and from nothing else.
///
/// Header and claims are canonical JSON, so that the same decision gives the same bytes for ever.
public enum AccessTokenFormat {
    /// The header as JSON.
    public static func header(_ header: TokenHeader) throws(FieldError) -> [UInt8] {
        try FieldWriter.bytes(of: header)
    }

    /// The claims as JSON: in a token with `extraInfo` open, in the log's form with its commitment.
    public static func claims(_ claims: TokenClaims) throws(FieldError) -> [UInt8] {
        try FieldWriter.bytes(of: claims)
    }
}
