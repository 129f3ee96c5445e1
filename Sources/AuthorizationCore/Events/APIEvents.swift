/// Regular APIs: what a token opens.
public enum APIEvent: Sendable {
    case registered(APIRegistered)
    case revised(APIRevised)
    case retired(APIRetired)
    case deployed(APIDeployed)
    case undeployed(APIUndeployed)
    case credentialAdded(APICredentialAdded)
}

public enum Grant: String, CaseIterable, TextValue {
    case password
    case refreshToken = "refresh_token"
    case clientCredentials = "client_credentials"
    case tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange"
}

/// One immutable revision of an API.
public struct APIRevision: FieldGroup, Hashable {
    public var accessRules: [AccessRule] = []
    public var basePath = ""
    public var interceptors: [Interceptor] = []
    public var name = Name()
    public var requireBound = false
    /// The audience; absent: the issuer followed by the base path.
    public var resource: String?
    public var scopes: [String] = []
    public var sector: String?
    public var tokenTTLSeconds: Int64?
    public var version = ""

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.groups("access_rules", &accessRules)
        try fields.text("base_path", &basePath)
        try fields.groups("interceptors", &interceptors)
        try fields.text("name", &name)
        try fields.flag("require_bound", &requireBound)
        try fields.text("resource", &resource)
        try fields.texts("scopes", &scopes)
        try fields.text("sector", &sector)
        try fields.integer("token_ttl_seconds", &tokenTTLSeconds)
        try fields.text("version", &version)
    }

    /// Whether tokens of this grant are generated for the API.
    public func allows(_ grant: Grant) -> Bool {
        interceptors.contains { $0.grants.contains(grant) }
    }
}

/// What stands in an API's flow: OAuth generates tokens, Access Token Validation asks for them.
public struct Interceptor: FieldGroup, Hashable {
    public enum Kind: String, CaseIterable, TextValue {
        case oauth
        case accessTokenValidation = "access-token-validation"
    }

    public var grants: [Grant] = []
    public var kind = Kind.oauth

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.texts("grants", &grants)
        try fields.text("type", &kind)
    }
}

public struct APIRegistered: FieldGroup {
    public var api = APIID()
    public var content = APIRevision()
    public var revision: Int64 = 1

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("api", &api)
        try fields.group("content", &content)
        try fields.integer("revision", &revision)
    }
}

public struct APIRevised: FieldGroup {
    public var api = APIID()
    public var content = APIRevision()
    public var revision: Int64 = 2

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("api", &api)
        try fields.group("content", &content)
        try fields.integer("revision", &revision)
    }
}

public struct APIRetired: FieldGroup {
    public var api = APIID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("api", &api)
    }
}

public struct APIDeployed: FieldGroup {
    public var api = APIID()
    public var environment = EnvironmentName()
    public var revision: Int64 = 1

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("api", &api)
        try fields.text("environment", &environment)
        try fields.integer("revision", &revision)
    }
}

public struct APIUndeployed: FieldGroup {
    public var api = APIID()
    public var environment = EnvironmentName()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("api", &api)
        try fields.text("environment", &environment)
    }
}

/// What a resource server introspects tokens with.
public struct APICredentialAdded: FieldGroup {
    public var api = APIID()
    public var credential = SecretDigest()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("api", &api)
        try fields.group("credential", &credential)
    }
}
