/// Access decisions, and what was not recorded one by one.
public enum AccessEvent: Sendable {
    case decided(AccessBatch)
    case recordingGap(RecordingGap)
    case sealed(AccessSealed)
    case pruned(AccessPruned)
    case requestsSuppressed(RequestsSuppressed)
    case throttleCleared(ThrottleCleared)
}

/// A batch of access decisions: one leaf of an environment's access log. A decision's id is `<position>.<row>`.
public struct AccessBatch: FieldGroup {
    public var consulted = Position(0)
    public var engine: Int64 = 1
    /// The token ledger's root at `size`.
    public var root = Bytes32()
    public var rows: [AccessRow] = []
    public var rulesDigest = Bytes32()
    public var size: Int64 = 0

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.position("consulted", &consulted)
        try fields.integer("engine", &engine)
        try fields.text("root", &root)
        try fields.groups("rows", &rows)
        try fields.text("rules_digest", &rulesDigest)
        try fields.integer("size", &size)
    }
}

/// One access decision, or several equal allowances between `at` and `last`.
public struct AccessRow: FieldGroup, Hashable {
    public enum Caller: String, CaseIterable, TextValue { case unknown, confirmed }

    public var allowed = false
    public var at = Timestamp()
    public var caller = Caller.unknown
    public var count: Int64 = 1
    /// Whether each equality of the deciding rule held, in its order: `1` or `0` each.
    public var equal: String?
    public var jti: DecisionID?
    public var last: Timestamp?
    public var reason = ""
    /// Index of the rule that decided, in the API's deployed revision.
    public var rule: Int64?
    public var sourceTag: Bytes16?
    public var subject: String?
    public var target: SealedValue?
    public var thumbprint: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.flag("allowed", &allowed)
        try fields.text("at", &at)
        try fields.text("caller", &caller)
        try fields.integer("count", &count)
        try fields.text("equal", &equal)
        try fields.text("jti", &jti)
        try fields.text("last", &last)
        try fields.text("reason", &reason)
        try fields.integer("rule", &rule)
        try fields.text("source_tag", &sourceTag)
        try fields.text("subject", &subject)
        try fields.group("target", &target)
        try fields.text("thumbprint", &thumbprint)
    }
}

/// After an unclean stop of relaxed recording: decisions between these moments may be missing.
public struct RecordingGap: FieldGroup {
    public var from = Timestamp()
    public var to = Timestamp()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("from", &from)
        try fields.text("to", &to)
    }
}

/// The state of an access log, so that one checkpoint of the token ledger covers both.
public struct AccessSealed: FieldGroup {
    public var origin = ""
    public var root = Bytes32()
    public var size: Int64 = 0

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("origin", &origin)
        try fields.text("root", &root)
        try fields.integer("size", &size)
    }
}

/// Entries of an access log below this place are no longer kept; its tree is.
public struct AccessPruned: FieldGroup {
    public var below = Position(0)
    public var origin = ""
    public var rootAt = Bytes32()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.position("below", &below)
        try fields.text("origin", &origin)
        try fields.text("root_at", &rootAt)
    }
}

/// Requests that never authenticated and were answered, counted, and not recorded one by one.
public struct RequestsSuppressed: FieldGroup {
    public var count: Int64 = 0
    public var from = Timestamp()
    public var reason = Refusal.unknownApp
    /// How many distinct sources, where that could be counted.
    public var sources: Int64 = 0
    public var to = Timestamp()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.integer("count", &count)
        try fields.text("from", &from)
        try fields.text("reason", &reason)
        try fields.integer("sources", &sources)
        try fields.text("to", &to)
    }
}

/// An operator let a name or an app try again.
public struct ThrottleCleared: FieldGroup {
    public var app: AppID?
    public var environment = EnvironmentName()
    public var tagEpoch: Int64?
    public var userTag: Bytes16?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("app", &app)
        try fields.text("environment", &environment)
        try fields.integer("tag_epoch", &tagEpoch)
        try fields.text("user_tag", &userTag)
    }
}
