internal import AuthorizationCore

extension Estate {
    /// What a reviewer has to know of the ledger itself and of who runs it. Operators are named by their ids alone.
    func standingOfLedger(at now: Timestamp) -> [Standing] {
        var all: [Standing] = []
        let place = ledger.configuredAt ?? Position(0)
        if let every = ledger.anchorEvery, every != .commit {
            all.append(
                Standing(
                    .anchorNotEveryCommit,
                    every == .none
                        ? "No anchor is written: that the ledger was set back would not show."
                        : "The anchor is written once a second: a second of answers can be set back unseen.", [place]))
        }
        let limits = ThrottleLimits(ledger: ledger.limits)
        if limits.areWiderThanStandard {
            all.append(Standing(.limitsWidened, "The ledger's limits bear \(limits.sentence).", [place]))
        }
        for environment in environments.values.sorted(by: { $0.name < $1.name }) {
            let own = throttleLimits(in: environment.name)
            guard own != limits, own.areWiderThanStandard else { continue }
            all.append(
                Standing(
                    .limitsWidened, in: environment.name,
                    "The limits of environment '\(environment.name.text)' bear \(own.sentence).",
                    [environment.settingsAt ?? environment.createdAt]))
        }
        for key in keys.values.sorted(by: { ($0.addedAt, $0.name.kid) < ($1.addedAt, $1.name.kid) }) {
            guard let since = key.compromisedSince else { continue }
            all.append(
                Standing(
                    .keyCompromised, in: key.name.environment, about: [key.name.kid],
                    "The \(key.name.use.text) key \(key.name.kid) is not believed since \(since.text).",
                    [key.addedAt] + [key.retiredAt].compactMap(\.self)))
        }
        return all + standingOfOperators(at: now)
    }

    private func standingOfOperators(at now: Timestamp) -> [Standing] {
        let operators = operators.values.sorted { ($0.addedAt, $0.id) < ($1.addedAt, $1.id) }
        var all: [Standing] = []
        if let first = operators.first, Set(first.roles).count == Role.allCases.count {
            all.append(
                Standing(
                    .firstOperatorHasAllRoles, about: [first.id.text],
                    "Operator \(first.id.text), the first of the ledger's, holds every role at once.",
                    [first.addedAt, first.changedAt]))
        }
        if operators.count == 1, let only = operators.first {
            all.append(
                Standing(
                    .singleOperator, about: [only.id.text],
                    "Operator \(only.id.text) is the only one: commands that need another's approval go on without it.",
                    [only.addedAt]))
        }
        for one in operators where one.expiresAt <= now && one.expiresAt.microseconds > 0 {
            all.append(
                Standing(
                    .operatorKeyExpired, about: [one.id.text],
                    "The key of operator \(one.id.text) expired at \(one.expiresAt.text).", [one.changedAt]))
        }
        return all
    }
}

extension ThrottleLimits {
    /// Whether more guesses are borne in the same time than by default, of a user name or of an app.
    fileprivate var areWiderThanStandard: Bool {
        let standard = ThrottleLimits.standard
        return userFailures * standard.userSeconds > standard.userFailures * userSeconds
            || appFailures * standard.appSeconds > standard.appFailures * appSeconds
    }

    fileprivate var sentence: String {
        "\(userFailures) failures of a user name in \(userSeconds) s and \(appFailures) of an app in \(appSeconds) s"
    }
}
