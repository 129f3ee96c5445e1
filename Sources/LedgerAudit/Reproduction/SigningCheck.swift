internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto
internal import TokenFormat

/// Makes the bytes that a token's signature covered again, and compares them with what the record says of them.
struct SigningCheck {
    enum Result {
        case same
        case differs(String, recorded: String, replayed: String)
        /// So many values could not be opened; of these, so many were erased.
        case closed(Int, erased: Int, vault: VaultID)
    }

    private let header: TokenHeader
    private let claims: TokenClaims
    private let recorded: SigningInput
    /// The attempt whose `extraInfo` the token carries, where it carries any.
    private let source: Recorded<ValidationAttempted>?
    private let token: Position
    private let blind: Bytes16

    init(
        _ header: TokenHeader, _ claims: TokenClaims, recorded: SigningInput,
        source: Recorded<ValidationAttempted>?, token: Position, blind: Bytes16
    ) {
        self.header = header
        self.claims = claims
        self.recorded = recorded
        self.source = source
        self.token = token
        self.blind = blind
    }

    func run(_ opener: SealedOpening) throws(ReplayFault) -> Result {
        guard claims.extraInfo != nil, let source, let extraInfo = source.data.extraInfoSealed else {
            guard let digest = recorded.digest, recorded.commitment == nil, recorded.salt == nil else {
                return .differs("signing_input", recorded: "a commitment", replayed: "a digest: nothing is sealed")
            }
            let replayed = Bytes32(SHA256.hash(try bytes(claims)))
            return digest == replayed
                ? .same : .differs("signing_input", recorded: digest.text, replayed: replayed.text)
        }
        guard let commitment = recorded.commitment, let salt = recorded.salt, recorded.digest == nil else {
            return .differs("signing_input", recorded: "a digest", replayed: "a commitment: a claim is sealed")
        }
        guard salt.vault == extraInfo.vault else {
            return .differs("signing_input", recorded: salt.vault.text, replayed: extraInfo.vault.text)
        }
        let claim = try opener.open(extraInfo, at: source.position, field: "extra_info_sealed", blind: source.blind)
        let opened = try opener.open(salt, at: token, field: SigningInputs.saltField, blind: blind)
        switch (claim, opened) {
        case (.open(let json), .open(let salt)):
            var claims = claims
            claims.extraInfo = .open(json: json)
            let replayed = SigningInputs.commitment(to: try bytes(claims), salt: salt)
            return commitment == replayed
                ? .same : .differs("signing_input", recorded: commitment.text, replayed: replayed.text)
        case (.broken, _):
            return .differs("extraInfo", recorded: "a record beside the log", replayed: "not what the log commits to")
        case (_, .broken):
            return .differs(
                "signing_input", recorded: "a record beside the log", replayed: "not what the log commits to")
        case (_, _):
            let closed = [claim, opened]
            return .closed(
                closed.count { !$0.isOpen }, erased: closed.count { $0.isErased }, vault: extraInfo.vault)
        }
    }

    private func bytes(_ claims: TokenClaims) throws(ReplayFault) -> [UInt8] {
        do {
            return SigningInputs.bytes(
                header: try AccessTokenFormat.header(header), claims: try AccessTokenFormat.claims(claims))
        } catch {
            throw .audit(.noEvent(token))
        }
    }
}
