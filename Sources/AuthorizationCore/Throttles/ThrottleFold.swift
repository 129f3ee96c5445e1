extension ThrottleTable {
    /// Counts what an event says. Events come in the order of the log, each once.
    ///
    /// A request counts under the limits that held where it was recorded: `limits` gives those of an environment at
    /// that place. An acceptance clears what was counted in its budget under its own tag; what an earlier epoch's tag
    /// still holds runs out by itself, because nothing in the log ties the two tags together.
    public mutating func fold(_ event: Event, limits: (EnvironmentName) -> ThrottleLimits) {
        switch event.data {
        case .tokens(.requested(let request)):
            guard let decision = DecisionID(text: event.correlation),
                let counted = Undecided(request, limits: limits)
            else { return }
            undecided.set(counted, for: decision, at: event.recordedAt)
        case .tokens(.refused(let refused)):
            let requested = take(event.correlation)
            guard refused.reason.isFailedGuess,
                let counted = refused.request.flatMap({ Undecided($0, limits: limits) }) ?? requested
            else { return }
            fail(counted, at: refused.decidedAt)
        case .tokens(.issued(let issued)):
            guard let counted = take(event.correlation) else { return }
            accept(counted, at: issued.decidedAt)
        case .access(.throttleCleared(let cleared)):
            clear(cleared)
        case .tokens(.attempted), .tokens(.revoked), .tokens(.refreshUsed), .tokens(.refreshRepeated),
            .tokens(.refreshReuseDetected), .access(.decided), .access(.recordingGap), .access(.sealed),
            .access(.pruned), .access(.requestsSuppressed), .ledger, .operators, .environments, .apis, .identities,
            .apps, .accounts, .audit:
            return
        }
    }

    private mutating func take(_ correlation: String) -> Undecided? {
        guard let decision = DecisionID(text: correlation), let counted = undecided[decision] else { return nil }
        undecided.remove(decision)
        return counted
    }

    private mutating func fail(_ counted: Undecided, at moment: Timestamp) {
        var run = users[counted.user] ?? FailureRun(run: 0, inARow: 0, lastAt: moment)
        run.fail(at: moment, under: counted.limits, in: counted.user.budget)
        users.set(run, for: counted.user, at: moment)

        guard let app = counted.app, let source = counted.source else { return }
        let key = AppSource(app: app, source: source)
        let known = apps[key].flatMap { $0.isExpired(at: moment) ? nil : $0 }
        var failures = known ?? AppFailures(count: 0, bucket: LeakyBucket(emptyAt: moment))
        failures.count = failures.count.addingSaturating(1)
        // Twice the limit is never reached while requests above it are refused; it bounds a wait whatever happens.
        failures.bucket.add(
            at: moment, interval: counted.limits.appInterval, capacity: 2 * counted.limits.appFailures)
        apps.set(failures, for: key, at: moment)
    }

    private mutating func accept(_ counted: Undecided, at moment: Timestamp) {
        users.remove(counted.user)
        for caller in [counted.source, counted.proofKey] {
            guard let caller else { continue }
            let key = ThrottleCaller(userTag: counted.user.tag, caller: caller)
            let last = max(callers[key]?.at ?? moment, moment)
            callers.set(Acceptance(at: last), for: key, at: moment)
        }
    }

    private mutating func clear(_ cleared: ThrottleCleared) {
        if let tag = cleared.userTag {
            for budget in ThrottleReading.Budget.allCases { users.remove(UserBudget(tag: tag, budget: budget)) }
        }
        if let app = cleared.app { apps.removeAll { $0.app == app } }
    }
}

extension Undecided {
    /// Nil for a request that names no user: only those that present a password are counted.
    init?(_ request: TokenRequest, limits: (EnvironmentName) -> ThrottleLimits) {
        guard let tag = request.userTag else { return nil }
        user = UserBudget(tag: tag, budget: request.throttle?.budget ?? .stranger)
        app = request.client.app
        source = request.sourceTag
        let proof = request.proof.flatMap { $0.fault == nil ? $0.thumbprint : nil }
        proofKey = proof.flatMap(ThrottleCaller.tag(ofThumbprint:))
        self.limits = limits(request.environment)
    }
}
