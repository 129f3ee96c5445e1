/// Why a token request was refused.
///
/// Cases are in order of precedence: when several apply, the first one wins, so an outage is never reported as a
/// wrong password. Raw values are recorded in the log and never change.
public enum Refusal: String, CaseIterable, TextValue {
    case oauthNotDeployed = "oauth_not_deployed"
    case unknownApp = "unknown_app"
    case appSuspended = "app_suspended"
    case proofInvalid = "proof_invalid"
    case malformedRequest = "malformed_request"
    case grantUnknown = "grant_unknown"
    case grantNotAllowed = "grant_not_allowed"
    case targetUnknown = "target_unknown"
    case scopeNotAllowed = "scope_not_allowed"
    case levelUnreachable = "level_unreachable"
    case grantInvalid = "grant_invalid"
    case appThrottled = "app_throttled"
    case userThrottled = "user_throttled"
    case noLinkedIdentity = "no_linked_identity"
    case noIdentityInEnvironment = "no_identity_in_environment"
    case locked
    case identityUnavailable = "identity_unavailable"
    case credentialsRejected = "credentials_rejected"

    /// What the asker is told (RFC 6749, section 5.2). All bad user credentials look alike.
    public var answer: PublicError {
        switch self {
        case .oauthNotDeployed: PublicError(404, "not_found")
        case .unknownApp, .appSuspended: PublicError(401, "invalid_client")
        case .proofInvalid: PublicError(400, "invalid_dpop_proof")
        case .malformedRequest: PublicError(400, "invalid_request")
        case .grantUnknown: PublicError(400, "unsupported_grant_type")
        case .grantNotAllowed: PublicError(400, "unauthorized_client")
        case .targetUnknown: PublicError(400, "invalid_target")
        case .scopeNotAllowed: PublicError(400, "invalid_scope")
        case .levelUnreachable: PublicError(400, "unmet_authentication_requirements")
        case .appThrottled: PublicError(429, "temporarily_unavailable")
        case .identityUnavailable: PublicError(503, "temporarily_unavailable")
        case .grantInvalid, .userThrottled, .noLinkedIdentity, .noIdentityInEnvironment, .locked,
            .credentialsRejected:
            PublicError(400, "invalid_grant")
        }
    }

    /// Whether it counts as a failed guess: never an outage, a bad client or a throttled request.
    public var isFailedGuess: Bool { self == .credentialsRejected || self == .locked }
}

/// The status and the `error` of a refusal's answer.
public struct PublicError: Hashable, Sendable {
    public var status: Int64
    public var error: String

    public init(_ status: Int64, _ error: String) {
        self.status = status
        self.error = error
    }
}

extension RequestFault {
    /// The status and error of a malformed request: what HTTP says about its form comes before what OAuth says.
    public var answer: PublicError {
        switch self {
        case .methodNotAllowed: PublicError(405, "invalid_request")
        case .mediaType: PublicError(415, "invalid_request")
        // RFC 8707, section 2 and RFC 6749, section 5.2 have a code of their own for these, malformed ones included.
        case .resource: PublicError(400, "invalid_target")
        case .scope: PublicError(400, "invalid_scope")
        case .body, .repeatedParameter, .missingGrantType, .missingUserName, .missingPassword,
            .credentialsOutsideBody, .clientSecretInBody, .clientMismatch, .parameterTooLong, .tooManyFields,
            .twoAuthenticationMethods:
            PublicError(400, "invalid_request")
        }
    }
}
