internal import AuthorizationCore
internal import EventLog

/// Makes the findings and the report of what a pass has gathered.
struct ReviewConclusion {
    /// An Identity that stood in a chain for less than this, and vouched meanwhile, is named.
    static let briefSeconds: Int64 = 86_400

    let review: Review
    let reader: any LedgerReader
    let opener: SealedOpening?
    let scope: ReviewReport.Scope
    let estate: Estate

    func report(_ pass: inout ReviewPass, _ access: AccessFold?) throws(AuditError) -> ReviewReport {
        var report = ReviewReport(scope)
        var book = pass.happenings.book
        pass.walk.book.report(to: &book)
        let open = try addOpenDecisions(pass, to: &book)
        addTokens(pass, to: &book)
        addChanges(pass, to: &book)
        try addFailures(pass, to: &book)
        report.identities = addIdentities(pass, to: &book)
        addUnusedLinks(pass, to: &book)
        try addDuplicates(pass, to: &book)
        pass.gone.report(estate, to: &book)
        access?.report(to: &book)
        addFiles(to: &book)
        addSuppressed(pass, to: &book)

        report.findings = book.sorted
        report.totals = totals(of: pass)
        report.totals.open = open
        report.totals.access = access?.totals
        report.steps = pass.series
        report.chains = pass.walk.lines
        report.chainChanges = pass.walk.changes
        report.chainChangeCount = pass.walk.changeCount
        report.levels = pass.tokens.levels.map { level, count in
            ReviewReport.LevelCount(acr: level.map { pass.table.text($0) }, count: count)
        }.sorted { ($1.count, $0.acr ?? "") < ($0.count, $1.acr ?? "") }
        report.notes = notes(pass, access, book)
        report.tenets = ReviewReport.tenets(of: report)
        return report
    }

    private func totals(of pass: ReviewPass) -> ReviewReport.Totals {
        var totals = pass.totals
        totals.apps = estate.apps.values.count { $0.retiredAt == nil }
        totals.operators = estate.operators.count
        for environment in pass.walk.environments {
            totals.apis += environment.apis.count
            totals.identities += environment.identities.count
            for (id, deployment) in environment.apis {
                totals.rules += estate.apis[id]?.revision(deployment.revision)?.accessRules.count ?? 0
            }
            for (id, deployment) in environment.identities {
                guard let revision = estate.identities[id]?.revision(deployment.revision) else { continue }
                totals.destinations += 1
                if revision.destination(in: environment.name).url.hasPrefix("https:") { totals.httpsDestinations += 1 }
                if revision.probe == .on { totals.probed += 1 }
            }
        }
        return totals
    }

    // MARK: Decisions

    /// Returns how many of the period have no outcome yet, and may have one later.
    private func addOpenDecisions(_ pass: ReviewPass, to book: inout FindingBook) throws(AuditError) -> Int64 {
        var underWay: Int64 = 0
        for (decision, entry) in pass.open.sorted where entry.position.value >= scope.range.lowerBound {
            let name = EnvironmentName(text: pass.table.text(entry.request.environment))
            guard name.map(pass.walk.isSelected) ?? true else { continue }
            let asked = try reader.decodedEvent(at: entry.position).recordedAt
            if let now = review.inUseAt, asked.advanced(bySeconds: DecisionBook.longestInSeconds) > now {
                underWay += 1
                continue
            }
            let outcome: Position?
            do throws(StoreError) { outcome = try reader.outcome(of: decision) } catch { throw .store(error) }
            if let outcome, outcome.value >= scope.range.upperBound { continue }
            book.add(
                .decisionWithoutOutcome, in: name, about: [decision.text],
                "Decision \(decision.text) was begun at \(asked.text) and has no outcome: a password may have left the house.",
                Proof([entry.position]))
        }
        return underWay
    }

    private func addTokens(_ pass: ReviewPass, to book: inout FindingBook) {
        for fault in pass.tokens.order {
            guard let proof = pass.tokens.faults[fault] else { continue }
            book.add(
                fault.code, in: fault.environment, about: [fault.api.text, "rule \(fault.rule)"],
                String(fault.sentence.dropLast()) + " (\(proof.count) tokens).", proof)
        }
        let winners = pass.happenings.afterIndeterminate.map { key, proof in
            (EnvironmentName(text: pass.table.text(key.environment)), key.winner.map { pass.table.text($0) }, proof)
        }.sorted { ($0.0?.text ?? "", $0.1 ?? "") < ($1.0?.text ?? "", $1.1 ?? "") }
        for (environment, winner, proof) in winners {
            book.add(
                .issuedAfterIndeterminate, in: environment, about: [winner].compactMap(\.self),
                "\(proof.count) tokens were issued on the word of \(winner.map { estate.name($0) } ?? "an Identity") after a "
                    + "newer Identity, registered with on_unavailable 'continue', could not answer.", proof)
        }
        for (event, position) in pass.happenings.reused {
            book.add(
                .refreshTokenReused, about: [event.family.text],
                "A holder of generation \(event.generation) of refresh token family \(event.family.text) presented it again "
                    + "(\(event.cause.text)); the family ended.", Proof([position]))
        }
    }

    private func addSuppressed(_ pass: ReviewPass, to book: inout FindingBook) {
        guard pass.happenings.suppressed > 0 else { return }
        book.add(
            .requestsSuppressed,
            "\(pass.happenings.suppressed) requests that never authenticated were answered and only counted.",
            pass.happenings.suppressions)
    }

    // MARK: Changes

    private func addChanges(_ pass: ReviewPass, to book: inout FindingBook) {
        let records = pass.attempts.byIdentity(pass.table)
        for (member, stay) in pass.walk.stays
        where stay.to < stay.from.advanced(bySeconds: Self.briefSeconds) {
            let place = AttemptBook.Place(environment: member.environment, identity: member.identity)
            guard let accepted = records[place]?.accepted else { continue }
            let within = accepted.first.filter { stay.fromPosition < $0.position && $0.position < stay.toPosition }
            guard !within.isEmpty else { continue }
            var proof = Proof([stay.fromPosition])
            for evidence in within.prefix(ReviewLimits.maximumEvidence - 2) { proof.add(evidence) }
            proof.add(stay.toPosition)
            book.add(
                .briefIdentity, in: member.environment, about: [member.identity.text],
                "\(estate.name(member.identity.text)) stood in a chain from \(stay.from.text) to \(stay.to.text) only, and "
                    + "accepted holders of credentials meanwhile.", proof)
        }
        var told: [EnvironmentName: Timestamp] = [:]
        for change in pass.happenings.changes {
            for environment in pass.walk.environments
            where change.environment == nil || change.environment == environment.name {
                if let last = told[environment.name], change.at < last.advanced(bySeconds: IssuanceWatch.windowSeconds)
                {
                    continue
                }
                let number = pass.table.number(of: environment.name.text)
                guard let rush = pass.issuance.rush(in: number, after: change.at) else { continue }
                told[environment.name] = change.at
                book.add(
                    .issuanceAfterChange, in: environment.name,
                    "Within the hour after '\(change.type.rawValue)' at position \(change.position), \(rush.tokens) tokens were "
                        + "issued; \(rush.usual) are usual.", Proof([change.position, rush.first]))
            }
        }
    }

    // MARK: Files

    private func addFiles(to book: inout FindingBook) {
        guard let files = review.files, !files.beside.isEmpty else { return }
        book.add(
            .filesTogether, about: files.beside,
            "Beside the ledger lie its \(files.beside.joined(separator: ", ")): who copies the folder has all of it.",
            Proof())
    }

    // MARK: What was not looked at

    private func notes(_ pass: ReviewPass, _ access: AccessFold?, _ book: FindingBook) -> [String] {
        var notes: [String] = []
        func note(_ count: Int64, _ text: String) { if count > 0 { notes.append("\(count) \(text)") } }
        if access == nil { notes.append("Not checked: access decisions; no access log was read.") }
        if review.files == nil { notes.append("Not checked: where keys, vaults and anchor lie.") }
        notes.append(
            "Not checked: the flags that the service was started with; a flag sets what the ledger does not, and the service "
                + "warns where one differs.")
        if opener == nil {
            notes.append("Personal values stay closed; --vaults and --epoch open those that a finding is about.")
        }
        note(
            pass.open.unwatched,
            "requests came while \(ReviewLimits.maximumOpenDecisions) others were under way: their environment is not known."
        )
        note(
            pass.attempts.uncounted,
            "attempts are of kinds beyond the first \(ReviewLimits.maximumAttemptKinds), and not in the counts of Identities."
        )
        note(
            pass.tokens.unjudged,
            "tokens are of kinds beyond the first \(ReviewLimits.maximumTokenKinds), and were not held against the rules."
        )
        note(
            pass.names.unwatched,
            "tokens named somebody beyond the first \(ReviewLimits.maximumNames) names, and were not looked at for duplicates."
        )
        note(
            pass.gone.unwatched,
            "live tokens of Identities that are gone are beyond the first \(ReviewLimits.maximumLiveTokens), and not counted."
        )
        note(
            pass.users.unwatched + pass.sources.unwatched + pass.apps.unwatched,
            "failures came while \(ReviewLimits.maximumWatched) others were watched, and belong to no burst.")
        note(
            access?.unwatched ?? 0,
            "rows of access logs are of tokens beyond the first \(ReviewLimits.maximumPresentedTokens), and were not compared."
        )
        note(
            Int64(pass.walk.unseenVersions),
            "versions of the estate are beyond the first \(ReviewLimits.maximumVersions); the last one was looked at.")
        if pass.table.isFull {
            notes.append("Words beyond the first \(ReviewLimits.maximumWords) were not told apart.")
        }
        for (code, count) in book.leftOut.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            notes.append("\(count) more findings of '\(code.rawValue)' are not listed.")
        }
        return notes
    }
}
