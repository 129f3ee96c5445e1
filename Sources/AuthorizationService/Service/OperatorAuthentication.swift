public import AuthorizationCore
internal import EventLog
internal import HTTPMessages
public import LedgerCrypto

/// A secret of ours: 32 random bytes, shown once as base64url; the ledger holds their SHA-256.
public enum IssuedSecret {
    public static let byteCount = 32

    /// Draws a secret. The text is for whoever asked; the digest is for the log.
    public static func draw() throws(CryptoError) -> (text: String, digest: Bytes32) {
        var bytes = try SecureRandom.bytes(byteCount)
        defer { wipe(&bytes) }
        return (Base64URL.encode(bytes), Bytes32(SHA256.hash(bytes)))
    }

    /// Whether the text is the secret behind the digest, in time that does not depend on where they differ.
    static func matches(_ text: String, _ digest: Bytes32) -> Bool {
        guard var bytes = Base64URL.decode(text), bytes.count == byteCount else { return false }
        defer { wipe(&bytes) }
        return constantTimeEqual(SHA256.hash(bytes).bytes, digest.bytes)
    }
}

/// An operator's bearer key: the operator's id, a full stop, and a secret of ours.
public enum OperatorKey {
    public static func text(of id: OperatorID, secret: String) -> String { "\(id.text).\(secret)" }
}

/// Why nobody is let in.
enum OperatorRefusal: Sendable {
    /// No key, or one that opens nothing.
    case unauthenticated
    case expired(OperatorID)
    /// A key that opens, but not this.
    case lacksRole(OperatorID, Role)
}

extension ServiceContext {
    /// The operator whose unexpired key the request carries as a bearer token (RFC 6750, section 2.1), if it has one
    /// of `roles`.
    func `operator`(
        of request: HTTPRequest, having roles: Role..., in estate: Estate
    ) -> Result<Operator, OperatorAuthenticationError> {
        guard request.fields.count(of: "Authorization") == 1, let value = request.fields.first("Authorization"),
            value.utf8.count <= 256, value.prefix(7).lowercased() == "bearer "
        else { return .failure(OperatorAuthenticationError(refusal: .unauthenticated)) }
        guard let found = self.operator(holding: value.dropFirst(7), in: estate) else {
            return .failure(OperatorAuthenticationError(refusal: .unauthenticated))
        }
        let id = found.id
        guard found.expiresAt > clock() else { return .failure(OperatorAuthenticationError(refusal: .expired(id))) }
        guard roles.isEmpty || roles.contains(where: { found.roles.contains($0) }) else {
            return .failure(OperatorAuthenticationError(refusal: .lacksRole(id, roles[0])))
        }
        return .success(found)
    }

    /// The operator whose key the text is, expired or not.
    func `operator`(holding key: Substring, in estate: Estate) -> Operator? {
        let parts = key.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let id = OperatorID(text: String(parts[0])), let found = estate.operators[id],
            IssuedSecret.matches(String(parts[1]), found.key.digest)
        else { return nil }
        return found
    }
}

struct OperatorAuthenticationError: Error {
    var refusal: OperatorRefusal

    /// What the asker is told (RFC 6750, section 3; RFC 9457).
    var answer: HTTPResponse {
        switch refusal {
        case .unauthenticated, .expired:
            Problem(status: 401, title: "An operator's key is needed", reason: "unauthenticated")
                .response(fields: ["WWW-Authenticate": "Bearer realm=\"authledger\""])
        case .lacksRole(_, let role):
            Problem(status: 403, title: "The operator lacks the role \(role.text)", reason: "role_missing").response()
        }
    }
}
