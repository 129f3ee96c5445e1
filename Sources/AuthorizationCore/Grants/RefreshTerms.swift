/// How long a refresh token holds, and how long its family does.
public struct RefreshTerms: Sendable, Equatable {
    /// The end of the family, set when it begins and never moved (RFC 9700, section 4.14.2).
    public var endsAt: Timestamp
    /// The end of this token unless it is used before.
    public var expiresAt: Timestamp

    /// A family ends after this, in seconds, where the environment says nothing: 30 days.
    public static let defaultAbsoluteSeconds: Int64 = 2_592_000
    /// An unused token ends after this, in seconds, where the environment says nothing: 7 days.
    public static let defaultIdleSeconds: Int64 = 604_800

    public init(endsAt: Timestamp, expiresAt: Timestamp) {
        self.endsAt = endsAt
        self.expiresAt = expiresAt
    }

    /// The terms of a token issued at `now`, in a family that ends at `end`; nil begins a family.
    public init(at now: Timestamp, of family: Timestamp?, in environment: Environment) {
        let lifetimes = environment.settings.lifetimes
        endsAt = family ?? now.advanced(bySeconds: lifetimes.refreshAbsolute ?? Self.defaultAbsoluteSeconds)
        expiresAt = min(now.advanced(bySeconds: lifetimes.refreshIdle ?? Self.defaultIdleSeconds), endsAt)
    }
}
