/// Where a password grant can lead, before anybody was asked: what the guards say, and the chain behind them.
///
/// It depends on the request's guarded part and the estate alone, so that whoever decides many alike requests on one
/// estate may keep it.
public struct PasswordGrantReach: Sendable {
    let ledger: Estate
    let ways: Ways

    /// How far the guards let the request.
    enum Ways: Sendable {
        case refused(Refusal)
        case open(OpenWay)
    }

    /// What the guards before the throttle left.
    struct OpenWay: Sendable {
        var app: App
        var environment: Environment
        /// The APIs that the token could be for.
        var reachable: EligibleAPIs
        var scope: [String]
        /// The request named its resources.
        var isNamed: Bool
        var confirmation: Confirmation?
        var limits: ThrottleLimits
        var chain: IdentityChain
        /// Why the chain is empty, where it is.
        var emptyChain: Refusal
    }

    /// Runs the guards. They stand in the order of ``Refusal``.
    public init(of request: GuardedRequest, in estate: Estate) {
        ledger = estate
        ways = Self.ways(of: request, in: estate)
    }

    private static func ways(of request: GuardedRequest, in estate: Estate) -> Ways {
        guard let environment = estate.environments[request.environment], environment.oauthDeployedAt != nil else {
            return .refused(.oauthNotDeployed)
        }

        // RFC 9110, section 15.5.6: a method that the path does not take says nothing about a client.
        guard request.fault != .methodNotAllowed else { return .refused(.malformedRequest) }
        // RFC 6749, section 5.2: client authentication comes before everything that the request says.
        guard let id = request.app, request.isAuthenticated, let app = estate.apps[id], app.retiredAt == nil
        else { return .refused(.unknownApp) }
        guard app.suspendedAt == nil else { return .refused(.appSuspended) }
        guard !request.proofIsFaulty else { return .refused(.proofInvalid) }
        guard request.fault == nil else { return .refused(.malformedRequest) }
        guard request.grant == Grant.password.rawValue else { return .refused(.grantUnknown) }

        // RFC 9700, section 2.4 forbids this grant; an API and its first-party app must both have switched it on.
        let eligible = EligibleAPIs(of: app, in: environment, estate, grant: .password)
        guard app.content.firstParty, app.content.grants.contains(.password), !eligible.isEmpty else {
            return .refused(.grantNotAllowed)
        }

        // RFC 8707, section 2: a resource that is none of the app's is no target.
        guard let targets = eligible.narrowed(to: request.resource) else { return .refused(.targetUnknown) }
        let isNamed = request.resource != nil
        let reachable = targets.meetable(bound: request.confirmation != nil, named: isNamed)
        guard !reachable.isEmpty else { return .refused(.proofInvalid) }
        guard reachable.declare(request.scope, allowing: app.content.scopes) else {
            return .refused(.scopeNotAllowed)
        }
        return .open(
            OpenWay(
                app: app, environment: environment, reachable: reachable, scope: request.scope, isNamed: isNamed,
                confirmation: request.confirmation,
                limits: ThrottleLimits(ledger: estate.ledger.limits, environment: environment.settings.limits),
                chain: IdentityChain(of: reachable.ids, in: environment.name, estate),
                emptyChain: reachable.haveLink(in: estate) ? .noIdentityInEnvironment : .noLinkedIdentity))
    }

    /// The Identities that are asked, newest first; empty where the guards refuse.
    public var chain: [IdentityChain.Link] {
        switch ways {
        case .refused: []
        case .open(let way): way.chain.links
        }
    }

    /// What comes next after some attempts. `accepted` says what an acceptance leads to; it is called at most once.
    public func step(
        after attempts: [ValidationAttempted], throttle: ThrottleReading?,
        accepted: (ValidationAttempted, IdentityChain.Link, _ afterIndeterminate: Bool) -> PasswordGrantStep
    ) -> PasswordGrantStep {
        let way: OpenWay
        switch ways {
        case .refused(let reason): return .refuse(reason)
        case .open(let open): way = open
        }
        if let reason = throttleRefusal(throttle) { return .refuse(reason) }
        guard !way.chain.links.isEmpty else { return .refuse(way.emptyChain) }
        return walk(way.chain, after: attempts, accepted: accepted)
    }

    /// RFC 6749, section 4.3.2: protect the endpoint against brute force, before any store sees a guess.
    private func throttleRefusal(_ throttle: ThrottleReading?) -> Refusal? {
        guard let throttle else { return nil }
        return throttleLimits.flatMap { throttle.refusal(under: $0) }
    }

    /// What the throttle's numbers are judged by; nil where a guard before it refuses.
    public var throttleLimits: ThrottleLimits? {
        switch ways {
        case .refused: nil
        case .open(let way): way.limits
        }
    }

    /// Newest to oldest, one at a time, until one accepts.
    private func walk(
        _ chain: IdentityChain, after attempts: [ValidationAttempted],
        accepted: (ValidationAttempted, IdentityChain.Link, Bool) -> PasswordGrantStep
    ) -> PasswordGrantStep {
        var unavailable = false
        var tried: [IdentityID] = []
        for attempt in attempts {
            guard let link = chain.links.first(where: { $0.identity == attempt.identity }),
                link.revision == attempt.revision
            else { continue }
            if !tried.contains(attempt.identity) { tried.append(attempt.identity) }
            switch attempt.bearing(onUnavailable: onUnavailable(link)) {
            case .accepted: return accepted(attempt, link, unavailable)
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

    private func onUnavailable(_ link: IdentityChain.Link) -> IdentityRevision.OnUnavailable {
        ledger.identities[link.identity]?.revision(link.revision)?.onUnavailable ?? .stop
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
