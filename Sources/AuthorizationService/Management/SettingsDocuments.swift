internal import AuthorizationCore

extension MemberReader {
    /// In bytes.
    private static let maximumReason = 512

    /// The settings of an environment, whole: what is absent has its default from here on.
    mutating func environmentSettings() -> EnvironmentSettings {
        var settings = EnvironmentSettings()
        settings.algorithm = value("algorithm")
        settings.dpopNonce = flag("dpop_nonce")
        settings.lifetimes = group("lifetimes") { $0.lifetimes() } ?? Lifetimes()
        settings.limits = group("limits") { $0.limits() } ?? Limits()
        settings.profile = value("profile")
        settings.recording = value("recording")
        settings.refusalQuantumMilliseconds = integer("refusal_quantum_ms")
        return settings
    }

    /// Why somebody does something, in words that are sealed.
    mutating func reason(_ name: String) -> String? {
        guard let text = text(name) else { return nil }
        guard (1...Self.maximumReason).contains(text.utf8.count), !text.allSatisfy(\.isWhitespace) else {
            noteMalformed(name)
            return nil
        }
        return text
    }

    private mutating func lifetimes() -> Lifetimes {
        var lifetimes = Lifetimes()
        lifetimes.accessToken = integer("access_token_seconds")
        lifetimes.refreshAbsolute = integer("refresh_absolute_seconds")
        lifetimes.refreshIdle = integer("refresh_idle_seconds")
        return lifetimes
    }

    /// The settings of the ledger, whole.
    mutating func ledgerSettings() -> LedgerSettings {
        var settings = LedgerSettings()
        settings.limits = group("limits") { $0.limits() } ?? Limits()
        settings.operatorKeyDays = integer("operator_key_days")
        settings.tagRetentionDays = integer("tag_retention_days")
        settings.unrecognisedRetentionDays = integer("unrecognised_retention_days")
        return settings
    }

    private mutating func limits() -> Limits {
        var limits = Limits()
        limits.appFailures = integer("app_failures")
        limits.appSeconds = integer("app_seconds")
        limits.userFailures = integer("user_failures")
        limits.userSeconds = integer("user_seconds")
        return limits
    }
}
