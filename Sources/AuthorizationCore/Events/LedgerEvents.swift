/// What happened to the ledger itself: its birth, settings, keys, engines and incarnations.
public enum LedgerEvent: Sendable {
    case created(LedgerCreated)
    case configured(LedgerConfigured)
    case keyAdded(KeyAdded)
    case keyActivated(KeyActivated)
    case keyRetired(KeyRetired)
    case keyCompromised(KeyCompromised)
    case engineActivated(EngineActivated)
    case incarnated(LedgerIncarnated)
    case anchorReset(AnchorReset)
    case clockConfirmed(ClockConfirmed)
}

/// The first event: the log's name and the key that signs its checkpoints.
public struct LedgerCreated: FieldGroup {
    public var engine: Int64 = 1
    public var incarnation: Int64 = 0
    public var origin = ""
    /// The checkpoint key as a verifier key of C2SP signed-note.
    public var verifierKey = ""

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.integer("engine", &engine)
        try fields.integer("incarnation", &incarnation)
        try fields.text("origin", &origin)
        try fields.text("vkey", &verifierKey)
    }
}

/// Settings of the whole ledger. What is absent keeps its default.
public struct LedgerConfigured: FieldGroup {
    public enum AnchorEvery: String, CaseIterable, TextValue {
        case commit
        case second = "1s"
        case none
    }

    public var anchorEvery: AnchorEvery?
    public var limits = Limits()
    /// Days that an operator's key holds.
    public var operatorKeyDays: Int64?
    /// Days after which a tag key is destroyed.
    public var tagRetentionDays: Int64?
    /// Days after which the vault of what was said before anybody was recognised is destroyed.
    public var unrecognisedRetentionDays: Int64?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("anchor_every", &anchorEvery)
        try fields.group("limits", &limits)
        try fields.integer("operator_key_days", &operatorKeyDays)
        try fields.integer("tag_retention_days", &tagRetentionDays)
        try fields.integer("unrecognised_retention_days", &unrecognisedRetentionDays)
    }
}

/// How many failed password grants are borne before requests are refused unasked. What is absent keeps its default.
public struct Limits: FieldGroup, Hashable {
    /// Failed decisions of one app from one source …
    public var appFailures: Int64?
    /// … within this time.
    public var appSeconds: Int64?
    /// Failed decisions about one user name …
    public var userFailures: Int64?
    /// … within this time.
    public var userSeconds: Int64?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.integer("app_failures", &appFailures)
        try fields.integer("app_seconds", &appSeconds)
        try fields.integer("user_failures", &userFailures)
        try fields.integer("user_seconds", &userSeconds)
    }
}

public enum KeyUse: String, CaseIterable, TextValue {
    case checkpoint, token, state, index, tag, salt, epoch
}

/// A key that the ledger uses from now on may be named; it signs nothing before it is activated.
public struct KeyAdded: FieldGroup {
    public var alg = ""
    public var environment: EnvironmentName?
    public var kid = ""
    public var notBefore = Timestamp()
    /// A JWK of a token key as canonical JSON, a verifier key of a checkpoint key; absent for secret keys.
    public var publicKey: String?
    public var use = KeyUse.token

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("alg", &alg)
        try fields.text("environment", &environment)
        try fields.text("kid", &kid)
        try fields.text("not_before", &notBefore)
        try fields.text("public", &publicKey)
        try fields.text("use", &use)
    }
}

/// From here on the key signs, and its predecessor of the same use and environment no longer does.
public struct KeyActivated: FieldGroup {
    public var environment: EnvironmentName?
    public var kid = ""
    public var use = KeyUse.token

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("environment", &environment)
        try fields.text("kid", &kid)
        try fields.text("use", &use)
    }
}

/// The key leaves the published set; what it signed stays verifiable from the log.
public struct KeyRetired: FieldGroup {
    public var approvedBy: OperatorID?
    public var environment: EnvironmentName?
    public var kid = ""
    /// For a checkpoint key: the largest tree that it signed.
    public var lastSize: Int64?
    public var use = KeyUse.token

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("approved_by", &approvedBy)
        try fields.text("environment", &environment)
        try fields.text("kid", &kid)
        try fields.integer("last_size", &lastSize)
        try fields.text("use", &use)
    }
}

/// From `since` on nothing that the key signed is believed.
public struct KeyCompromised: FieldGroup {
    public var environment: EnvironmentName?
    public var kid = ""
    public var since = Timestamp()
    public var use = KeyUse.token

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("environment", &environment)
        try fields.text("kid", &kid)
        try fields.text("since", &since)
        try fields.text("use", &use)
    }
}

/// From here on decisions are made by the rules of this engine.
public struct EngineActivated: FieldGroup {
    public var engine: Int64 = 1

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.integer("engine", &engine)
    }
}

/// The ledger went on from a restored copy under a new origin.
public struct LedgerIncarnated: FieldGroup {
    public var incarnation: Int64 = 1
    /// The last checkpoint of the previous origin that anybody is known to have seen, as a note.
    public var lastCheckpoint: String?
    /// Events of the previous origin that are lost lie below this size …
    public var lostBelow: Int64?
    public var origin = ""
    public var previousOrigin = ""
    public var reason: SealedValue?
    /// … and at or above this one.
    public var restoredSize: Int64 = 0
    public var verifierKey = ""

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.integer("incarnation", &incarnation)
        try fields.text("last_checkpoint", &lastCheckpoint)
        try fields.integer("lost_below", &lostBelow)
        try fields.text("origin", &origin)
        try fields.text("previous_origin", &previousOrigin)
        try fields.group("reason", &reason)
        try fields.integer("restored_size", &restoredSize)
        try fields.text("vkey", &verifierKey)
    }
}

/// An operator accepted the ledger although its anchor said otherwise.
public struct AnchorReset: FieldGroup {
    public enum Found: String, CaseIterable, TextValue {
        case missing, foreign, unreadable, ahead
    }

    public var anchorSize: Int64?
    public var found = Found.missing
    public var reason: SealedValue?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.integer("anchor_size", &anchorSize)
        try fields.text("found", &found)
        try fields.group("reason", &reason)
    }
}

/// An operator confirmed a clock that had jumped.
public struct ClockConfirmed: FieldGroup {
    /// How far the clock is ahead of the last event plus the monotonic time since; negative when it is behind.
    public var aheadMicroseconds: Int64 = 0
    public var clock = Timestamp()
    public var reason: SealedValue?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.integer("ahead_us", &aheadMicroseconds)
        try fields.text("clock", &clock)
        try fields.group("reason", &reason)
    }
}
