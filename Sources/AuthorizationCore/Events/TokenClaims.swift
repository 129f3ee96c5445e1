/// The claims of an access token (RFC 9068, section 2.2), in the log and in the token alike.
///
/// The log's form and the token's differ in one point: a claim that is personal stands in the log as
/// `{"sealed": commitment}` and in the token as its JSON.
public struct TokenClaims: FieldGroup, Hashable {
    public var acr: String?
    public var act: ActingParty?
    public var amr: [String]?
    /// Always an array, ascending.
    public var audience: [String] = []
    /// When the accepted attempt ended; never refreshed.
    public var authTime: Int64?
    /// To whom the token was issued: never who presents it.
    public var clientID = AppID()
    public var confirmation: Confirmation?
    public var expiresAt: Int64 = 0
    /// The winning Identity's `extraInfo`.
    public var extraInfo: SealedClaim?
    public var issuedAt: Int64 = 0
    public var issuer = ""
    public var id = DecisionID()
    public var scope: String?
    public var subject = ""
    public var subjectType = SubjectType.user
    public var vot: String?
    public var vtm: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("acr", &acr)
        try fields.group("act", &act)
        try fields.texts("amr", &amr)
        try fields.texts("aud", &audience)
        try fields.integer("auth_time", &authTime)
        try fields.text("client_id", &clientID)
        try fields.group("cnf", &confirmation)
        try fields.integer("exp", &expiresAt)
        try fields.claim("extraInfo", &extraInfo)
        try fields.integer("iat", &issuedAt)
        try fields.text("iss", &issuer)
        try fields.text("jti", &id)
        try fields.text("scope", &scope)
        try fields.text("sub", &subject)
        try fields.text("subject_type", &subjectType)
        try fields.text("vot", &vot)
        try fields.text("vtm", &vtm)
    }
}

/// What key the token is bound to (RFC 7800; RFC 9449, section 6; RFC 8705, section 3.1).
public struct Confirmation: FieldGroup, Hashable {
    public var jkt: String?
    public var x5tS256: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("jkt", &jkt)
        try fields.text("x5t#S256", &x5tS256)
    }
}

/// Who acts for the subject (RFC 8693, section 4.1). At most ``maximumDepth`` of them, the newest outermost.
public struct ActingParty: FieldGroup, Hashable {
    public static let maximumDepth = 4

    public var clientID: AppID?
    /// The parties before this one, newest first: informational only.
    public var history: [String] = []
    public var subject = ""

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("client_id", &clientID)
        try fields.texts("history", &history)
        try fields.text("sub", &subject)
    }
}
