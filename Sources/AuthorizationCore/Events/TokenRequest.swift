/// The facts of one token request: all that its decision may look at, besides the estate and the attempts.
///
/// It stands in `token.requested`, or inside `token.refused` as far as the guards got.
public struct TokenRequest: FieldGroup, Hashable {
    public var actorToken: PresentedToken?
    public var asked = Asked()
    /// An unguessable id that ties the two proofs of an account link together.
    public var ceremony: String?
    public var client = ClientAuthentication()
    public var consulted = Position(0)
    public var engine: Int64 = 1
    public var environment = EnvironmentName()
    /// What is wrong with the request's form; absent when nothing is.
    public var fault: RequestFault?
    /// A grant type that we know, or `unknown`: what a stranger typed is not recorded.
    public var grant = ""
    public var presented: PresentedRefreshToken?
    public var proof: ProofOfPossession?
    public var receivedAt = Timestamp()
    public var source: SealedValue?
    public var sourceTag: Bytes16?
    public var subjectToken: PresentedToken?
    public var tagEpoch: Int64?
    public var throttle: ThrottleReading?
    public var userName: SealedValue?
    public var userTag: Bytes16?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.group("actor_token", &actorToken)
        try fields.group("asked", &asked)
        try fields.text("ceremony", &ceremony)
        try fields.group("client", &client)
        try fields.position("consulted", &consulted)
        try fields.integer("engine", &engine)
        try fields.text("environment", &environment)
        try fields.text("fault", &fault)
        try fields.text("grant", &grant)
        try fields.group("presented", &presented)
        try fields.group("proof", &proof)
        try fields.text("received_at", &receivedAt)
        try fields.group("source", &source)
        try fields.text("source_tag", &sourceTag)
        try fields.group("subject_token", &subjectToken)
        try fields.integer("tag_epoch", &tagEpoch)
        try fields.group("throttle", &throttle)
        try fields.group("user_name", &userName)
        try fields.text("user_tag", &userTag)
    }
}

/// Why a request is malformed. Found by the edge, recorded so that a replay need not see the body.
public enum RequestFault: String, CaseIterable, TextValue {
    case methodNotAllowed = "method_not_allowed"
    case mediaType = "media_type"
    case body
    case repeatedParameter = "repeated_parameter"
    case missingGrantType = "missing_grant_type"
    case missingUserName = "missing_username"
    case missingPassword = "missing_password"
    case credentialsOutsideBody = "credentials_outside_body"
    case clientSecretInBody = "client_secret_in_body"
    case clientMismatch = "client_mismatch"
    case parameterTooLong = "parameter_too_long"
    case tooManyFields = "too_many_fields"
    case resource
    case scope
    case twoAuthenticationMethods = "two_authentication_methods"
}

/// How the app authenticated: the *result*, and which of its credentials matched.
public struct ClientAuthentication: FieldGroup, Hashable {
    public enum Method: String, CaseIterable, TextValue {
        case none
        case clientSecretBasic = "client_secret_basic"
        case privateKeyJWT = "private_key_jwt"
        case tlsClientAuth = "tls_client_auth"
        case selfSignedTLSClientAuth = "self_signed_tls_client_auth"
    }

    /// The app that was named, where such an app stands in the ledger.
    public var app: AppID?
    /// The credential that matched; absent when none did.
    public var credential: CredentialID?
    public var method = Method.none

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("app", &app)
        try fields.text("credential", &credential)
        try fields.text("method", &method)
    }
}

/// What the request asked for.
public struct Asked: FieldGroup, Hashable {
    public enum Media: String, CaseIterable, TextValue { case form, json, other }

    public var acrValues: [String]?
    /// The size of the body.
    public var bytes: Int64 = 0
    /// Names of the forwarded fields, where they match `[A-Za-z0-9_.-]{1,64}`.
    public var fields: [String] = []
    public var media = Media.form
    /// How many forwarded fields have other names.
    public var otherFields: Int64 = 0
    public var resource: [String]?
    public var scope: [String]?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.texts("acr_values", &acrValues)
        try fields.integer("bytes", &bytes)
        try fields.texts("fields", &self.fields)
        try fields.text("media", &media)
        try fields.integer("other_fields", &otherFields)
        try fields.texts("resource", &resource)
        try fields.texts("scope", &scope)
    }
}

/// The result of checking a proof of possession, before the password went anywhere.
public struct ProofOfPossession: FieldGroup, Hashable {
    public enum Kind: String, CaseIterable, TextValue {
        case dpop, mtls
    }

    /// Why the proof does not hold; absent when it does.
    public var fault: String?
    public var issuedAt: Int64?
    public var kind = Kind.dpop
    public var nonce: Bool?
    public var replayKey: Bytes32?
    public var thumbprint: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("fault", &fault)
        try fields.integer("issued_at", &issuedAt)
        try fields.text("kind", &kind)
        try fields.flag("nonce", &nonce)
        try fields.text("replay_key", &replayKey)
        try fields.text("thumbprint", &thumbprint)
    }
}

/// What the throttle's table said when the decision took its place in it.
public struct ThrottleReading: FieldGroup, Hashable {
    public enum Budget: String, CaseIterable, TextValue { case stranger, known }

    public var app = Count()
    public var budget = Budget.stranger
    /// Failures that still count against this name in this budget.
    public var failures: Int64 = 0
    /// Decisions about this name in this budget that had not ended, this one left out.
    public var inFlight: Int64 = 0

    public struct Count: FieldGroup, Hashable {
        public var failures: Int64 = 0
        public var inFlight: Int64 = 0

        public init() {}
        public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
            try fields.integer("failures", &failures)
            try fields.integer("in_flight", &inFlight)
        }
    }

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.group("app", &app)
        try fields.text("budget", &budget)
        try fields.integer("failures", &failures)
        try fields.integer("in_flight", &inFlight)
    }
}

/// A refresh token that was presented, by its place and whether its secret matched.
public struct PresentedRefreshToken: FieldGroup, Hashable {
    public enum Secret: String, CaseIterable, TextValue { case match, mismatch }

    public var family: FamilyID?
    public var generation: Int64 = 0
    public var predecessorAgeMicroseconds: Int64?
    public var secret = Secret.mismatch

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("family", &family)
        try fields.integer("generation", &generation)
        try fields.integer("predecessor_age_us", &predecessorAgeMicroseconds)
        try fields.text("secret", &secret)
    }
}

/// A token that was presented for exchange (RFC 8693).
public struct PresentedToken: FieldGroup, Hashable {
    public var active = false
    public var bound = false
    public var jti: DecisionID?
    public var known = false

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.flag("active", &active)
        try fields.flag("bound", &bound)
        try fields.text("jti", &jti)
        try fields.flag("known", &known)
    }
}
