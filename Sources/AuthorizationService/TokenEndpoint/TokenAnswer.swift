internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto

/// The bytes that the token endpoint answers with (RFC 6749, sections 5.1 and 5.2).
enum TokenAnswer {
    private static let noStore: HTTPFields = ["Cache-Control": "no-store", "Pragma": "no-cache"]

    /// A token, and where its event stands.
    static func issued(_ issued: IssuedAnswer, receipt: (leaf: [UInt8], proof: String)?) -> HTTPResponse {
        var json = JSONWriter(reservingCapacity: issued.token.count + 256)
        json.beginObject()
        json.name("access_token")
        issued.token.withUnsafeBytes { json.string(asciiBytes: $0) }
        json.name("expires_in")
        json.integer(issued.lifetimeInSeconds)
        json.name("ledger")
        json.beginObject()
        json.name("leaf_hash")
        json.string(issued.leafHash.hex)
        json.name("position")
        json.integer(issued.position.value)
        json.endObject()
        if let receipt {
            json.name("receipt")
            json.beginObject()
            json.name("leaf")
            json.string(Base64.encode(receipt.leaf))
            json.name("proof")
            json.string(receipt.proof)
            json.endObject()
        }
        if let refreshToken = issued.refreshToken {
            json.name("refresh_token")
            json.string(refreshToken)
        }
        json.name("scope")
        json.string(issued.scope.joined(separator: " "))
        json.name("token_type")
        json.string(issued.isBound ? "DPoP" : "Bearer")
        json.endObject()
        return .json(json.takeBytes(), fields: noStore)
    }

    /// Nothing could be recorded or read, hence nothing is decided.
    static let unavailable = refused(
        PublicError(503, "temporarily_unavailable"), retryAfterSeconds: Refusal.unavailableRetryAfterSeconds)

    /// A refusal. All bad user credentials have one body.
    static func refused(_ error: PublicError, retryAfterSeconds: Int64?) -> HTTPResponse {
        var json = JSONWriter()
        json.beginObject()
        json.name("error")
        json.string(error.error)
        if let description = descriptions[error.error] {
            json.name("error_description")
            json.string(description)
        }
        json.endObject()
        var fields = noStore
        if error.status == 401 { fields.append("WWW-Authenticate", "Basic realm=\"authledger\", charset=\"UTF-8\"") }
        if error.status == 405 { fields.append("Allow", "POST") }
        if let retryAfterSeconds { fields.append("Retry-After", "\(retryAfterSeconds)") }
        return .json(json.takeBytes(), status: Int(error.status), fields: fields)
    }

    /// RFC 6749, section 5.2: for the developer of a client; it says no more than the code does.
    private static let descriptions = [
        "invalid_client": "The app is unknown, or its authentication failed.",
        "invalid_request": "The request is malformed.",
        "invalid_grant": "The user's credentials or the refresh token were not accepted.",
        "unsupported_grant_type": "This grant type is not supported.",
        "unauthorized_client": "The app may not use this grant type.",
        "invalid_scope": "The scope is unknown, not allowed, or declared by several audiences: name one resource.",
        "invalid_target": "A resource is unknown to this app.",
        "temporarily_unavailable": "Try again later.",
    ]
}
