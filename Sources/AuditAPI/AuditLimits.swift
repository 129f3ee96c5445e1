/// What one reading may cost. What needs more is for `authaudit`, on a copy of the ledger.
public struct AuditLimits: Sendable {
    /// Rows of a history in one answer, unless `limit` asks for fewer or more.
    public var usualRows = 100
    public var maximumRows = 1_000
    /// A history ends before it is longer, in bytes; `next` says where it goes on.
    public var maximumHistoryBytes = 4 << 20
    /// Live tokens in one answer.
    public var maximumImpactRows = 20_000
    /// From when a reading begins to when it is given up.
    public var longestRunInSeconds = 60
    /// Threads that read, each with a connection of its own.
    public var threads = 2
    /// Of these, at most so many go through the whole ledger, so that short questions find a thread.
    public var maximumLongRuns = 1
    /// Questions that wait for a thread.
    public var maximumWaiting = 8

    public init() {}
}
