public import AuthorizationCore

/// Vaults that can end: those of days that are over, and those of people who were erased.
public protocol EndingVaults: Vaults {
    /// Destroys vaults: their wrapped keys and the directory's rows that lead to them are deleted, a tombstone of each
    /// stays, and no key of theirs is handed out any more. What is destroyed already, or never was here, is fine.
    ///
    /// Durable before it returns. Older pages of the disk may still hold a wrapped key, so that the erasure is
    /// complete after the next ``changeEpoch(at:)`` only.
    func destroy(_ vaults: [VaultLabel]) async throws(VaultError)

    /// All vaults that were destroyed here, in no order.
    func tombstones() async throws(VaultError) -> [Tombstone]

    /// Notes that no sealed record of these destroyed vaults is left beside the log.
    func noteEmptied(_ vaults: [VaultID]) async throws(VaultError)

    /// The vaults of days up to and with this one that still have their key, oldest first.
    func dayVaults(through day: Int64) async throws(VaultError) -> [VaultLabel]

    /// Wraps every key that is left under a new epoch key, into a new file, and destroys the old epoch key: from then
    /// on nothing on any disk opens what was destroyed before, but for copies that were made of both files.
    ///
    /// After an error either the old key and file are in use, or the new ones; none is lost.
    func changeEpoch(at now: Timestamp) async throws(VaultError)

    /// What there is, as of the newest commit.
    var census: VaultCensus { get }
}

/// What is known of a vault besides its key.
public struct VaultLabel: Hashable, Sendable {
    public var id: VaultID
    public var kind: VaultDestroyed.Kind
    /// Of a day's vault: days since 1970.
    public var day: Int64?

    public init(id: VaultID, kind: VaultDestroyed.Kind, day: Int64?) {
        self.id = id
        self.kind = kind
        self.day = day
    }
}

/// What stays of a vault that was destroyed.
public struct Tombstone: Hashable, Sendable {
    public var vault: VaultLabel
    /// The sealed records beside the log were deleted too.
    public var isEmptied: Bool

    public init(vault: VaultLabel, isEmptied: Bool) {
        self.vault = vault
        self.isEmptied = isEmptied
    }
}

/// How many vaults have a key, and since when the epoch key is in use.
public struct VaultCensus: Hashable, Sendable {
    public var accounts: Int64 = 0
    public var days: Int64 = 0
    /// The oldest day whose vault is kept, as days since 1970; nil when there is none.
    public var oldestDay: Int64?
    public var destroyed: Int64 = 0
    public var epochSince = Timestamp()

    public init() {}
}
