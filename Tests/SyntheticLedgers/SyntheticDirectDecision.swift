public import AuthorizationCore
internal import EventLog

// Decisions for which nobody is asked.
extension SyntheticLedger {
    /// Decides on an app's own credentials or a refresh token as the service does, and records it.
    @discardableResult
    public mutating func decideDirectly(_ asked: SyntheticRequest) throws -> DecisionID {
        let id: DecisionID = identifier()
        var request = facts(of: asked)
        request.presented = asked.presented
        let facts = facts(id)
        guard Grant(rawValue: request.grant) == .refreshToken else {
            switch clientCredentialsStep(request, given: facts, in: estate) {
            case .issue(let grant): try issue(grant, request, facts)
            case .refuse(let reason): refuse(reason, request, facts)
            }
            return id
        }
        var family = asked.presented?.family.flatMap { families[$0] }
        if let found = family, revocations.endsBroadly(IssuedFacts(of: found)) { family?.isEnded = true }
        switch refreshStep(request, given: facts, in: estate, family: family) {
        case .issue(let grant): try issue(grant, request, facts)
        case .refuse(let reason): refuse(reason, request, facts)
        case .endFamily(let event):
            let consulted = consulted
            record(.tokens(.refreshReuseDetected(event)), by: request.asker, of: id.text)
            record(
                .tokens(.revoked(TokenRevoked(endingFamilyFor: event, live: 2))), by: request.asker, of: id.text)
            refuse(.grantInvalid, request, facts, consulted: consulted)
        }
        return id
    }

    private mutating func refuse(
        _ reason: Refusal, _ request: TokenRequest, _ facts: DecisionFacts, consulted: Position? = nil
    ) {
        var refused = TokenRefused(
            reason, of: request, after: [], given: facts, consulted: consulted ?? self.consulted, in: estate)
        refused.request = request
        record(.tokens(.refused(refused)), by: request.asker, of: facts.decision.text)
    }

    private mutating func issue(_ grant: DirectGrant, _ request: TokenRequest, _ facts: DecisionFacts) throws {
        let consulted = consulted
        let requested = record(.tokens(.requested(request)), by: request.asker, of: facts.decision.text)
        var issued = TokenIssued(grant, requested: .position(requested), given: facts, consulted: consulted)
        if let rotation = grant.refresh {
            let event: TokenEvent =
                rotation.kind == .used ? .refreshUsed(rotation.event) : .refreshRepeated(rotation.event)
            record(.tokens(event), by: request.asker, of: facts.decision.text)
            issued.family = rotation.event.family
            issued.refresh = RefreshIssued(
                rotation.event.family, generation: rotation.generation, secretDigest: digest(), rotation.terms)
        }
        let cause = grant.inherited.first { $0.claim == "extraInfo" }?.event.position
        try sign(&issued, cause.flatMap { extraInfo[$0] }, by: request.asker)
    }

    /// Records a request that the HTTP server refused before anybody read it.
    public mutating func refuseUnread(in environment: EnvironmentName, status: Int64) -> DecisionID {
        let id: DecisionID = identifier()
        var request = TokenRequest()
        request.asked.media = .other
        request.consulted = consulted
        request.engine = estate.ledger.engine
        request.environment = environment
        request.grant = TokenRequest.noGrant
        request.receivedAt = now
        request.sourceTag = numbers.blind()
        request.tagEpoch = now.day / 7
        record(.tokens(.refused(TokenRefused(unread: request, status: status))), by: .stranger, of: id.text)
        return id
    }

    /// Ends tokens, as an operator does.
    public mutating func revoke(_ scope: TokenRevoked.Scope, _ id: String) {
        var revoked = TokenRevoked()
        revoked.scope = scope
        revoked.id = id
        revoked.cause = .byOperator
        revoked.by = administrator.text
        record(.tokens(.revoked(revoked)))
    }
}
