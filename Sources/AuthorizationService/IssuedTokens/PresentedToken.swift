internal import AuthorizationCore
internal import HTTPMessages

/// What a request for introspection or revocation says (RFC 7662, section 2.1; RFC 7009, section 2.1).
struct PresentedToken: Sendable {
    /// Longer texts are no tokens of ours.
    static let maximumBytes = 65_536
    private static let maximumFields = 16

    var token: String

    /// Reads the form. What is wrong with it becomes an answer: the hint is never needed and never wrong.
    init(_ request: HTTPRequest, by asker: String) throws(TokenDoorRefusal) {
        guard request.method == "POST" else { throw TokenDoorRefusal(405, "invalid_request", "method_not_allowed") }
        guard request.query == nil else {
            throw TokenDoorRefusal(400, "invalid_request", RequestFault.credentialsOutsideBody.rawValue)
        }
        guard request.fields.count(of: "Content-Type") == 1, let text = request.fields.first("Content-Type"),
            let media = try? MediaType(parsing: text), media.essence == "application/x-www-form-urlencoded"
        else { throw TokenDoorRefusal(415, "invalid_request", RequestFault.mediaType.rawValue) }
        guard let form = try? FormURLEncoded(parsing: request.body, maximumFields: Self.maximumFields) else {
            throw TokenDoorRefusal(400, "invalid_request", RequestFault.body.rawValue)
        }
        // RFC 6749, section 3.2: parameters must not repeat.
        guard form.repeatedName == nil else {
            throw TokenDoorRefusal(400, "invalid_request", RequestFault.repeatedParameter.rawValue)
        }
        // RFC 6749, section 2.3: one way to authenticate.
        guard form.first("client_secret") == nil, form.first("client_assertion") == nil else {
            throw TokenDoorRefusal(400, "invalid_request", RequestFault.twoAuthenticationMethods.rawValue)
        }
        guard form.first("client_id").map({ $0 == asker }) != false else {
            throw TokenDoorRefusal(400, "invalid_request", RequestFault.clientMismatch.rawValue)
        }
        guard let token = form.first("token"), !token.isEmpty else {
            throw TokenDoorRefusal(400, "invalid_request", "missing_token")
        }
        guard token.utf8.count <= Self.maximumBytes else {
            throw TokenDoorRefusal(400, "invalid_request", RequestFault.parameterTooLong.rawValue)
        }
        self.token = token
    }
}

/// Why a request for introspection or revocation is refused, to the asker and for the record.
struct TokenDoorRefusal: Error {
    var answer: PublicError
    var reason: String
    var target: String?

    init(_ status: Int64, _ error: String, _ reason: String, target: String? = nil) {
        answer = PublicError(status, error)
        self.reason = reason
        self.target = target
    }
}
