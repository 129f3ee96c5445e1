/// Environments, their settings, and whether API OAuth serves them.
public enum EnvironmentEvent: Sendable {
    case created(EnvironmentCreated)
    case configured(EnvironmentConfigured)
    case oauthDeployed(OAuthDeployed)
    case oauthUndeployed(OAuthUndeployed)
    case assuranceSchemeSet(AssuranceSchemeSet)
}

public struct EnvironmentCreated: FieldGroup {
    public var environment = EnvironmentName()
    /// The issuer of the environment's tokens, for ever.
    public var issuer = ""

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("environment", &environment)
        try fields.text("issuer", &issuer)
    }
}

public enum TokenAlgorithm: String, CaseIterable, TextValue {
    case es256 = "ES256"
    case rs256 = "RS256"
    case edDSA = "EdDSA"
}

/// Settings of one environment, whole: what is absent has its default from here on.
public struct EnvironmentConfigured: FieldGroup {
    public var environment = EnvironmentName()
    public var settings = EnvironmentSettings()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("environment", &environment)
        try fields.group("settings", &settings)
    }
}

public struct EnvironmentSettings: FieldGroup, Hashable {
    public enum Profile: String, CaseIterable, TextValue { case rfc, sensedia }
    public enum Recording: String, CaseIterable, TextValue { case durable, relaxed }

    public var algorithm: TokenAlgorithm?
    /// Whether proofs of possession must carry a nonce of the server.
    public var dpopNonce: Bool?
    public var lifetimes = Lifetimes()
    public var limits = Limits()
    public var profile: Profile?
    public var recording: Recording?
    /// Refusals of user credentials leave at the next multiple of this after arrival.
    public var refusalQuantumMilliseconds: Int64?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("algorithm", &algorithm)
        try fields.flag("dpop_nonce", &dpopNonce)
        try fields.group("lifetimes", &lifetimes)
        try fields.group("limits", &limits)
        try fields.text("profile", &profile)
        try fields.text("recording", &recording)
        try fields.integer("refusal_quantum_ms", &refusalQuantumMilliseconds)
    }
}

/// How long what is issued holds, in seconds. What is absent keeps its default.
public struct Lifetimes: FieldGroup, Hashable {
    public var accessToken: Int64?
    /// A refresh token family ends after this, however often it was used.
    public var refreshAbsolute: Int64?
    /// A refresh token ends after this unless it was used.
    public var refreshIdle: Int64?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.integer("access_token_seconds", &accessToken)
        try fields.integer("refresh_absolute_seconds", &refreshAbsolute)
        try fields.integer("refresh_idle_seconds", &refreshIdle)
    }
}

public struct OAuthDeployed: FieldGroup {
    public var environment = EnvironmentName()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("environment", &environment)
    }
}

public struct OAuthUndeployed: FieldGroup {
    public var environment = EnvironmentName()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("environment", &environment)
    }
}

/// The order of the levels of one scheme, lowest first. Levels of different schemes are never compared.
public struct AssuranceSchemeSet: FieldGroup {
    public var levels: [String] = []
    public var scheme = Name()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.texts("levels", &levels)
        try fields.text("scheme", &scheme)
    }
}
