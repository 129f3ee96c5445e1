/// A password grant held against the estate: every guard that the estate decides, and the chain that it yields.
///
/// It is what ``nextStep(_:given:in:after:)`` works out first. A decision takes many steps on an estate that hardly ever
/// moves, so whoever takes them may keep the plan: it holds as long as the request's facts and the estate are the same.
public struct PasswordGrantPlan: Sendable {
    fileprivate enum Verdict {
        case refused(Refusal)
        case open(Open)
    }

    /// What stands once all guards before the throttle have let the request pass.
    fileprivate struct Open {
        var app: App
        var environment: Environment
        var header: TokenHeader?
        var limits: ThrottleLimits
        var targets: EligibleAPIs
        var scope: [String]
        var chain: IdentityChain
        /// What an outage of each of the chain's Identities means, in the chain's order.
        var onUnavailable: [IdentityRevision.OnUnavailable]
        /// Why there is nobody to ask, when the chain is empty.
        var whenEmpty: Refusal
    }

    private let verdict: Verdict

    /// Runs the guards that come before the throttle, in the order of ``Refusal``.
    public init(of request: TokenRequest, in estate: Estate) {
        verdict = Self.judge(request, in: estate)
    }

    private static func judge(_ request: TokenRequest, in estate: Estate) -> Verdict {
        let standing: RequestStanding
        switch RequestStanding.judge(request, asks: .password, in: estate) {
        case .refused(let reason): return .refused(reason)
        case .standing(let found): standing = found
        }
        let (app, environment) = (standing.app, standing.environment)

        // RFC 9700, section 2.4 forbids this grant; an API and its first-party app must both have switched it on.
        let eligible = EligibleAPIs(of: app, in: environment, estate, grant: .password)
        guard app.content.firstParty, app.content.grants.contains(.password), !eligible.isEmpty else {
            return .refused(.grantNotAllowed)
        }

        // RFC 8707, section 2: a resource that is none of the app's is no target.
        guard let named = eligible.narrowed(to: request.asked.resource) else { return .refused(.targetUnknown) }
        let targets = named.meetable(bound: request.proof?.thumbprint != nil, named: request.asked.resource != nil)
        guard !targets.isEmpty else { return .refused(.proofInvalid) }
        let scope = request.asked.scope ?? []
        guard targets.declare(scope, allowing: app.content.scopes) else { return .refused(.scopeNotAllowed) }

        let chain = IdentityChain(of: targets.ids, in: environment.name, estate)
        return .open(
            Open(
                app: app, environment: environment, header: environment.tokenHeader(in: estate),
                limits: environment.throttleLimits(in: estate),
                targets: targets, scope: scope, chain: chain,
                onUnavailable: chain.links.map { link in
                    estate.identities[link.identity]?.revision(link.revision)?.onUnavailable ?? .stop
                },
                whenEmpty: targets.haveLink(in: estate) ? .noIdentityInEnvironment : .noLinkedIdentity))
    }

    /// The Identities that may be asked, newest first; empty where the guards refuse.
    public var chain: [IdentityChain.Link] {
        switch verdict {
        case .refused: []
        case .open(let open): open.chain.links
        }
    }

    /// What the throttle's numbers are judged by; nil where a guard before it refuses.
    public var throttleLimits: ThrottleLimits? {
        switch verdict {
        case .refused: nil
        case .open(let open): open.limits
        }
    }

    /// What comes next; `request` must say what it said when the plan was made, but for its throttle reading.
    public func nextStep(
        _ request: TokenRequest, given facts: DecisionFacts, accounts: [SubjectReference: AccountStanding],
        after attempts: [ValidationAttempted]
    ) -> PasswordGrantStep {
        switch verdict {
        case .refused(let reason): return .refuse(reason)
        case .open(let open): return open.nextStep(request, given: facts, accounts: accounts, after: attempts)
        }
    }
}

extension PasswordGrantPlan.Open {
    func nextStep(
        _ request: TokenRequest, given facts: DecisionFacts, accounts: [SubjectReference: AccountStanding],
        after attempts: [ValidationAttempted]
    ) -> PasswordGrantStep {
        // RFC 6749, section 4.3.2: protect the endpoint against brute force, before any store sees a guess.
        if let reason = request.throttle?.refusal(under: limits) { return .refuse(reason) }
        guard !chain.links.isEmpty else { return .refuse(whenEmpty) }

        // Newest to oldest, one at a time, until one accepts.
        var unavailable = false
        // As many as a chain has links at most.
        var tried: [IdentityID] = []
        for attempt in attempts {
            guard let place = chain.links.firstIndex(where: { $0.identity == attempt.identity }),
                chain.links[place].revision == attempt.revision
            else { continue }
            if !tried.contains(attempt.identity) { tried.append(attempt.identity) }
            switch attempt.bearing(onUnavailable: onUnavailable[place]) {
            case .accepted:
                return grant(
                    to: attempt, through: chain.links[place], afterIndeterminate: unavailable, request: request,
                    given: facts, accounts: accounts)
            case .endsLocked: return .refuse(.locked)
            case .endsUnavailable: return .refuse(.identityUnavailable)
            case .passedOver(let isUnavailable): unavailable = unavailable || isUnavailable
            }
        }
        if let next = chain.links.first(where: { !tried.contains($0.identity) }) {
            // Our own reason for asking no further is never passed over: an attacker could push a login to an older
            // store.
            return tried.count < IdentityChain.maximumLength ? .ask(next) : .refuse(.identityUnavailable)
        }
        return .refuse(unavailable ? .identityUnavailable : .credentialsRejected)
    }

    /// From here on it succeeds, unless a granted scope is ambiguous between audiences.
    private func grant(
        to winner: ValidationAttempted, through link: IdentityChain.Link, afterIndeterminate: Bool,
        request: TokenRequest, given facts: DecisionFacts, accounts: [SubjectReference: AccountStanding]
    ) -> PasswordGrantStep {
        let targets = self.targets.via(link)
        let granted = targets.declared(of: scope)
        // RFC 9068, section 3: a scope must make sense for one audience; name one resource.
        guard request.asked.resource != nil || targets.areUnambiguous(granted) else { return .refuse(.scopeNotAllowed) }
        guard let reference = winner.subjectReference, let header else { return .refuse(.identityUnavailable) }
        let standing = accounts[reference]
        let lifetime = targets.lifetimeInSeconds(in: environment)
        let account = standing?.account ?? facts.freshAccount
        let moments = TokenMoments(
            decidedAt: facts.decidedAt, answeredAt: winner.endedAt, lifetimeInSeconds: lifetime)

        var claims = TokenClaims()
        claims.issuer = environment.issuer
        claims.subject = account.text
        claims.subjectType = .user
        claims.audience = targets.audience
        claims.clientID = app.id
        claims.id = facts.decision
        claims.issuedAt = moments.issuedAt
        claims.expiresAt = moments.expiresAt
        claims.authTime = moments.authTime
        claims.scope = granted.isEmpty ? nil : granted.joined(separator: " ")
        claims.acr = winner.vouched?.acr
        claims.amr = winner.vouched?.amr ?? ["pwd"]
        claims.vot = winner.vouched?.vot
        claims.vtm = winner.vouched?.vtm
        claims.extraInfo = winner.extraInfoSealed.map { .sealed(commitment: $0.commitment) }
        claims.confirmation = Confirmation(of: request.proof)

        let renews = app.content.grants.contains(.refreshToken) && targets.allow(.refreshToken)
        return .issue(
            TokenGrant(
                header: header, claims: claims, winner: winner, standing: standing, account: account,
                lifetimeInSeconds: lifetime, scope: granted, afterIndeterminate: afterIndeterminate,
                reasons: GrantReasons(
                    issuer: environment.createdAt, client: app.latest.at, audience: targets.newestCause,
                    lifetime: targets.lifetimeCause(in: environment)),
                refresh: renews ? RefreshTerms(at: facts.decidedAt, of: nil, in: environment) : nil))
    }
}

/// What one attempt means for the rest of the chain.
private enum Bearing {
    case accepted
    case endsLocked
    case endsUnavailable
    case passedOver(isUnavailable: Bool)
}

extension ValidationAttempted {
    fileprivate func bearing(onUnavailable: IdentityRevision.OnUnavailable) -> Bearing {
        switch skipped {
        case .noSlot, .budgetSpent: return .endsUnavailable
        case .level: return .passedOver(isUnavailable: false)
        case .breakerOpen: return onUnavailable == .stop ? .endsUnavailable : .passedOver(isUnavailable: true)
        case nil: break
        }
        switch outcome {
        case .accepted: return subjectReference == nil ? .endsUnavailable : .accepted
        case .rejected: return .passedOver(isUnavailable: false)
        case .locked: return .endsLocked
        case .indeterminate, nil:
            return onUnavailable == .stop ? .endsUnavailable : .passedOver(isUnavailable: true)
        }
    }
}
