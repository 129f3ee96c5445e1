internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto
internal import Threads

/// One token request that nobody outside is asked about: a refresh token, or an app's own credentials.
///
/// It performs what ``refreshStep(_:given:in:family:)`` or ``clientCredentialsStep(_:given:in:)`` says. Request and
/// outcome are one append, durable before an answer is made; whoever races for the same refresh token decides again on
/// what the winner has left.
struct DirectGrantDecision {
    /// How often a decision is made again because the estate or the family moved under it.
    static let maximumMoves = 8

    let context: ServiceContext
    let id: DecisionID
    let presented: PresentedRequest
    let source: PeerAddress
    let record: GrantRecord
    var request: TokenRequest

    init(
        context: ServiceContext, id: DecisionID, presented: PresentedRequest, source: PeerAddress,
        request: TokenRequest
    ) {
        self.context = context
        self.id = id
        self.presented = presented
        self.source = source
        self.request = request
        record = GrantRecord(context: context, id: id, source: source, userName: nil)
    }

    /// Decides. The outcome is in the log when this returns.
    mutating func run() async -> GrantResult {
        for _ in 0...Self.maximumMoves {
            do {
                return try await decide()
            } catch AppendError.moved {
                context.counters.count(\.decisionsMoved)
            } catch {
                return .unrecorded
            }
        }
        return .unrecorded
    }

    private mutating func decide() async throws -> GrantResult {
        let state = context.store.state
        request.consulted = state.consulted
        request.engine = state.estate.ledger.engine
        let facts = DecisionFacts(
            engine: request.engine, decision: id, decidedAt: context.clock(), freshAccount: AccountID())
        if request.client.credential != nil, request.fault == nil { try readThrottle(in: state.estate) }
        guard request.grant == Grant.refreshToken.rawValue else {
            switch clientCredentialsStep(request, given: facts, in: state.estate) {
            case .issue(let grant): return try await issue(grant, facts, state, extraInfo: nil)
            case .refuse(let reason): return try await record.refuse(reason, request, given: facts, in: state.estate)
            }
        }
        let reading = try await readFamily(at: facts.decidedAt)
        switch refreshStep(request, given: facts, in: state.estate, family: reading?.family) {
        case .issue(let grant):
            return try await issue(grant, facts, state, extraInfo: try await extraInfo(of: grant))
        case .refuse(let reason):
            // What became of the family may have been read later than the estate; then it is decided again.
            return try await record.refuse(
                reason, request, given: facts, in: state.estate, unchanged: reading.map { fences(of: $0.family) } ?? [])
        case .endFamily(let event):
            return try await endFamily(event, of: reading?.family, live: reading?.live ?? 0, facts, in: state.estate)
        }
    }

    private mutating func readThrottle(in estate: Estate) throws {
        guard let app = request.client.app else { return }
        let sources = try GuessTags.sources(
            source, in: request.environment, at: request.receivedAt, keys: context.keys)
        request.sourceTag = sources.tags.current
        request.tagEpoch = sources.epoch
        let limits = estate.throttleLimits(in: request.environment)
        let now = request.receivedAt
        request.throttle = context.throttles.withLock {
            $0.reading(of: app, from: sources.tags, limits: limits, at: now)
        }
    }

    /// Looks the presented token up, for an app that authenticated, and puts into the request what was found.
    private mutating func readFamily(at now: Timestamp) async throws -> FamilyReading? {
        request.presented = nil
        guard request.client.credential != nil, request.fault == nil, let text = presented.refreshToken else {
            return nil
        }
        request.presented = PresentedRefreshToken()
        guard let token = RefreshTokenText(text) else { return nil }
        request.presented?.generation = token.generation
        var found = try await context.store.read { (reader) throws(StoreError) -> FamilyReading? in
            var found = try FamilyReading(token, at: now, in: reader)
            // Only a family that may end now is counted.
            if let reading = found, reading.presented.generation < reading.family.newest {
                try found?.count(liveAt: now, in: reader)
            }
            return found
        }
        guard let family = found?.family else { return nil }
        if context.revocations.withLock({ $0.endsBroadly(IssuedFacts(of: family)) }) { found?.family.isEnded = true }
        request.presented = found?.presented
        return found
    }

    /// What the Identity said when the family began, opened for the token: the log holds its commitment.
    private func extraInfo(of grant: DirectGrant) async throws -> (bytes: [UInt8], vault: VaultID)? {
        guard grant.claims.extraInfo != nil,
            let position = grant.inherited.first(where: { $0.claim == "extraInfo" })?.event.position
        else { return nil }
        let event = try await context.store.read { (reader) throws(StoreError) in
            try reader.decodedEvent(at: position)
        }
        guard case .tokens(.attempted(let attempt)) = event?.data, let sealed = attempt.extraInfoSealed,
            let bytes = try await context.opened.value(
                sealed, at: position, path: "extra_info_sealed", store: context.store, vaults: context.vaults)
        else { throw AttemptFailure(reason: "what the Identity said cannot be opened") }
        return (bytes, sealed.vault)
    }
}

// MARK: - Recording

extension DirectGrantDecision {
    private func issue(
        _ grant: DirectGrant, _ facts: DecisionFacts, _ state: LedgerState,
        extraInfo: (bytes: [UInt8], vault: VaultID)?
    ) async throws -> GrantResult {
        let key = try context.keys.tokenKey(environment: request.environment, kid: grant.header.kid)
        let signing = try SigningBytes(grant.header, grant.claims, extraInfo: extraInfo?.bytes)
        let requestBlind = try context.blind()
        var requested = request
        let person = try await record.sealPerson(into: &requested, under: "", blind: requestBlind)
        var events = [record.event(.tokens(.requested(requested)), of: request, blind: requestBlind, sealed: person)]
        var unchanged: [FenceName] = [.estate, .environment(request.environment)]
        var unused: [FenceName] = []
        var data = TokenIssued(grant, requested: .inThisAppend(0), given: facts, consulted: state.consulted)
        let secret = try grant.refresh.map { _ in try IssuedSecret.draw() }
        if let rotation = grant.refresh, let secret {
            let family = rotation.event.family
            // What follows reads it there: it stands right before the token that it leads to.
            events.append(record.event(.tokens(rotation.recorded), of: request, blind: try context.blind()))
            data.family = family
            data.refresh = RefreshIssued(
                family, generation: rotation.generation, secretDigest: secret.digest, rotation.terms)
            unchanged.append(.family(family))
            if let account = grant.account { unchanged.append(.account(account)) }
            unused.append(.refreshToken(family, rotation.generation))
        }
        let blind = try context.blind()
        var sealed: [SealedRecord] = []
        if let vault = extraInfo?.vault {
            let committed = try await signing.commitment(blind: blind, vault: vault, vaults: context.vaults)
            data.signingInput = committed.value
            sealed = [committed.record]
        } else {
            data.signingInput.digest = signing.digest
        }
        events.append(record.event(.tokens(.issued(data)), of: request, blind: blind, sealed: sealed))

        let commit = try await context.store.append(
            Proposal(events: events, consulted: state.consulted, unchanged: unchanged, unused: unused))
        guard let leafHash = commit.leafHashes.last, commit.leafHashes.count == events.count else { return .unrecorded }
        context.counters.count(\.tokensIssued)
        var refreshToken: String?
        if let rotation = grant.refresh, let secret {
            refreshToken =
                RefreshTokenText(
                    family: rotation.beganAt, generation: rotation.generation, secret: secret.text
                ).text
        }
        return .issued(
            IssuedAnswer(
                token: try signing.token(signedBy: key), refreshToken: refreshToken,
                lifetimeInSeconds: grant.lifetimeInSeconds, scope: grant.scope,
                isBound: grant.claims.confirmation?.jkt != nil,
                position: commit.first.advanced(by: events.count - 1), leafHash: leafHash))
    }

    /// Refuses, and ends the family in the same append: whoever reused the token learns no more than that it is bad.
    private func endFamily(
        _ event: RefreshEvent, of family: RefreshFamily?, live: Int64, _ facts: DecisionFacts, in estate: Estate
    ) async throws -> GrantResult {
        let revoked = TokenRevoked(endingFamilyFor: event, live: live)
        let events = [
            record.event(.tokens(.refreshReuseDetected(event)), of: request, blind: try context.blind()),
            record.event(.tokens(.revoked(revoked)), of: request, blind: try context.blind()),
        ]
        return try await record.refuse(
            .grantInvalid, request, given: facts, in: estate, after: events,
            unchanged: family.map { fences(of: $0) } ?? [])
    }

    /// What must not move between looking a family up and recording what was decided on it.
    private func fences(of family: RefreshFamily) -> [FenceName] {
        [.estate, .environment(request.environment), .family(family.id)]
            + [family.account.map { .account($0) }].compactMap { $0 }
    }
}

extension RefreshRotation {
    fileprivate var recorded: TokenEvent {
        switch kind {
        case .used: .refreshUsed(event)
        case .repeated: .refreshRepeated(event)
        }
    }
}
