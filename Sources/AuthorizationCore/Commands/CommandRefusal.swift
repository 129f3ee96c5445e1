/// Why a command was refused: a word for programs, and the members of the request that are to blame.
public struct CommandRefusal: Error, Equatable, Sendable {
    public var reason: Reason
    /// Paths such as `access_rules.0.path`. Never values.
    public var fields: [String]

    public init(_ reason: Reason, _ fields: String...) {
        self.reason = reason
        self.fields = fields
    }

    /// The status of the answer (RFC 9110).
    public var status: Int64 { reason.status }

    /// Raw values are recorded for ever.
    public enum Reason: String, CaseIterable, Sendable {
        /// The thing that the path names is not there.
        case notFound = "not_found"
        case revisionNotFound = "revision_not_found"
        case retired
        case nameTaken = "name_taken"
        /// Another API that is deployed in the same environment is that audience already.
        case resourceTaken = "resource_taken"
        /// Nobody would be left who can add operators.
        case lastAdministrator = "last_administrator"
        /// Weaker recording needs a second operator.
        case approvalNeeded = "approval_needed"
        case invalidValue = "invalid_value"
        case tooMany = "too_many"
        case repeatedValue = "repeated_value"
        /// The body names a thing that is not there.
        case unknownReference = "unknown_reference"
        /// The API has no OAuth or Access Token Validation interceptor with the Password option on.
        case notLinkable = "not_linkable"
        case destinationMissing = "destination_missing"
        /// A destination changed, and nothing says whether the users behind it did.
        case sameUserStoreUnsaid = "same_user_store_unsaid"
        /// What `same_user_store` says and what `user_store` says do not go together.
        case userStoreContradicted = "user_store_contradicted"
        /// A field that the token endpoint itself fills, or that must never be forwarded.
        case reservedField = "reserved_field"
        /// A vector of trust means nothing without its trustmark (RFC 8485, section 4).
        case votWithoutVTM = "vot_without_vtm"
        /// `client_id` tells to whom a token was issued, not who presents it.
        case clientIsNoCaller = "client_id_is_no_caller"
        /// There is nothing to confirm.
        case clockRight = "clock_right"
        /// Nobody made the key that the command needs.
        case keyMissing = "key_missing"

        public var status: Int64 {
            switch self {
            case .notFound, .revisionNotFound: 404
            case .retired, .nameTaken, .resourceTaken, .lastAdministrator, .approvalNeeded, .clockRight: 409
            case .invalidValue, .tooMany, .repeatedValue, .unknownReference, .notLinkable, .destinationMissing,
                .sameUserStoreUnsaid, .userStoreContradicted, .reservedField, .votWithoutVTM, .clientIsNoCaller:
                422
            case .keyMissing: 503
            }
        }
    }
}

/// Throws the refusal unless the condition holds.
func demand(
    _ condition: Bool, else reason: CommandRefusal.Reason, _ field: String? = nil
) throws(CommandRefusal) {
    guard !condition else { return }
    var refusal = CommandRefusal(reason)
    if let field { refusal.fields = [field] }
    throw refusal
}

/// Throws unless there are at most `maximum` values and none of them stands twice.
func demandDistinct<Value: Hashable>(
    _ values: [Value], atMost maximum: Int, _ field: String
) throws(CommandRefusal) {
    try demand(values.count <= maximum, else: .tooMany, field)
    try demand(Set(values).count == values.count, else: .repeatedValue, field)
}
