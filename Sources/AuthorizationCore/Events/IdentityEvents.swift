/// API Identities: what vouches for a user's name and password.
public enum IdentityEvent: Sendable {
    case registered(IdentityRegistered)
    case revised(IdentityRevised)
    case retired(IdentityRetired)
    case linked(IdentityLinked)
    case unlinked(IdentityUnlinked)
    case deployed(IdentityDeployed)
    case undeployed(IdentityUndeployed)
    case suspended(IdentitySuspended)
    case resumed(IdentityResumed)
}

/// Where an Identity's authentication endpoint is: a URL without its query, which may hold a key and is sealed.
public struct Destination: FieldGroup, Hashable {
    public var query: SealedValue?
    public var url = ""

    public init() {}
    public init(url: String, query: SealedValue? = nil) {
        self.url = url
        self.query = query
    }
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.group("query", &query)
        try fields.text("url", &url)
    }
}

/// The destination in one environment, where it is not the general one.
public struct EnvironmentDestination: FieldGroup, Hashable {
    public var destination = Destination()
    public var environment = EnvironmentName()

    public init() {}
    public init(environment: EnvironmentName, destination: Destination) {
        self.environment = environment
        self.destination = destination
    }
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.group("destination", &destination)
        try fields.text("environment", &environment)
    }
}

public enum SubjectKind: String, CaseIterable, TextValue {
    /// The name as it was typed.
    case userName = "user_name"
    /// What the Identity's answer called the person.
    case subject
}

/// One immutable revision of an API Identity.
public struct IdentityRevision: FieldGroup, Hashable {
    public enum SubjectFrom: String, CaseIterable, TextValue {
        case userName = "user_name"
        case answer
    }
    public enum Body: String, CaseIterable, TextValue { case json, form }
    public enum OnUnavailable: String, CaseIterable, TextValue { case `continue`, stop }
    public enum Probe: String, CaseIterable, TextValue { case on, off }

    public var accept = AcceptedAnswers()
    public var assurance = Assurance()
    public var basePath = ""
    public var body = Body.json
    /// PEM certificates that the destination is verified against, instead of the system's.
    public var certificateAuthority: String?
    public var destination = Destination()
    public var destinations: [EnvironmentDestination] = []
    public var forward: [ForwardRule] = []
    public var maximumInFlight: Int64 = 32
    /// What this Identity was before it was one of ours.
    public var migratedFrom: String?
    public var name = Name()
    public var onUnavailable = OnUnavailable.continue
    public var probe = Probe.on
    public var subjectFrom = SubjectFrom.userName
    public var timeoutMilliseconds: Int64 = 3_000
    /// Absent: one of the Identity's own.
    public var userStore: Name?
    public var version = ""

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.group("accept", &accept)
        try fields.group("assurance", &assurance)
        try fields.text("base_path", &basePath)
        try fields.text("body", &body)
        try fields.text("ca", &certificateAuthority)
        try fields.group("destination", &destination)
        try fields.groups("destinations", &destinations)
        try fields.groups("forward", &forward)
        try fields.integer("maximum_in_flight", &maximumInFlight)
        try fields.text("migrated_from", &migratedFrom)
        try fields.text("name", &name)
        try fields.text("on_unavailable", &onUnavailable)
        try fields.text("probe", &probe)
        try fields.text("subject_from", &subjectFrom)
        try fields.integer("timeout_ms", &timeoutMilliseconds)
        try fields.text("user_store", &userStore)
        try fields.text("version", &version)
    }

    /// The authentication endpoint asked in `environment`.
    public func destination(in environment: EnvironmentName) -> Destination {
        destinations.first { $0.environment == environment }?.destination ?? destination
    }
}

/// What counts as an acceptance, narrower than any 2xx. An absent member narrows nothing.
public struct AcceptedAnswers: FieldGroup, Hashable {
    public var contentType: String?
    public var statuses: [Int64] = []
    public var subjectRequired = false

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("content_type", &contentType)
        try fields.integers("status", &statuses)
        try fields.flag("subject_required", &subjectRequired)
    }
}

/// A field that the flow adds to the forwarded body.
public struct ForwardRule: FieldGroup, Hashable {
    public var field = ""
    /// A path such as `app.extra_info.tenant`.
    public var from = ""

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("field", &field)
        try fields.text("from", &from)
    }
}

/// What an Identity can vouch for, or did: how strongly somebody authenticated, and how sure it is who that is.
/// The two are never collapsed into one.
public struct Assurance: FieldGroup, Hashable {
    public var acr: String?
    public var amr: [String]?
    public var vot: String?
    public var vtm: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("acr", &acr)
        try fields.texts("amr", &amr)
        try fields.text("vot", &vot)
        try fields.text("vtm", &vtm)
    }
}

public struct IdentityRegistered: FieldGroup {
    /// The first links.
    public var apis: [APIID] = []
    public var content = IdentityRevision()
    public var identity = IdentityID()
    public var revision: Int64 = 1

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.texts("apis", &apis)
        try fields.group("content", &content)
        try fields.text("identity", &identity)
        try fields.integer("revision", &revision)
    }
}

public struct IdentityRevised: FieldGroup {
    public var content = IdentityRevision()
    public var identity = IdentityID()
    public var revision: Int64 = 2
    /// Said by the operator where a destination changed: the users behind it are the same.
    public var sameUserStore: Bool?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.group("content", &content)
        try fields.text("identity", &identity)
        try fields.integer("revision", &revision)
        try fields.flag("same_user_store", &sameUserStore)
    }
}

public struct IdentityRetired: FieldGroup {
    public var identity = IdentityID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("identity", &identity)
    }
}

public struct IdentityLinked: FieldGroup {
    public var api = APIID()
    public var identity = IdentityID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("api", &api)
        try fields.text("identity", &identity)
    }
}

public struct IdentityUnlinked: FieldGroup {
    public var api = APIID()
    public var identity = IdentityID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("api", &api)
        try fields.text("identity", &identity)
    }
}

public struct IdentityDeployed: FieldGroup {
    public var environment = EnvironmentName()
    public var identity = IdentityID()
    public var revision: Int64 = 1

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("environment", &environment)
        try fields.text("identity", &identity)
        try fields.integer("revision", &revision)
    }
}

public struct IdentityUndeployed: FieldGroup {
    public var environment = EnvironmentName()
    public var identity = IdentityID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("environment", &environment)
        try fields.text("identity", &identity)
    }
}

/// The Identity leaves every chain at once.
public struct IdentitySuspended: FieldGroup {
    public enum Cause: String, CaseIterable, TextValue {
        case acceptsAnything = "accepts_anything"
        case byOperator = "operator"
    }

    public var cause = Cause.byOperator
    /// Where the probe saw it.
    public var environment: EnvironmentName?
    public var identity = IdentityID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("cause", &cause)
        try fields.text("environment", &environment)
        try fields.text("identity", &identity)
    }
}

public struct IdentityResumed: FieldGroup {
    public var approvedBy: OperatorID?
    public var identity = IdentityID()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("approved_by", &approvedBy)
        try fields.text("identity", &identity)
    }
}
