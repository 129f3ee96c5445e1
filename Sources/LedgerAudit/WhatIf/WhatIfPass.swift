internal import AuthorizationCore
internal import EventLog

/// Decides each decision of a log again, on the estate that is imagined, and counts what comes of it.
///
/// It always begins where the log does, so that families which began before the part that is counted have their fates.
final class WhatIfPass: DecisionTaker {
    /// What decisions consulted, as far as it is not folded any more: read by index.
    private let indexed: IndexedState
    private let folded: FoldedState
    private let counted: Range<Int64>
    private let filter: WhatIfFilter
    private var estates: ChangedEstates
    private var fates = FamilyFates()
    private var tally: WhatIfTally

    private init(
        _ reader: any LedgerReader, _ range: Range<Int64>, _ changes: [EstateChange], _ filter: WhatIfFilter,
        maximumNamed: Int
    ) throws(AuditError) {
        indexed = try IndexedState(reader, below: Position(range.upperBound))
        folded = FoldedState(reader)
        counted = range
        self.filter = filter
        estates = ChangedEstates(changes)
        tally = WhatIfTally(maximumNamed: maximumNamed)
    }

    static func run(
        _ reader: any LedgerReader, _ range: Range<Int64>, _ changes: [EstateChange], _ filter: WhatIfFilter,
        maximumNamed: Int, _ estate: Estate, _ progress: (Int64, Int64) -> Void
    ) throws(AuditError) -> WhatIfReport {
        let taker = try WhatIfPass(reader, range, changes, filter, maximumNamed: maximumNamed)
        let pass = DecisionPass(reader, 0..<range.upperBound, to: taker, isQuick: true)
        let open = try pass.run(progress)
        return WhatIfReport(taker.tally, changes.map(\.sentence), range, estate, open: open)
    }

    // MARK: What was consulted

    var recognises: Bool { true }
    func take(estate event: Event) { folded.take(estate: event) }

    func take(account event: Event) {
        folded.take(account: event)
        folded.take(end: event)
    }

    func take(end event: Event) {
        folded.take(end: event)
        if case .tokens(.refreshReuseDetected(let data)) = event.data { fates.reuse(data.family) }
    }

    func take(opening: QuickOpening, at position: Position) { folded.open(opening, at: position) }

    /// For `verify` to judge.
    func takeStray(_ decision: DecisionID, at position: Position) {}
    func takeNameless(at position: Position) {}

    private func version(at size: Position) throws(AuditError) -> EstateVersion {
        if let version = folded.known(at: size) { return version }
        do throws(ReplayFault) {
            return try indexed.version(at: size)
        } catch {
            switch error {
            case .audit(let error): throw error
            // What is read by index has no reach.
            case .outOfReach: throw .noEvent(size)
            }
        }
    }

    private func estate(at size: Position) throws(AuditError) -> ChangedEstate {
        estates.estate(try version(at: size), at: size.value)
    }

    // MARK: Decisions

    private func count(_ judged: JudgedKind.Judged, _ id: DecisionID, at position: Position, _ account: AccountID?) {
        guard counted.contains(position.value) else { return }
        let judgement = tally.judgements[judged.judgement]
        guard filter.takes(judgement.environment, judgement.app) else { return }
        tally.count(judged.judgement, id, at: position, account)
    }

    func recognise(_ seen: borrowing SeenDecision) throws(AuditError) -> Bool {
        let consulted = seen.outcome.consulted
        guard let version = folded.known(at: Position(consulted)), consultedOne(version, seen) else { return false }
        let estate = estates.estate(version, at: consulted)
        guard let judged = estate.kinds[seen.kind]?.judged(seen.holes.request.throttle) else { return false }
        var account: AccountID?
        if case .token(let envelope, let token) = seen.outcome {
            account = token.account
            if let refresh = token.refresh {
                folded.issue(refresh.family, generation: 0, at: Position(envelope.position))
                fates.begin(refresh.family, judged.effect, decidedAt: token.decidedAt)
            }
        }
        count(judged, seen.id, at: Position(seen.outcome.envelope.position), account)
        return true
    }

    /// Every step consulted one and the same estate, under the same changes.
    private func consultedOne(_ version: EstateVersion, _ seen: borrowing SeenDecision) -> Bool {
        let sizes = version.sizes
        let consulted = seen.outcome.consulted
        guard sizes.contains(consulted) else { return false }
        let part = estates.part(consulted)
        for attempt in seen.holes.attempts
        where !sizes.contains(attempt.consulted) || estates.part(attempt.consulted) != part { return false }
        return true
    }

    func take(_ decision: RecordedDecision, of kind: DecisionShape?) throws(AuditError) {
        guard let request = decision.request, let outcome = decision.outcome else { return }
        let redecision = Redecision(decision, request, outcome)
        let judged = try judge(redecision)
        var account: AccountID?
        if case .issued(let token) = outcome.data {
            account = token.account
            if let refresh = token.refresh {
                folded.issue(refresh.family, generation: refresh.generation, at: outcome.position)
                if refresh.generation == 0 {
                    fates.begin(refresh.family, judged.effect, decidedAt: token.decidedAt)
                }
            }
        }
        count(judged, decision.id, at: outcome.position, account)
        guard let kind, !decision.asksNobody else { return }
        let estate = try estate(at: outcome.data.consulted)
        guard redecision.consultedOne(estate.recorded, estates) else { return }
        let limits = ChangedEstate.Limits(
            recorded: estate.recorded.plan(of: request).throttleLimits,
            imagined: estate.imagined.plan(of: request).throttleLimits)
        estate.learn(judged, of: kind, request.throttle, limits)
    }

    private func judge(_ redecision: Redecision) throws(AuditError) -> JudgedKind.Judged {
        let consulted = redecision.consulted
        let estate = try estate(at: consulted)
        var judgement = Judgement(of: redecision.request, recorded: redecision.refusal, in: estate.recorded.estate)
        var effect = FamilyEffect.none
        if redecision.request.wasUnread {
            // Nothing was decided, so there is nothing that another estate could decide.
        } else if Engine(rawValue: redecision.facts.engine) == nil {
            judgement.leaveOpen(for: .engine(redecision.facts.engine))
            effect = .uncertain
        } else if redecision.asksNobody {
            try judgeDirectly(redecision, estate, &judgement)
        } else {
            effect = try judgePassword(redecision, estate, &judgement)
        }
        return JudgedKind.Judged(judgement: tally.number(of: judgement), effect: effect)
    }

    private func judgePassword(
        _ redecision: Redecision, _ estate: ChangedEstate, _ judgement: inout Judgement
    ) throws(AuditError) -> FamilyEffect {
        let recorded: PasswordRedecision.Estates = { [self] (size) throws(AuditError) in
            try self.estate(at: size).recorded
        }
        let imagined: PasswordRedecision.Estates = { [self] (size) throws(AuditError) in
            try self.estate(at: size).imagined
        }
        let actual = try redecision.possibilities(recorded, recorded)
        let then = try redecision.possibilities(recorded, imagined)
        judgement.take(then, beside: actual)
        switch judgement.verdict {
        case .unknowable: return .uncertain
        case .lost: return .gone
        case .gained: return .none
        case .same: break
        }
        guard let token = actual.token, token.refresh != nil, !judgement.changed.isEmpty else { return .none }
        guard let other = then.token else { return .uncertain }
        guard let refresh = other.refresh else { return .gone }
        return .altered(
            granted: other.claims,
            lifetimes: refresh == token.refresh
                ? nil : estate.imagined.estate.environments[redecision.request.environment])
    }

    private func judgeDirectly(
        _ redecision: Redecision, _ estate: ChangedEstate, _ judgement: inout Judgement
    ) throws(AuditError) {
        let direct = DirectRedecision(request: redecision.request, facts: redecision.facts)
        let (recorded, imagined) = (estate.recorded.estate, estate.imagined.estate)
        guard redecision.request.grant == Grant.refreshToken.rawValue else {
            return judgement.take(
                direct.clientCredentials(in: imagined).possibilities,
                beside: direct.clientCredentials(in: recorded).possibilities)
        }
        guard let family = try family(of: redecision) else {
            return judgement.take(
                direct.refresh(nil, in: imagined).possibilities, beside: direct.refresh(nil, in: recorded).possibilities
            )
        }
        let actual = direct.refresh(family, in: recorded)
        let then = direct.refresh(family, in: imagined, fates: fates)
        judgement.take(then.possibilities, beside: actual.possibilities)
        if judgement.verdict == .unknowable, judgement.doubt == .none { judgement.doubt = .family }
        if then.steps != actual.steps || judgement.verdict == .unknowable {
            fates.doubt(family.id)
        } else if let terms = then.terms, fates[family.id]?.ends != nil || terms != actual.terms {
            fates.renew(family.id, until: terms)
        }
    }

    /// The family that was presented, as it stood before the decision was recorded.
    private func family(of redecision: Redecision) throws(AuditError) -> RefreshFamily? {
        guard let id = redecision.request.presented?.family else { return nil }
        do throws(ReplayFault) {
            guard var family = try folded.family(id, before: redecision.first) else { return nil }
            if try folded.endsBroadly(IssuedFacts(of: family), before: redecision.first) { family.isEnded = true }
            return family
        } catch {
            switch error {
            case .audit(let error): throw error
            case .outOfReach: return nil
            }
        }
    }
}

/// What of a recorded decision is needed to decide it again.
struct Redecision {
    let request: TokenRequest
    let facts: DecisionFacts
    let consulted: Position
    /// Where the append began that holds the outcome.
    let first: Position
    /// Nil for a token.
    let refusal: Refusal?
    let asksNobody: Bool
    private let attempts: [ValidationAttempted]

    init(_ decision: RecordedDecision, _ request: TokenRequest, _ outcome: Recorded<RecordedDecision.Outcome>) {
        self.request = request
        facts = DecisionFacts(
            engine: outcome.data.engine, decision: decision.id, decidedAt: outcome.data.decidedAt,
            freshAccount: AccountID())
        consulted = outcome.data.consulted
        first = decision.firstOfAppend ?? outcome.position
        if case .refused(let data) = outcome.data { refusal = data.reason } else { refusal = nil }
        asksNobody = decision.asksNobody
        attempts = decision.attempts.map(\.data)
    }

    func possibilities(
        _ recorded: @escaping PasswordRedecision.Estates, _ imagined: @escaping PasswordRedecision.Estates
    ) throws(AuditError) -> Possibilities {
        try PasswordRedecision(
            request, facts, attempts, consulted: consulted, recorded: recorded, imagined: imagined
        ).possibilities()
    }

    /// Every step consulted one and the same estate, under the same changes.
    func consultedOne(_ version: EstateVersion, _ estates: ChangedEstates) -> Bool {
        let part = estates.part(consulted.value)
        return attempts.allSatisfy { attempt in
            version.sizes.contains(attempt.consulted.value) && estates.part(attempt.consulted.value) == part
        }
    }
}
