/// The times in a token, in seconds since 1970.
public struct TokenMoments: Equatable, Sendable {
    public let issuedAt: Int64
    public let expiresAt: Int64
    /// When the winning Identity had answered; never refreshed.
    public let authTime: Int64

    public init(decidedAt: Timestamp, answeredAt: Timestamp, lifetimeInSeconds: Int64) {
        issuedAt = decidedAt.seconds
        expiresAt = issuedAt + lifetimeInSeconds
        authTime = answeredAt.seconds
    }
}
