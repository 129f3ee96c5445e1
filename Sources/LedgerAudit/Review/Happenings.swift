internal import AuthorizationCore

/// What rarely happens, and is worth a finding each time.
struct Happenings {
    struct Winner: Hashable {
        var environment: Int
        var winner: Int?
    }

    /// A change that may have let somebody mint tokens.
    struct Change {
        var position: Position
        var at: Timestamp
        var type: EventType
        /// Nil where it holds in every environment.
        var environment: EnvironmentName?
    }

    private(set) var afterIndeterminate: [Winner: Proof] = [:]
    private(set) var reused: [(RefreshEvent, Position)] = []
    private(set) var reuseCount: Int64 = 0
    private(set) var changes: [Change] = []
    private(set) var book = FindingBook()
    private(set) var suppressed: Int64 = 0
    private(set) var suppressions = Proof()
    private(set) var proposed: [(AccountMergeProposed, Position)] = []
    /// Accounts that were merged or are deliberately several.
    private(set) var settled: Set<AccountID> = []

    mutating func afterIndeterminate(_ environment: Int, _ winner: Int?, _ position: Position) {
        afterIndeterminate[Winner(environment: environment, winner: winner), default: Proof()].add(position)
    }

    mutating func reuse(_ event: RefreshEvent, at position: Position) {
        reuseCount += 1
        if reused.count < ReviewLimits.maximumFindingsOfOneCode { reused.append((event, position)) }
    }

    /// Of the whole log: what was settled before the period stays so.
    mutating func takeAccounts(_ event: Event) {
        switch event.data {
        case .accounts(.merged(let data)): settle([data.from, data.into])
        case .accounts(.declaredSeparate(let data)): settle(data.accounts)
        case .accounts(.mergeProposed(let data)):
            if proposed.count < ReviewLimits.maximumDuplicates { proposed.append((data, event.position)) }
        case .accounts, .ledger, .operators, .environments, .apis, .identities, .apps, .tokens, .access, .audit: break
        }
    }

    private mutating func settle(_ accounts: [AccountID]) {
        guard settled.count < ReviewLimits.maximumNames else { return }
        settled.formUnion(accounts)
    }

    mutating func take(_ event: Event) {
        let proof = Proof([event.position])
        switch event.data {
        case .ledger(.anchorReset(let data)):
            book.add(
                .anchorReset,
                "The ledger was accepted although its anchor was \(data.found.text), at \(event.recordedAt.text).",
                proof)
        case .ledger(.incarnated(let data)):
            book.add(
                .incarnated,
                "It went on from a copy of \(data.restoredSize) events as incarnation \(data.incarnation)"
                    + (data.lostBelow.map { "; events below \($0) of '\(data.previousOrigin)' are lost." } ?? "."),
                proof)
        case .ledger(.clockConfirmed(let data)):
            book.add(
                .clockConfirmed,
                "A clock that was \(data.aheadMicroseconds / 1_000_000) s ahead of the log was confirmed.",
                proof)
        case .access(.recordingGap(let data)):
            book.add(.recordingGap, "Decisions between \(data.from.text) and \(data.to.text) may be missing.", proof)
        case .access(.requestsSuppressed(let data)):
            suppressed += data.count
            suppressions.add(event.position)
        default: note(event)
        }
    }

    private mutating func note(_ event: Event) {
        guard changes.count < ReviewLimits.maximumChainChanges else { return }
        let environment: EnvironmentName?
        switch event.data {
        case .apps(.registered), .apps(.revised), .apps(.resumed), .identities(.linked), .identities(.resumed),
            .identities(.registered), .apis(.revised):
            environment = nil
        case .identities(.deployed(let data)): environment = data.environment
        case .apis(.deployed(let data)): environment = data.environment
        case .environments(.configured(let data)): environment = data.environment
        case .environments(.oauthDeployed(let data)): environment = data.environment
        case .apps, .identities, .apis, .environments, .ledger, .operators, .tokens, .accounts, .access, .audit: return
        }
        changes.append(
            Change(
                position: event.position, at: event.recordedAt, type: event.data.type, environment: environment))
    }
}
