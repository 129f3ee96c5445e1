/// Apps: who asks for tokens.
public enum AppEvent: Sendable {
    case registered(AppRegistered)
    case revised(AppRevised)
    case suspended(AppSuspended)
    case resumed(AppResumed)
    case secretRotated(AppSecretRotated)
    case retired(AppRetired)
}

/// One revision of an app. The newest one counts everywhere.
public struct AppRevision: FieldGroup, Hashable {
    public var apis: [APIID] = []
    public var certificates: [AppCertificate] = []
    /// A JSON object of the app's own, for forward rules. Free text, hence sealed.
    public var extraInfo: SealedValue?
    public var firstParty = false
    public var grants: [Grant] = []
    public var keys: [AppKey] = []
    public var name = Name()
    /// What the app may ask for; absent: whatever its APIs declare at that moment.
    public var scopes: [String]?
    public var sector: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.texts("apis", &apis)
        try fields.groups("certificates", &certificates)
        try fields.group("extra_info", &extraInfo)
        try fields.flag("first_party", &firstParty)
        try fields.texts("grants", &grants)
        try fields.groups("jwks", &keys)
        try fields.text("name", &name)
        try fields.texts("scopes", &scopes)
        try fields.text("sector", &sector)
    }
}

/// How an app proves itself by mutual TLS (RFC 8705, section 2): exactly one of the members names the certificate.
public struct AppCertificate: FieldGroup, Hashable {
    public var dns: String?
    public var id = CredentialID()
    public var subject: String?
    /// base64url SHA-256 of the DER of a self-signed certificate.
    public var thumbprint: String?
    public var uri: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("dns", &dns)
        try fields.text("id", &id)
        try fields.text("subject", &subject)
        try fields.text("thumbprint", &thumbprint)
        try fields.text("uri", &uri)
    }
}

/// A public key that an app signs its assertions with (RFC 7523).
public struct AppKey: FieldGroup, Hashable {
    public var alg = ""
    public var id = CredentialID()
    /// The JWK as canonical JSON.
    public var jwk = ""
    public var kid: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("alg", &alg)
        try fields.text("id", &id)
        try fields.text("jwk", &jwk)
        try fields.text("kid", &kid)
    }
}

public struct AppRegistered: FieldGroup {
    public var app = AppID()
    public var content = AppRevision()
    public var revision: Int64 = 1
    public var secret: SecretDigest?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("app", &app)
        try fields.group("content", &content)
        try fields.integer("revision", &revision)
        try fields.group("secret", &secret)
    }
}

public struct AppRevised: FieldGroup {
    public var app = AppID()
    public var content = AppRevision()
    public var revision: Int64 = 2

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("app", &app)
        try fields.group("content", &content)
        try fields.integer("revision", &revision)
    }
}

public struct AppSuspended: FieldGroup {
    public var app = AppID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("app", &app)
    }
}

public struct AppResumed: FieldGroup {
    public var app = AppID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("app", &app)
    }
}

/// A new client secret. The ones before it hold until `overlapUntil`, or no longer when that is absent.
public struct AppSecretRotated: FieldGroup {
    public var app = AppID()
    public var overlapUntil: Timestamp?
    public var secret = SecretDigest()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("app", &app)
        try fields.text("overlap_until", &overlapUntil)
        try fields.group("secret", &secret)
    }
}

public struct AppRetired: FieldGroup {
    public var app = AppID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("app", &app)
    }
}
