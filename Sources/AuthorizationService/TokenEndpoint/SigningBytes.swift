internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto
internal import TokenFormat

/// The bytes that a token's signature covers (RFC 7515, section 5.1), and what the log says of them.
struct SigningBytes: Sendable {
    private static let prefix = Array("authledger/signing-input/v1\n".utf8)
    private static let saltCount = 32

    let bytes: [UInt8]

    /// Header and claims as they were decided, with `extraInfo` open as the Identity sent it.
    init(_ header: TokenHeader, _ claims: TokenClaims, extraInfo: [UInt8]?) throws {
        var claims = claims
        if claims.extraInfo != nil, let extraInfo { claims.extraInfo = .open(json: extraInfo) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(768 + (extraInfo?.count ?? 0) * 4 / 3)
        Base64URL.append(try AccessTokenFormat.header(header), to: &bytes)
        bytes.append(UInt8(ascii: "."))
        Base64URL.append(try AccessTokenFormat.claims(claims), to: &bytes)
        self.bytes = bytes
    }

    /// Stands in the log where nothing in the token is sealed.
    var digest: Bytes32 { Bytes32(SHA256.hash(bytes)) }

    /// Stands in the log where a claim is sealed: SHA-256("authledger/signing-input/v1\n" ‖ salt ‖ LP(bytes)), the salt
    /// sealed like the claim, so that the bytes cannot be guessed from the log.
    func commitment(
        blind: Bytes16, vault: VaultID, vaults: any Vaults
    ) async throws -> (value: SigningInput, record: SealedRecord) {
        let salt = try SecureRandom.bytes(Self.saltCount)
        let sealed = try await vaults.seal(salt, field: "signing_input.salt", blind: blind, vault: vault)
        var value = SigningInput()
        value.commitment = commitment(salt: salt)
        value.salt = sealed.value
        return (value, sealed.record)
    }

    private func commitment(salt: [UInt8]) -> Bytes32 {
        var input = LengthPrefixed(after: Self.prefix + salt)
        input.append(bytes)
        return Bytes32(SHA256.hash(input.bytes))
    }

    /// Whether the log says that these bytes were signed. `salt` is what it sealed, where it sealed one.
    func are(_ recorded: SigningInput, salt: [UInt8]?) -> Bool {
        if let digest = recorded.digest { return digest == self.digest }
        guard let commitment = recorded.commitment, let salt else { return false }
        return commitment == self.commitment(salt: salt)
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
