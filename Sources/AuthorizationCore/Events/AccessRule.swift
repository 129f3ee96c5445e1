/// What one rule of an API's revision matches, and what it then requires. No rule, no access.
public struct AccessRule: FieldGroup, Hashable {
    /// AuthZEN action names, instead of methods and a path.
    public var actions: [String]?
    /// HTTP methods, compared byte for byte; `*` alone is any.
    public var methods: [String]?
    public var name = ""
    /// Segments, `{parameter}` and a trailing `/**`, relative to the API's base path.
    public var path: String?
    public var require = AccessRequirement()
    /// The AuthZEN resource type that `actions` goes with.
    public var resourceType: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.texts("actions", &actions)
        try fields.texts("methods", &methods)
        try fields.text("name", &name)
        try fields.text("path", &path)
        try fields.group("require", &require)
        try fields.text("resource_type", &resourceType)
    }
}

/// What a token, its proof and its caller must bring. An absent member asks for nothing.
public struct AccessRequirement: FieldGroup, Hashable {
    public enum Caller: String, CaseIterable, TextValue { case confirmed }

    public var acr: String?
    public var audience: String?
    public var bound: Bool?
    public var caller: Caller?
    /// Pairs that must be equal: a `{parameter}` or a fact, and a claim, a fact or a quoted string.
    public var equal: [MapEntry] = []
    public var firstParty: Bool?
    public var grant: Grant?
    public var maximumAgeSeconds: Int64?
    public var scopes: [String]?
    public var subjectType: SubjectType?
    public var vot: [String]?
    public var vtm: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("acr", &acr)
        try fields.text("audience", &audience)
        try fields.flag("bound", &bound)
        try fields.text("caller", &caller)
        try fields.map("equal", &equal)
        try fields.flag("first_party", &firstParty)
        try fields.text("grant", &grant)
        try fields.integer("max_age_seconds", &maximumAgeSeconds)
        try fields.texts("scopes", &scopes)
        try fields.text("subject_type", &subjectType)
        try fields.texts("vot", &vot)
        try fields.text("vtm", &vtm)
    }
}

/// Who consented to the issuance of a token.
public enum SubjectType: String, CaseIterable, TextValue {
    case user, application, service
}
