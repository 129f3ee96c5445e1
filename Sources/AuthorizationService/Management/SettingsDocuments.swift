internal import AuthorizationCore

extension MemberReader {
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

    private mutating func lifetimes() -> Lifetimes {
        var lifetimes = Lifetimes()
        lifetimes.accessToken = integer("access_token_seconds")
        lifetimes.refreshAbsolute = integer("refresh_absolute_seconds")
        lifetimes.refreshIdle = integer("refresh_idle_seconds")
        return lifetimes
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
