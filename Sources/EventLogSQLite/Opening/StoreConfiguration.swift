/// The limits of a store.
public struct StoreConfiguration: Sendable {
    /// Events that may wait for the writer, those that admissions keep room for included.
    public var maximumQueuedEvents = 8_192
    /// How many of them only urgent proposals may use.
    public var urgentShare = 256
    /// Proposals that one commit takes. What waits beyond them goes into the next.
    public var maximumBatch = 512
    /// Admissions under way from which a commit waits for what they promise, and for how long at most.
    public var gatherFromAdmissions = 16
    public var gatherNanoseconds: UInt64 = 500_000
    /// Reads that may wait for a reader's thread.
    public var maximumQueuedReads = 1_024
    /// Events between two snapshots of the side projection: what a start has to fold again at most.
    public var snapshotEvery: Int64 = 65_536
    /// Pages in the write-ahead log from which an idle writer copies them into the database.
    public var idleCheckpointPages = 1_000
    /// Pages from which even a busy writer does.
    public var busyCheckpointPages = 16_000

    public init() {}
}
