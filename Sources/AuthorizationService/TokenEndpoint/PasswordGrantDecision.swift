internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto
internal import Threads

/// One token request, from its first guard to the record of its outcome.
///
/// It performs what ``nextStep(_:given:in:after:)`` says and nothing else. Whatever happens, the outcome is durable before
/// an answer is made, and a request whose outcome cannot be recorded gets none.
struct PasswordGrantDecision {
    /// How often a decision is made again because the estate moved under it.
    static let maximumMoves = 8

    let context: ServiceContext
    let id: DecisionID
    let presented: PresentedRequest
    let source: PeerAddress
    let record: GrantRecord
    var request: TokenRequest
    /// What the estate says of the request, and the state that said it.
    private var planned: (plan: PasswordGrantPlan, state: LedgerState)?

    init(
        context: ServiceContext, id: DecisionID, presented: PresentedRequest, source: PeerAddress,
        request: TokenRequest
    ) {
        self.context = context
        self.id = id
        self.presented = presented
        self.source = source
        self.request = request
        record = GrantRecord(context: context, id: id, source: source, userName: presented.userName)
    }

    /// Decides. The attempts and the outcome are in the log when this returns.
    mutating func run() async -> GrantResult {
        do {
            return try await decide()
        } catch {
            return .unrecorded
        }
    }

    private mutating func decide() async throws -> GrantResult {
        let state = context.store.state
        request.consulted = state.consulted
        request.engine = state.estate.ledger.engine
        // The guards that stand before the throttle need no secret key and take no place.
        if case .refuse(let reason) = step(given: try facts(), in: state) {
            return try await record.refuse(reason, request, given: try facts(), in: state.estate)
        }
        guard let appID = request.client.app, let app = state.estate.apps[appID] else { return .unrecorded }
        let tags = try GuessTags(
            userName: presented.userName, source: source, app: appID, environment: request.environment,
            at: request.receivedAt, keys: context.keys)
        request.userTag = tags.user
        request.sourceTag = tags.source
        request.tagEpoch = tags.epoch
        let limits = state.estate.throttleLimits(in: request.environment)
        let reading = context.throttles.withLock { $0.admit(tags.place, limits: limits, at: request.receivedAt) }
        defer { context.throttles.withLock { $0.leave(tags.place, budget: reading.budget) } }
        request.throttle = reading

        switch try await admit() {
        case .refused(let reason, let state):
            return try await record.refuse(reason, request, given: try facts(), in: state.estate)
        case .admitted(let admission):
            let call = IdentityCall(
                context: context, environment: request.environment, app: app, userName: presented.userName,
                body: presented.body, sourceTag: tags.source)
            do {
                return try await walk(call, admission: admission)
            } catch {
                context.store.release(admission)
                throw error
            }
        }
    }

    private enum Entry {
        case admitted(Admission)
        case refused(Refusal, LedgerState)
    }

    /// Puts the request on the record before the first ask: a password leaves the house only after that.
    private mutating func admit() async throws -> Entry {
        let blind = try context.blind()
        var sealed: [SealedRecord]?
        for _ in 0..<Self.maximumMoves {
            let state = context.store.state
            request.consulted = state.consulted
            request.engine = state.estate.ledger.engine
            if case .refuse(let reason) = step(given: try facts(), in: state) { return .refused(reason, state) }
            let records =
                if let sealed { sealed } else { try await record.sealPerson(into: &request, under: "", blind: blind) }
            sealed = records
            let proposal = Proposal(
                events: [event(.requested(request), blind: blind, sealed: records)], consulted: state.consulted,
                unchanged: [.estate, .environment(request.environment)])
            if let admission = try await admitted(proposal) { return .admitted(admission) }
        }
        throw AppendError.moved(.estate)
    }

    /// nil when the estate moved.
    private func admitted(_ proposal: Proposal) async throws -> Admission? {
        do {
            return try await context.store.admit(proposal, reserving: IdentityChain.maximumLength + 2)
        } catch AppendError.moved {
            context.counters.count(\.decisionsMoved)
            return nil
        }
    }

    /// Asks as long as the decision says so, then records what it says.
    ///
    /// A decision that cannot be brought to its end is refused, and its attempts are recorded all the same: a password
    /// left the house.
    private mutating func walk(_ call: IdentityCall, admission: Admission) async throws -> GrantResult {
        var attempts: [Attempt] = []
        do {
            return try await bringToEnd(call, &attempts, admission)
        } catch {
            return try await giveUp(attempts, call, admission)
        }
    }

    private mutating func bringToEnd(
        _ call: IdentityCall, _ attempts: inout [Attempt], _ admission: Admission
    ) async throws -> GrantResult {
        var moves = 0
        let start = monotonicNanoseconds()
        let freshAccount = try context.randomIdentifier(of: AccountKind.self)
        while true {
            let state = context.store.state
            var facts = try facts()
            facts.engine = state.estate.ledger.engine
            facts.freshAccount = freshAccount
            let outcome: Outcome
            switch step(given: facts, in: state, accounts: try await accounts(of: attempts), after: attempts) {
            case .ask(let link):
                let spent = Int64((monotonicNanoseconds() - start) / 1_000)
                attempts.append(
                    try await call.ask(
                        link, ordinal: Int64(attempts.count + 1),
                        remaining: IdentityCall.chainBudgetMicroseconds - spent, in: state))
                continue
            case .issue(let grant):
                outcome = try await issue(grant, attempts, facts, state, admission)
            case .refuse(let reason):
                outcome = try refuse(reason, attempts, facts, state, admission)
            }
            do {
                let commit = try await context.store.append(outcome.proposal)
                return try outcome.result(commit)
            } catch AppendError.moved(let fence) {
                moves += 1
                context.counters.count(\.decisionsMoved)
                if case .subject(let reference) = fence { context.accounts.forget(reference) }
                guard moves <= Self.maximumMoves else { throw AppendError.moved(fence) }
            }
        }
    }

    /// Refuses for a reason of ours. It stands in the record as an Identity that was passed over for want of time, before
    /// all others, because such a reason ends a chain whatever came of it otherwise.
    private mutating func giveUp(_ attempts: [Attempt], _ call: IdentityCall, _ admission: Admission) async throws
        -> GrantResult
    {
        let state = context.store.state
        var facts = try facts()
        facts.engine = state.estate.ledger.engine
        var all = attempts
        var reason = Refusal.identityUnavailable
        switch step(given: facts, in: state) {
        case .ask(let link): all.insert(try call.passOver(link, in: state), at: 0)
        case .refuse(let found): reason = found
        case .issue: break
        }
        var outcome = try refuse(reason, all, facts, state, admission)
        // Without fences: it hands out nothing, and must not move again.
        outcome.proposal.unchanged = []
        return try outcome.result(try await context.store.append(outcome.proposal))
    }

    private struct Outcome {
        var proposal: Proposal
        var result: (Commit) throws -> GrantResult
    }

    /// ``nextStep(_:given:in:after:)``, with what it works out of the estate kept while the estate stands.
    private mutating func step(
        given facts: DecisionFacts, in state: LedgerState, accounts: [SubjectReference: AccountStanding] = [:],
        after attempts: [Attempt] = []
    ) -> PasswordGrantStep {
        let plan: PasswordGrantPlan
        if let planned, planned.state.hasEstate(of: state) {
            plan = planned.plan
        } else {
            plan = PasswordGrantPlan(of: request, in: state.estate)
            planned = (plan, state)
        }
        return plan.nextStep(request, given: facts, accounts: accounts, after: attempts.map(\.data))
    }

    /// The accounts of the subjects that the attempts named.
    private func accounts(of attempts: [Attempt]) async throws -> [SubjectReference: AccountStanding] {
        var accounts: [SubjectReference: AccountStanding] = [:]
        for attempt in attempts where attempt.data.outcome == .accepted {
            guard let reference = attempt.data.subjectReference else { continue }
            accounts[reference] = try await context.accounts.standing(of: reference, in: context.store)
        }
        return accounts
    }

    private func facts() throws -> DecisionFacts {
        DecisionFacts(
            engine: request.engine, decision: id, decidedAt: context.clock(), freshAccount: AccountID())
    }
}

// MARK: - Recording

extension PasswordGrantDecision {
    private func event(_ data: TokenEvent, blind: Bytes16, sealed: [SealedRecord] = []) -> ProposedEvent {
        record.event(.tokens(data), of: request, blind: blind, sealed: sealed)
    }

    private func refuse(
        _ reason: Refusal, _ attempts: [Attempt], _ facts: DecisionFacts, _ state: LedgerState,
        _ admission: Admission
    ) throws -> Outcome {
        let data = TokenRefused(
            reason, of: request, after: attempts.indices.map { .inThisAppend($0) }, given: facts,
            consulted: state.consulted, in: state.estate)
        let events = attempts.map { event(.attempted($0.data), blind: $0.blind, sealed: $0.sealed) }
        let counters = context.counters
        return Outcome(
            proposal: Proposal(
                events: events + [event(.refused(data), blind: try context.blind())], consulted: state.consulted,
                unchanged: [.estate, .environment(request.environment)], admission: admission)
        ) { _ in
            counters.count(\.tokensRefused)
            return .refused(
                reason, PublicError(data.status, data.error), retryAfterSeconds: data.retryAfterSeconds)
        }
    }

    private func issue(
        _ grant: TokenGrant, _ attempts: [Attempt], _ facts: DecisionFacts, _ state: LedgerState,
        _ admission: Admission
    ) async throws -> Outcome {
        guard let winner = attempts.firstIndex(where: { $0.data == grant.winner }),
            let reference = grant.winner.subjectReference
        else { throw AttemptFailure(reason: "the winner is not among the attempts") }
        var events = attempts.map { event(.attempted($0.data), blind: $0.blind, sealed: $0.sealed) }
        var unchanged: [FenceName] = [.estate, .environment(request.environment)]
        var unused: [FenceName] = []
        if grant.standing == nil {
            guard let vault = attempts[winner].vault else { throw AttemptFailure(reason: "the winner has no vault") }
            events.append(try await opening(grant, vault: vault, in: state))
            unused = [.subject(reference), .account(grant.account)]
        } else {
            unchanged += [.subject(reference), .account(grant.account)]
        }

        let key = try context.keys.tokenKey(environment: request.environment, kid: grant.header.kid)
        let signing = try SigningBytes(grant.header, grant.claims, extraInfo: attempts[winner].extraInfo)
        let blind = try context.blind()
        var sealed: [SealedRecord] = []
        var data = TokenIssued(
            grant, requested: admission.first.map { .position($0) } ?? .admission,
            after: attempts.indices.map { .inThisAppend($0) }, winner: .inThisAppend(winner),
            account: .inThisAppend(attempts.count), given: facts, consulted: state.consulted)
        let secret = try grant.refresh.map { _ in try IssuedSecret.draw() }
        if let terms = grant.refresh, let secret {
            let family: FamilyID = try context.identifier(at: facts.decidedAt)
            data.family = family
            data.refresh = RefreshIssued(family, generation: 0, secretDigest: secret.digest, terms)
        }
        if let vault = grant.winner.extraInfoSealed?.vault {
            let committed = try await signing.commitment(blind: blind, vault: vault, vaults: context.vaults)
            data.signingInput = committed.value
            sealed = [committed.record]
        } else {
            data.signingInput.digest = signing.digest
        }
        events.append(event(.issued(data), blind: blind, sealed: sealed))
        let counters = context.counters
        return Outcome(
            proposal: Proposal(
                events: events, consulted: state.consulted, unchanged: unchanged, unused: unused, admission: admission)
        ) { commit in
            guard let leafHash = commit.leafHashes.last else { return .unrecorded }
            counters.count(\.tokensIssued)
            let position = commit.first.advanced(by: commit.leafHashes.count - 1)
            return .issued(
                IssuedAnswer(
                    token: try signing.token(signedBy: key),
                    refreshToken: secret.map {
                        RefreshTokenText(family: position, generation: 0, secret: $0.text).text
                    },
                    lifetimeInSeconds: grant.lifetimeInSeconds, scope: grant.scope,
                    isBound: grant.claims.confirmation?.jkt != nil, position: position, leafHash: leafHash))
        }
    }

    private func opening(
        _ grant: TokenGrant, vault: VaultID, in state: LedgerState
    ) async throws -> ProposedEvent {
        guard var data = AccountOpened(by: grant, in: request.environment, state.estate) else {
            throw AttemptFailure(reason: "the winner has no such revision")
        }
        let blind = try context.blind()
        let name = try await context.vaults.seal(
            Array(presented.userName.utf8), field: "user_name", blind: blind, vault: vault)
        data.userName = name.value
        data.vault = vault
        return record.event(.accounts(.opened(data)), of: request, blind: blind, sealed: [name.record])
    }
}
