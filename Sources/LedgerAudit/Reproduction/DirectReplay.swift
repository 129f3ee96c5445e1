internal import AuthorizationCore

// Grants that are decided on the log alone: an app's own credentials, and refresh tokens.
extension DecisionReplay {
    /// What the HTTP server refused before it was read. That it did, and with which status, stands on the ledger's word.
    mutating func checkUnread(_ request: TokenRequest) throws(ReplayFault) {
        guard case .refused(let recorded) = outcome.data, decision.requested == nil, decision.attempts.isEmpty,
            (400...599).contains(recorded.status)
        else {
            return differ(
                "outcome", at: outcome.position, recorded: outcome.data.words, replayed: "refused before it was read")
        }
        let version = try state.version(at: request.consulted)
        guard version.estate.environments[request.environment] != nil else {
            return differ("environment", at: outcome.position, recorded: request.environment.text, replayed: "none")
        }
        guard request.engine == version.estate.ledger.engine else {
            return differ(
                "engine", at: outcome.position, recorded: "\(request.engine)",
                replayed: "\(version.estate.ledger.engine)")
        }
        var facts = TokenRequest()
        facts.asked.media = .other
        facts.consulted = request.consulted
        facts.engine = request.engine
        facts.environment = request.environment
        facts.grant = TokenRequest.noGrant
        facts.receivedAt = request.receivedAt
        facts.sourceTag = request.sourceTag
        facts.tagEpoch = request.tagEpoch
        compare(recorded, TokenRefused(unread: facts, status: recorded.status))
    }

    mutating func checkDirectly(_ request: TokenRequest) throws(ReplayFault) {
        guard decision.attempts.isEmpty, decision.opened == nil else {
            return differ("order", at: outcome.position, recorded: "an Identity was asked", replayed: "nobody is")
        }
        let version = try state.version(at: request.consulted)
        let engine = version.estate.ledger.engine
        guard request.engine == engine, outcome.data.engine == engine else {
            return differ(
                "engine", at: outcome.position, recorded: "\(outcome.data.engine)", replayed: "\(engine)")
        }
        guard outcome.data.consulted == request.consulted else {
            return differ(
                "consulted", at: outcome.position, recorded: "\(outcome.data.consulted)",
                replayed: "\(request.consulted)")
        }
        let facts = facts(AccountID())
        guard Grant(rawValue: request.grant) == .refreshToken else {
            switch clientCredentialsStep(request, given: facts, in: version.estate) {
            case .issue(let grant): return try checkIssued(grant, facts)
            case .refuse(let reason): return checkRefused(reason, request, facts, in: version.estate)
            }
        }
        switch refreshStep(request, given: facts, in: version.estate, family: try family(of: request)) {
        case .issue(let grant): try checkIssued(grant, facts)
        case .refuse(let reason): checkRefused(reason, request, facts, in: version.estate)
        case .endFamily(let event):
            checkRotation(event, .reused)
            checkRevoked(by: event)
            checkRefused(.grantInvalid, request, facts, in: version.estate, ends: true)
        }
    }

    /// The family that was presented, as it stood before the decision was recorded.
    private func family(of request: TokenRequest) throws(ReplayFault) -> RefreshFamily? {
        guard let id = request.presented?.family else { return nil }
        let first = decision.firstOfAppend ?? outcome.position
        guard var family = try state.family(id, before: first) else { return nil }
        if try state.endsBroadly(IssuedFacts(of: family), before: first) { family.isEnded = true }
        return family
    }

    private mutating func checkIssued(_ grant: DirectGrant, _ facts: DecisionFacts) throws(ReplayFault) {
        guard case .issued(let recorded) = outcome.data, let requested = decision.requested else {
            return differ("outcome", at: outcome.position, recorded: outcome.data.words, replayed: "a token is issued")
        }
        var replayed = TokenIssued(
            grant, requested: .position(requested.position), given: facts, consulted: recorded.consulted)
        if let rotation = grant.refresh {
            let family = rotation.event.family
            replayed.family = family
            replayed.refresh = RefreshIssued(
                family, generation: rotation.generation,
                secretDigest: recorded.refresh?.secretDigest ?? Bytes32(), rotation.terms)
            checkRotation(rotation.event, rotation.kind == .used ? .used : .repeated)
        } else if let (event, _) = decision.rotated {
            differ("refresh", at: event.position, recorded: event.data.family.text, replayed: "none")
        }
        replayed.signingInput = recorded.signingInput
        compare(recorded, replayed)
        guard verdict.differences.isEmpty else { return }
        let cause = grant.inherited.first { $0.claim == "extraInfo" }?.event.position
        try compareSigned(
            grant.header, grant.claims, recorded.signingInput,
            from: try cause.flatMap { (position) throws(ReplayFault) in
                try state.attempt(at: position)
            })
    }

    private mutating func checkRotation(_ event: RefreshEvent, _ kind: RecordedDecision.Rotation) {
        guard let (recorded, recordedKind) = decision.rotated else {
            return differ("refresh", at: outcome.position, replayed: "\(kind) of \(event.family.text)")
        }
        if recordedKind != kind {
            differ("refresh", at: recorded.position, recorded: "\(recordedKind)", replayed: "\(kind)")
        }
        for difference in recorded.data == event
            ? [] : FieldValues.differences(recorded: recorded.data, replayed: event)
        {
            differ(
                "refresh.\(difference.path)", at: recorded.position, recorded: difference.recorded,
                replayed: difference.replayed)
        }
    }

    private mutating func checkRevoked(by event: RefreshEvent) {
        guard let revoked = decision.revoked else {
            return differ("revoked", at: outcome.position, replayed: "family \(event.family.text) ends")
        }
        // How many tokens were live is counted from what had not expired by the clock; it is attested.
        let replayed = TokenRevoked(endingFamilyFor: event, live: revoked.data.count)
        for difference in FieldValues.differences(recorded: revoked.data, replayed: replayed) {
            differ(
                "revoked.\(difference.path)", at: revoked.position, recorded: difference.recorded,
                replayed: difference.replayed)
        }
    }

    private mutating func checkRefused(
        _ reason: Refusal, _ request: TokenRequest, _ facts: DecisionFacts, in estate: Estate, ends: Bool = false
    ) {
        guard case .refused(let recorded) = outcome.data else {
            return differ(
                "outcome", at: outcome.position, recorded: outcome.data.words, replayed: "refused: \(reason.text)")
        }
        if !ends, let place = decision.rotated?.event.position ?? decision.revoked?.position {
            differ("refresh", at: place, recorded: "a refresh token took effect", replayed: "refused: \(reason.text)")
        }
        var replayed = TokenRefused(
            reason, of: request, after: [], given: facts, consulted: recorded.consulted, in: estate)
        replayed.request = recorded.request
        compare(recorded, replayed)
    }
}
