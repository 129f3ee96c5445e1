/// What happened at the token endpoint.
public enum TokenEvent: Sendable {
    case requested(TokenRequest)
    case attempted(ValidationAttempted)
    case issued(TokenIssued)
    case refused(TokenRefused)
    case revoked(TokenRevoked)
    case refreshUsed(RefreshEvent)
    case refreshRepeated(RefreshEvent)
    case refreshReuseDetected(RefreshEvent)
}

/// One call of one API Identity in one decision, or that it was passed over.
public struct ValidationAttempted: FieldGroup, Hashable {
    /// The Identity was called; otherwise `skipped` says why not.
    public var asked = true
    public var consulted = Position(0)
    /// Names of members of the answer that were not taken over.
    public var dropped: [String] = []
    public var extraInfo = ExtraInfoState.none
    public var extraInfoSealed: SealedValue?
    public var failure: String?
    public var identity = IdentityID()
    /// 1 for the first of the decision.
    public var ordinal: Int64 = 1
    public var outcome: Outcome?
    public var revision: Int64 = 1
    public var skipped: Skip?
    public var startedAt = Timestamp()
    /// The HTTP status of the answer, where there was one.
    public var status: Int64?
    public var subjectKind: SubjectKind?
    /// The directory had never seen this subject before.
    public var subjectNew: Bool?
    public var subjectReference: SubjectReference?
    public var tookMicroseconds: Int64 = 0
    /// The APIs through which the Identity stands in the chain.
    public var via: [APIID] = []
    public var vouched: Vouched?

    public enum Outcome: String, CaseIterable, TextValue {
        case accepted, rejected, locked, indeterminate
    }

    public enum Skip: String, CaseIterable, TextValue {
        case breakerOpen = "breaker_open"
        case level
        /// No free slot, or the time for the chain was spent: our own reason, which ends the chain.
        case noSlot = "no_slot"
        case budgetSpent = "budget_spent"
    }

    public enum ExtraInfoState: String, CaseIterable, TextValue {
        case none, taken
        case tooLarge = "too_large"
        case notJSON = "not_json"
    }

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.flag("asked", &asked)
        try fields.position("consulted", &consulted)
        try fields.texts("dropped", &dropped)
        try fields.text("extra_info", &extraInfo)
        try fields.group("extra_info_sealed", &extraInfoSealed)
        try fields.text("failure", &failure)
        try fields.text("identity", &identity)
        try fields.integer("ordinal", &ordinal)
        try fields.text("outcome", &outcome)
        try fields.integer("revision", &revision)
        try fields.text("skipped", &skipped)
        try fields.text("started_at", &startedAt)
        try fields.integer("status", &status)
        try fields.text("subject_kind", &subjectKind)
        try fields.flag("subject_new", &subjectNew)
        try fields.text("subject_ref", &subjectReference)
        try fields.integer("took_us", &tookMicroseconds)
        try fields.texts("via", &via)
        try fields.group("vouched", &vouched)
    }

    /// When the answer was there.
    public var endedAt: Timestamp { Timestamp(microseconds: startedAt.microseconds + tookMicroseconds) }
}

/// What an accepted answer claimed, as far as the Identity is registered to vouch for it.
public struct Vouched: FieldGroup, Hashable {
    public var acr: String?
    public var amr: [String]?
    /// The store's own; recorded, never issued.
    public var authTime: Int64?
    public var vot: String?
    public var vtm: String?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("acr", &acr)
        try fields.texts("amr", &amr)
        try fields.integer("auth_time", &authTime)
        try fields.text("vot", &vot)
        try fields.text("vtm", &vtm)
    }
}

/// A token, decided and about to be signed. It exists from here on, whether or not its bytes ever reached anybody.
public struct TokenIssued: FieldGroup, Hashable {
    public var account: AccountID?
    /// A newer Identity could not answer before the winner accepted.
    public var afterIndeterminate = false
    public var attempts: [EventReference] = []
    public var because: [Justification] = []
    public var claims = TokenClaims()
    public var consulted = Position(0)
    public var decidedAt = Timestamp()
    public var engine: Int64 = 1
    public var family: FamilyID?
    public var header = TokenHeader()
    public var kid = ""
    public var refresh: RefreshIssued?
    public var sector: String?
    public var signingInput = SigningInput()
    public var winner: IdentityID?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("account", &account)
        try fields.flag("after_indeterminate", &afterIndeterminate)
        try fields.references("attempts", &attempts)
        try fields.justifications("because", &because)
        try fields.group("claims", &claims)
        try fields.position("consulted", &consulted)
        try fields.text("decided_at", &decidedAt)
        try fields.integer("engine", &engine)
        try fields.text("family", &family)
        try fields.group("header", &header)
        try fields.text("kid", &kid)
        try fields.group("refresh", &refresh)
        try fields.text("sector", &sector)
        try fields.group("signing_input", &signingInput)
        try fields.text("winner", &winner)
    }
}

/// The JOSE header of an access token (RFC 9068, section 2.1).
public struct TokenHeader: FieldGroup, Hashable {
    public var alg = TokenAlgorithm.es256
    public var kid = ""
    public var typ = "at+jwt"

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("alg", &alg)
        try fields.text("kid", &kid)
        try fields.text("typ", &typ)
    }
}

/// What was signed, without repeating it: its digest, or a salted commitment where a claim is sealed.
public struct SigningInput: FieldGroup, Hashable {
    public var commitment: Bytes32?
    public var digest: Bytes32?
    public var salt: SealedValue?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("commitment", &commitment)
        try fields.text("digest", &digest)
        try fields.group("salt", &salt)
    }
}

public struct RefreshIssued: FieldGroup, Hashable {
    /// The end of the whole family, never extended.
    public var endsAt = Timestamp()
    public var expiresAt = Timestamp()
    public var family = FamilyID()
    public var generation: Int64 = 0
    public var secretDigest = Bytes32()

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("ends_at", &endsAt)
        try fields.text("expires_at", &expiresAt)
        try fields.text("family", &family)
        try fields.integer("generation", &generation)
        try fields.text("secret_digest", &secretDigest)
    }
}

/// A token request that got no token, and why.
public struct TokenRefused: FieldGroup, Hashable {
    public var attempts: [EventReference] = []
    public var consulted = Position(0)
    public var decidedAt = Timestamp()
    public var engine: Int64 = 1
    /// The `error` of the answer.
    public var error = ""
    public var reason = Refusal.malformedRequest
    /// The facts, where no `token.requested` holds them.
    public var request: TokenRequest?
    public var retryAfterSeconds: Int64?
    public var status: Int64 = 400

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.references("attempts", &attempts)
        try fields.position("consulted", &consulted)
        try fields.text("decided_at", &decidedAt)
        try fields.integer("engine", &engine)
        try fields.text("error", &error)
        try fields.text("reason", &reason)
        try fields.group("request", &request)
        try fields.integer("retry_after", &retryAfterSeconds)
        try fields.integer("status", &status)
    }
}

extension TokenRefused {
    /// Whether the HTTP server refused the request before any of it was read: nothing was decided, so there is nothing
    /// to decide again. A decision that finds a request malformed says what its fault is.
    public var isUnread: Bool {
        reason == .malformedRequest && request.map { $0.fault == nil } ?? false
    }
}

/// What is no longer believed, from here on.
public struct TokenRevoked: FieldGroup {
    public enum Scope: String, CaseIterable, TextValue {
        case token, family, account, app, key
        case vouchedBy = "vouched_by"
    }
    public enum Cause: String, CaseIterable, TextValue {
        case client, reuse, erasure, incarnation
        case byOperator = "operator"
    }

    /// Who asked: an identifier of ours, or `service`.
    public var by = ""
    public var cause = Cause.client
    public var causeText: SealedValue?
    /// Live tokens that this took.
    public var count: Int64 = 0
    public var id = ""
    public var scope = Scope.token

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("by", &by)
        try fields.text("cause", &cause)
        try fields.group("cause_text", &causeText)
        try fields.integer("count", &count)
        try fields.text("id", &id)
        try fields.text("scope", &scope)
    }
}

/// A refresh token was presented: used, repeated after a lost answer, or reused by somebody.
public struct RefreshEvent: FieldGroup, Hashable {
    public enum Cause: String, CaseIterable, TextValue {
        case rotated
        case answerLost = "answer_lost"
        case reused, mismatch, expired
    }

    public var cause = Cause.rotated
    public var family = FamilyID()
    public var generation: Int64 = 0
    /// The generation that this retired without its having been used.
    public var retired: Int64?
    public var successor: Int64?

    public init() {}
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("cause", &cause)
        try fields.text("family", &family)
        try fields.integer("generation", &generation)
        try fields.integer("retired", &retired)
        try fields.integer("successor", &successor)
    }
}
