internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto
internal import TokenFormat

/// The bytes that a token's signature covers, and the record of them.
struct SigningBytes: Sendable {
    let bytes: [UInt8]

    /// Header and claims as they were decided, with `extraInfo` open as the Identity sent it.
    init(_ header: TokenHeader, _ claims: TokenClaims, extraInfo: [UInt8]?) throws {
        var claims = claims
        if claims.extraInfo != nil, let extraInfo { claims.extraInfo = .open(json: extraInfo) }
        bytes = SigningInputs.bytes(
            header: try AccessTokenFormat.header(header), claims: try AccessTokenFormat.claims(claims))
    }

    /// Stands in the log where nothing in the token is sealed.
    var digest: Bytes32 { Bytes32(SHA256.hash(bytes)) }

    /// Stands in the log where a claim is sealed.
    func commitment(
        blind: Bytes16, vault: VaultID, vaults: any Vaults
    ) async throws -> (value: SigningInput, record: SealedRecord) {
        let salt = try SecureRandom.bytes(SigningInputs.saltCount)
        let sealed = try await vaults.seal(salt, field: SigningInputs.saltField, blind: blind, vault: vault)
        var value = SigningInput()
        value.commitment = SigningInputs.commitment(to: bytes, salt: salt)
        value.salt = sealed.value
        return (value, sealed.record)
    }

    /// Whether the log says that these bytes were signed. `salt` is what it sealed, where it sealed one.
    func are(_ recorded: SigningInput, salt: [UInt8]?) -> Bool {
        if let digest = recorded.digest { return digest == self.digest }
        guard let commitment = recorded.commitment, let salt else { return false }
        return commitment == SigningInputs.commitment(to: bytes, salt: salt)
    }

    /// The token in compact serialization (RFC 7515, section 7.1).
    func token(signedBy key: TokenSigningKey) throws -> [UInt8] {
        var token = bytes
        let signature = try key.sign(bytes)
        token.append(UInt8(ascii: "."))
        Base64URL.append(signature, to: &token)
        return token
    }
}
