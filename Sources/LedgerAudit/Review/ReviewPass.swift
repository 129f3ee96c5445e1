internal import AuthorizationCore
internal import EventLog

/// One pass over the log: reads of each event what a review needs, and lets the folds take it.
struct ReviewPass {
    private let scope: ReviewReport.Scope
    private let words = WordTable()
    /// The numbers of the environments that are looked at; nil for all.
    private let selected: Set<Int>?
    private let selectedNames: Set<EnvironmentName>?
    private var times = TimeReader()
    private let steps: PeriodSteps

    private(set) var walk: EstateWalk
    private(set) var totals = ReviewReport.Totals()
    private(set) var series: ReviewReport.Steps
    private(set) var open = OpenRequests()
    private(set) var attempts = AttemptBook()
    private(set) var tokens = TokenBook()
    private(set) var issuance: IssuanceWatch
    private(set) var names = NameTable()
    private(set) var gone: GoneIdentities
    /// A name fails so often within a quarter of an hour …
    var users = FailureWatch<Bytes16>(fewest: 10, gapSeconds: 300)
    var sources = FailureWatch<Bytes16>(fewest: 20, gapSeconds: 300)
    var apps = FailureWatch<AppID>(fewest: 100, gapSeconds: 60)
    private(set) var happenings = Happenings()
    private var issuers: [Int: Int] = [:]
    private var hasBegun = false

    var table: WordTable { words }

    init(_ scope: ReviewReport.Scope, _ selected: Set<EnvironmentName>?, _ end: Estate) {
        self.scope = scope
        selectedNames = selected
        let words = words
        self.selected = selected.map { Set($0.map { words.number(of: $0.text) }) }
        walk = EstateWalk(environments: selected)
        steps = PeriodSteps(from: scope.from, to: scope.to, maximum: ReviewLimits.maximumSteps)
        series = ReviewReport.Steps(steps)
        issuance = IssuanceWatch(PeriodSteps(from: scope.from, to: scope.to, maximum: ReviewLimits.maximumMoments))
        gone = GoneIdentities(end, at: scope.to, words)
        for environment in end.environments.values {
            issuers[words.number(of: environment.issuer)] = words.number(of: environment.name.text)
        }
    }

    mutating func run(_ reader: any LedgerReader, _ progress: (Int64) -> Void) throws(AuditError) {
        var damaged: Position?
        do throws(StoreError) {
            try reader.scan(0..<scope.range.upperBound) { (position, leaf, _) in
                if position.value % 4_096 == 0 { progress(position.value) }
                if position.value == scope.range.lowerBound { begin() }
                if take(leaf, at: position) { return true }
                damaged = position
                return false
            }
        } catch {
            throw .store(error)
        }
        if let damaged { throw .noEvent(damaged) }
        if !hasBegun { begin() }
        walk.end(at: scope.to)
        users.end()
        sources.end()
        apps.end()
    }

    private mutating func begin() {
        hasBegun = true
        walk.begin(at: scope.from)
    }

    private func isSelected(_ environment: Int) -> Bool { selected?.contains(environment) ?? true }

    /// False when the event is none.
    private mutating func take(_ leaf: UnsafeRawBufferPointer, at position: Position) -> Bool {
        guard let time = LeafFields.recordedAt(in: leaf).flatMap({ times.read($0) }) else { return false }
        if hasBegun { totals.events += 1 }
        switch QuickReader.kind(of: leaf) {
        case .requested: return takeRequest(leaf, position)
        case .attempted: return takeAttempt(leaf, position, time)
        case .issued: return takeToken(leaf, position, time)
        case .refused: return takeRefusal(leaf, position, time)
        case .opened: return true
        case .rotated, .revoked: return takeEnd(leaf, position)
        case .other: return takeOther(leaf, position)
        }
    }

    private func decode(_ leaf: UnsafeRawBufferPointer, _ position: Position) -> Event? {
        guard let event = try? RecordedForm.decode(leaf), event.position == position else { return nil }
        return event
    }
}

// MARK: - Decisions

extension ReviewPass {
    private mutating func takeRequest(_ leaf: UnsafeRawBufferPointer, _ position: Position) -> Bool {
        var request = RequestRead(leaf, words)
        if request == nil, let event = decode(leaf, position), case .tokens(.requested(let data)) = event.data {
            request = RequestRead(data, of: DecisionID(text: event.correlation), words)
        }
        guard let request else { return false }
        open.insert(request, at: position)
        if hasBegun, isSelected(request.environment) { totals.requests += 1 }
        return true
    }

    private mutating func takeAttempt(
        _ leaf: UnsafeRawBufferPointer, _ position: Position, _ time: Timestamp
    ) -> Bool {
        guard hasBegun else { return true }
        var attempt = AttemptRead(leaf, words)
        if attempt == nil, let event = decode(leaf, position), case .tokens(.attempted(let data)) = event.data {
            attempt = AttemptRead(data, of: DecisionID(text: event.correlation), words)
        }
        guard let attempt else { return false }
        let environment = attempt.decision.flatMap { open.entry(of: $0)?.request.environment } ?? WordTable.others
        guard isSelected(environment) else { return true }
        totals.attempts += 1
        series.attempts[steps.index(of: time)] += 1
        attempts.add(attempt, in: environment, at: position)
        return true
    }

    private mutating func takeToken(_ leaf: UnsafeRawBufferPointer, _ position: Position, _ time: Timestamp) -> Bool {
        var token = TokenRead(leaf, words)
        var event: Event?
        if token == nil {
            event = decode(leaf, position)
            if let event, case .tokens(.issued(let data)) = event.data {
                token = TokenRead(data, of: DecisionID(text: event.correlation), words)
            }
        }
        guard let token else { return false }
        let request = token.decision.flatMap { open.end($0) }?.request
        let environment = request?.environment ?? issuers[token.issuer] ?? WordTable.others
        if gone.wants(token), isSelected(environment) {
            guard let event = event ?? decode(leaf, position) else { return false }
            gone.take(issued: event)
        }
        if let tag = request?.userTag, let account = token.account, isSelected(environment) {
            names.take(tag, account, at: position)
        }
        guard hasBegun, isSelected(environment) else { return true }
        count(token, in: environment, position, time)
        return true
    }

    private mutating func count(
        _ token: TokenRead, in environment: Int, _ position: Position, _ time: Timestamp
    ) {
        let step = steps.index(of: time)
        totals.outcomes.issued += 1
        series.outcomes[step].issued += 1
        if token.isBound {
            totals.bound += 1
            series.bound[step] += 1
        } else {
            totals.bearer += 1
            series.bearer[step] += 1
        }
        if token.hasFamily { totals.families += 1 }
        if token.audienceCount > 1 { totals.severalAudiences += 1 }
        totals.longestLifetime = max(totals.longestLifetime, token.expiresAt - token.issuedAt)
        if token.isAfterIndeterminate { happenings.afterIndeterminate(environment, token.winner, position) }
        tokens.add(token, at: position, walk.estate, words)
        issuance.add(in: environment, at: position, time)
    }

    private mutating func takeRefusal(
        _ leaf: UnsafeRawBufferPointer, _ position: Position, _ time: Timestamp
    ) -> Bool {
        var refusal = RefusalRead(leaf, words)
        if refusal == nil, let event = decode(leaf, position), case .tokens(.refused(let data)) = event.data {
            refusal = RefusalRead(data, of: DecisionID(text: event.correlation), words)
        }
        guard let refusal else { return false }
        let begun = refusal.decision.flatMap { open.end($0) }?.request
        let request = begun ?? refusal.request
        let environment = request?.environment ?? WordTable.others
        guard hasBegun, isSelected(environment) else { return true }
        let text = words.text(refusal.reason)
        let reason = Refusal(rawValue: text)
        if begun == nil, refusal.request != nil { totals.requests += 1 }
        totals.refused[text, default: 0] += 1
        totals.outcomes.add(refusal: reason)
        series.outcomes[steps.index(of: time)].add(refusal: reason)
        guard reason?.isFailedGuess == true || reason == .userThrottled || reason == .appThrottled else { return true }
        if let tag = request?.userTag { users.add(tag, in: environment, at: position, time) }
        if let tag = request?.sourceTag { sources.add(tag, in: environment, at: position, time) }
        if let app = request?.app { apps.add(app, in: environment, at: position, time) }
        return true
    }
}

// MARK: - Everything else

extension ReviewPass {
    private mutating func takeEnd(_ leaf: UnsafeRawBufferPointer, _ position: Position) -> Bool {
        guard hasBegun || !gone.isEmpty else { return true }
        guard let event = decode(leaf, position) else { return false }
        gone.take(end: event)
        guard hasBegun else { return true }
        switch event.data {
        case .tokens(.refreshUsed), .tokens(.refreshRepeated): totals.refreshes += 1
        case .tokens(.refreshReuseDetected(let data)): happenings.reuse(data, at: position)
        case .tokens(.revoked): totals.revocations += 1
        case .tokens, .ledger, .operators, .environments, .apis, .identities, .apps, .accounts, .access, .audit: break
        }
        return true
    }

    private mutating func takeOther(_ leaf: UnsafeRawBufferPointer, _ position: Position) -> Bool {
        guard let event = decode(leaf, position) else { return false }
        guard event.data.isEstate else {
            gone.take(end: event)
            happenings.takeAccounts(event)
            guard hasBegun else { return true }
            switch event.data {
            case .audit(.read): totals.auditReads += 1
            case .audit(.commandRefused): totals.commandsRefused += 1
            default: happenings.take(event)
            }
            return true
        }
        tokens.forgetRules()
        guard hasBegun else {
            walk.fold(event)
            return true
        }
        totals.estateEvents += 1
        if case .identities(.suspended) = event.data { totals.suspensions += 1 }
        walk.decisions = totals.requests
        walk.take(event)
        happenings.take(event)
        return true
    }
}
