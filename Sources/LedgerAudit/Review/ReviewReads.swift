internal import AuthorizationCore

/// What a review reads of a token request.
struct RequestRead {
    var decision: DecisionID?
    var app: AppID?
    /// Of the environment's name.
    var environment = WordTable.others
    var isBound = false
    var userTag: Bytes16?
    var sourceTag: Bytes16?

    init?(_ leaf: UnsafeRawBufferPointer, _ words: WordTable) {
        var fields = LeafFields(leaf)
        guard let decision = fields.decision() else { return nil }
        self.decision = decision
        guard read(&fields, words) else { return nil }
    }

    /// The facts inside of a refusal, after their opening brace.
    init?(inside fields: inout LeafFields, of decision: DecisionID, _ words: WordTable) {
        self.decision = decision
        guard read(&fields, words) else { return nil }
    }

    private mutating func read(_ fields: inout LeafFields, _ words: WordTable) -> Bool {
        guard fields.pass("\"client\":{") else { return false }
        if fields.has("\"app\":\"app_") {
            guard let app: AppID = fields.identifier() else { return false }
            self.app = app
        }
        guard fields.pass("\"environment\":\""), let name = fields.word() else { return false }
        environment = words.number(of: name)
        let place = fields.offset
        guard fields.pass("\"received_at\":\"") else { return false }
        isBound = fields.had("\"proof\":{", since: place)
        if fields.pass("\"source_tag\":\"") {
            guard let tag = fields.tag() else { return false }
            sourceTag = tag
        }
        if fields.pass("\"user_tag\":\"") {
            guard let tag = fields.tag() else { return false }
            userTag = tag
        }
        return true
    }

    init(_ request: TokenRequest, of decision: DecisionID?, _ words: WordTable) {
        self.decision = decision
        app = request.client.app
        environment = words.number(of: request.environment.text)
        isBound = request.proof != nil
        userTag = request.userTag
        sourceTag = request.sourceTag
    }
}

/// What a review reads of an attempt.
struct AttemptRead {
    var decision: DecisionID?
    var identity: Int
    var outcome: ValidationAttempted.Outcome?
    var tookMicroseconds: Int64
    /// Of the APIs that lead to it, as they stand in the event.
    var via: Int
    var asked: Bool

    init?(_ leaf: UnsafeRawBufferPointer, _ words: WordTable) {
        var fields = LeafFields(leaf)
        guard let decision = fields.decision(), fields.has("\",\"data\":{\"asked\":"), let asked = fields.flag(),
            fields.pass("\"identity\":\""), let identity = fields.word(), fields.has(",\"ordinal\":"),
            fields.integer() != nil
        else { return nil }
        self.decision = decision
        self.asked = asked
        self.identity = words.number(of: identity)
        if fields.has(",\"outcome\":\"") {
            guard let outcome = fields.word().flatMap(Self.outcome) else { return nil }
            self.outcome = outcome
        }
        guard fields.pass("\"took_us\":"), let took = fields.integer(), fields.has(",\"via\":["),
            let via = fields.bytes(to: UInt8(ascii: "]"))
        else { return nil }
        tookMicroseconds = took
        self.via = words.number(of: via)
    }

    /// The four begin with different letters.
    private static func outcome(_ word: UnsafeRawBufferPointer) -> ValidationAttempted.Outcome? {
        switch word.first {
        case UInt8(ascii: "a"): .accepted
        case UInt8(ascii: "r"): .rejected
        case UInt8(ascii: "l"): .locked
        case UInt8(ascii: "i"): .indeterminate
        default: nil
        }
    }

    init(_ attempt: ValidationAttempted, of decision: DecisionID?, _ words: WordTable) {
        self.decision = decision
        identity = words.number(of: attempt.identity.text)
        outcome = attempt.outcome
        tookMicroseconds = attempt.tookMicroseconds
        via = words.number(of: attempt.via.map { "\"\($0.text)\"" }.joined(separator: ","))
        asked = attempt.asked
    }

    /// The APIs of such a word.
    static func apis(via word: String) -> [APIID] {
        word.split(separator: ",").compactMap { APIID(text: String($0.dropFirst().dropLast())) }
    }
}

/// What a review reads of an issued token.
struct TokenRead {
    var decision: DecisionID?
    var account: AccountID?
    var isAfterIndeterminate: Bool
    /// Of the level, or none.
    var level: Int?
    var trust: Int?
    /// Of the audience, as it stands in the event but for the last quote.
    var audience: Int
    var audienceCount: Int
    var isBound: Bool
    var expiresAt: Int64
    var issuedAt: Int64
    var issuer: Int
    /// Until when a refresh token that came with it may be used, in any way.
    var hasFamily: Bool
    var winner: Int?

    init?(_ leaf: UnsafeRawBufferPointer, _ words: WordTable) {
        var fields = LeafFields(leaf)
        guard let decision = fields.decision(), fields.has("\",\"data\":{") else { return nil }
        self.decision = decision
        if fields.has("\"account\":\"acc_") {
            guard let account: AccountID = fields.identifier(), fields.has("\",") else { return nil }
            self.account = account
        }
        guard fields.has("\"after_indeterminate\":"), let after = fields.flag(), fields.pass("\"claims\":{") else {
            return nil
        }
        isAfterIndeterminate = after
        if fields.has("\"acr\":\"") {
            guard let acr = fields.word() else { return nil }
            level = words.number(of: acr)
        }
        guard fields.pass("\"aud\":["), let audience = fields.texts(),
            fields.pass("\"client_id\":\"app_"), let _: AppID = fields.identifier(), fields.has("\"")
        else { return nil }
        self.audience = words.number(of: audience)
        audienceCount = (audience.count { $0 == UInt8(ascii: "\"") } + 1) / 2
        isBound = fields.has(",\"cnf\":{")
        if isBound, fields.bytes(to: UInt8(ascii: "}")) == nil { return nil }
        guard fields.has(",\"exp\":"), let expiresAt = fields.integer(), fields.pass(",\"iat\":"),
            let issuedAt = fields.integer(), fields.has(",\"iss\":\""), let issuer = fields.word(),
            fields.pass("\"subject_type\":\""), fields.word() != nil
        else { return nil }
        self.expiresAt = expiresAt
        self.issuedAt = issuedAt
        self.issuer = words.number(of: issuer)
        if fields.has(",\"vot\":\"") {
            guard let vot = fields.word() else { return nil }
            trust = words.number(of: vot)
        }
        hasFamily = fields.pass(",\"refresh\":{")
        if fields.pass(",\"winner\":\"") {
            guard let winner = fields.word() else { return nil }
            self.winner = words.number(of: winner)
        }
    }

    init(_ token: TokenIssued, of decision: DecisionID?, _ words: WordTable) {
        self.decision = decision
        account = token.account
        isAfterIndeterminate = token.afterIndeterminate
        level = token.claims.acr.map { words.number(of: $0) }
        trust = token.claims.vot.map { words.number(of: $0) }
        audience = words.number(
            of: token.claims.audience.isEmpty ? "" : "\"" + token.claims.audience.joined(separator: "\",\""))
        audienceCount = max(1, token.claims.audience.count)
        isBound = token.claims.confirmation != nil
        expiresAt = token.claims.expiresAt
        issuedAt = token.claims.issuedAt
        issuer = words.number(of: token.claims.issuer)
        hasFamily = token.refresh != nil
        winner = token.winner.map { words.number(of: $0.text) }
    }
}

/// What a review reads of a refusal.
struct RefusalRead {
    var decision: DecisionID?
    var reason: Int
    /// The facts, where no `token.requested` holds them.
    var request: RequestRead?

    init?(_ leaf: UnsafeRawBufferPointer, _ words: WordTable) {
        var fields = LeafFields(leaf)
        guard let decision = fields.decision(), fields.pass("\"reason\":\""), let reason = fields.word() else {
            return nil
        }
        self.decision = decision
        self.reason = words.number(of: reason)
        if fields.has(",\"request\":{") {
            guard let request = RequestRead(inside: &fields, of: decision, words) else { return nil }
            self.request = request
        }
    }

    init(_ refusal: TokenRefused, of decision: DecisionID?, _ words: WordTable) {
        self.decision = decision
        reason = words.number(of: refusal.reason.rawValue)
        request = refusal.request.map { RequestRead($0, of: decision, words) }
    }
}

extension LeafFields {
    /// The decision that an event belongs to, up to its closing quote.
    fileprivate mutating func decision() -> DecisionID? {
        guard pass("\"correlation\":\"dec_") else { return nil }
        return identifier()
    }
}
