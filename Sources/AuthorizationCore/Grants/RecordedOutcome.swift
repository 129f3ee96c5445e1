// What the log says of a decision's steps, from what was decided and nothing else: the service records it, and an audit
// compares it with what was recorded.

extension TokenRequest {
    /// What the asker is told.
    public func answer(to reason: Refusal) -> PublicError {
        reason == .malformedRequest ? fault?.answer ?? reason.answer : reason.answer
    }

    /// Whether the HTTP server refused it before anybody read it: its body has no media type of ours, and that is no
    /// fault of it.
    public var wasUnread: Bool { asked.media == .other && fault == nil }

    /// What stands for the grant of a request that named none.
    public static let noGrant = "none"

    /// Who is on the record as having asked: the app, if one of its credentials matched.
    public var asker: Actor {
        guard client.credential != nil, let app = client.app else { return .stranger }
        return .app(app)
    }
}

extension ValidationAttempted {
    /// That an Identity of a chain is asked, by what was consulted.
    public init(of link: IdentityChain.Link, ordinal: Int64, consulted: Position) {
        self.init()
        self.ordinal = ordinal
        self.consulted = consulted
        identity = link.identity
        revision = link.revision
        via = link.apis
    }
}

extension Refusal {
    /// When to come again after an outage.
    public static let unavailableRetryAfterSeconds: Int64 = 5

    fileprivate func retryAfterSeconds(of request: TokenRequest, in estate: Estate) -> Int64? {
        switch self {
        case .identityUnavailable: return Self.unavailableRetryAfterSeconds
        case .appThrottled:
            return request.throttle?.appRetryAfterSeconds(under: estate.throttleLimits(in: request.environment))
        case .oauthNotDeployed, .unknownApp, .appSuspended, .proofInvalid, .malformedRequest, .grantUnknown,
            .grantNotAllowed, .targetUnknown, .scopeNotAllowed, .levelUnreachable, .grantInvalid, .userThrottled,
            .noLinkedIdentity, .noIdentityInEnvironment, .locked, .credentialsRejected:
            return nil
        }
    }
}

extension TokenRefused {
    /// The record of a refusal that was decided on `estate`. The request's facts are not in it.
    public init(
        _ reason: Refusal, of request: TokenRequest, after attempts: [EventReference], given facts: DecisionFacts,
        consulted: Position, in estate: Estate
    ) {
        self.init()
        let answer = request.answer(to: reason)
        self.attempts = attempts
        self.consulted = consulted
        self.reason = reason
        engine = facts.engine
        decidedAt = facts.decidedAt
        error = answer.error
        status = answer.status
        retryAfterSeconds = reason.retryAfterSeconds(of: request, in: estate)
    }
}

extension TokenRefused {
    /// The record of a request to a token endpoint that the HTTP server refused with `status`, too large or too slow,
    /// before anybody read it. Nothing was decided: all that is known is when, where and for which environment.
    public init(unread request: TokenRequest, status: Int64) {
        self.init()
        consulted = request.consulted
        decidedAt = request.receivedAt
        engine = request.engine
        error = Refusal.malformedRequest.answer.error
        reason = .malformedRequest
        self.request = request
        self.status = status
    }
}

extension TokenIssued {
    /// The record of a grant. What was signed is not in it: see ``SigningInput``.
    public init(
        _ grant: TokenGrant, requested: EventReference, after attempts: [EventReference], winner: EventReference,
        account: EventReference, given facts: DecisionFacts, consulted: Position
    ) {
        self.init()
        self.account = grant.account
        self.attempts = attempts
        self.consulted = consulted
        afterIndeterminate = grant.afterIndeterminate
        because = grant.because(requested: requested, winner: winner, account: account)
        claims = grant.claims
        decidedAt = facts.decidedAt
        engine = facts.engine
        header = grant.header
        kid = grant.header.kid
        self.winner = grant.winner.identity
    }
}

extension TokenIssued {
    /// The record of a grant for which nobody was asked. What was signed and the secret of a refresh token are not in it.
    public init(
        _ grant: DirectGrant, requested: EventReference, given facts: DecisionFacts, consulted: Position
    ) {
        self.init()
        account = grant.account
        winner = grant.winner
        because = grant.because(requested: requested)
        claims = grant.claims
        self.consulted = consulted
        decidedAt = facts.decidedAt
        engine = facts.engine
        header = grant.header
        kid = grant.header.kid
    }
}

extension RefreshIssued {
    /// The record of a refresh token. Its secret is drawn, and so is the id of a family that begins.
    public init(_ family: FamilyID, generation: Int64, secretDigest: Bytes32, _ terms: RefreshTerms) {
        self.init()
        self.family = family
        self.generation = generation
        self.secretDigest = secretDigest
        endsAt = terms.endsAt
        expiresAt = terms.expiresAt
    }
}

extension TokenRevoked {
    /// The record that a family ended because a token of it was reused; `live` tokens end with it.
    public init(endingFamilyFor reuse: RefreshEvent, live: Int64) {
        self.init()
        by = Actor.service.id
        cause = .reuse
        count = live
        id = reuse.family.text
        scope = .family
    }
}

extension AccountOpened {
    /// The record of the account that a grant opens. Its vault and the sealed name are not in it. Nil when the estate
    /// does not hold the winner at its revision.
    public init?(by grant: TokenGrant, in environment: EnvironmentName, _ estate: Estate) {
        guard let reference = grant.winner.subjectReference,
            let identity = estate.identities[grant.winner.identity],
            let revision = identity.revision(grant.winner.revision)
        else { return nil }
        self.init()
        account = grant.account
        self.environment = environment
        subjectKind = grant.winner.subjectKind ?? .userName
        subjectReference = reference
        userStore = identity.userStore(of: revision)
    }
}

/// The rules of deciding and folding, by the number that a decision is recorded with.
///
/// A number is added only when a recorded decision could come out differently; the old rules stay.
public enum Engine: Int64, CaseIterable, Sendable {
    case first = 1
}
