public import AuthorizationCore
public import LedgerCrypto

/// A log that takes events in and gives them back: the one port behind which every store is native.
///
/// One writer gives places. Readers see what was committed, never more.
public protocol EventStore: Sendable {
    /// What stands after the newest commit. It never changes; ask again for a newer one.
    var state: LedgerState { get }

    /// Whether the store still takes events, and if not, why.
    var health: StoreHealth { get }

    /// Appends a proposal as one unit, provided that none of its fences was touched after what it consulted.
    ///
    /// Once this returns, the events survive a crash and every reader sees all of them, in order. After
    /// ``AppendError/moved(_:)`` nothing was written: decide again. After ``AppendError/full`` nothing was written
    /// either. After any other error the caller does not know, and the store takes no more until it is reopened.
    func append(_ proposal: Proposal) async throws(AppendError) -> Commit

    /// Queues a proposal and returns as soon as it is judged: its fences hold, its place in the order is taken, and it
    /// will be durable no later than anything that is appended afterwards.
    ///
    /// Room for `reserving` more events is kept, so that the outcome of what now begins can be recorded; the
    /// proposal that names the admission uses it up, and ``release(_:)`` gives it back.
    func admit(_ proposal: Proposal, reserving events: Int) async throws(AppendError) -> Admission

    /// Gives back the room that an admission kept. Harmless when it was used.
    func release(_ admission: Admission)

    /// Runs `body` on a reader's thread, inside one read transaction.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any LedgerReader) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result

    /// Keeps a checkpoint that was released, for ever.
    func keep(_ checkpoint: ReleasedCheckpoint) async throws(AppendError)

    /// Deletes the ciphertext records of vaults from a range of positions, and returns how many there were. It is the only
    /// way in which a record goes. That the vaults were destroyed must stand in the log before.
    func eraseSealed(of vaults: [VaultID], in range: Range<Int64>) async throws(AppendError) -> Int

    /// Commits what is queued, stores a snapshot, and closes. Nothing is taken afterwards.
    func stop() async
}

/// Reads what is committed. It belongs to one thread at a time.
public protocol LedgerReader: AnyObject {
    func head() throws(StoreError) -> Head

    /// The event at a place, its bytes checked against its leaf hash; nil beyond the head.
    func event(at position: Position) throws(StoreError) -> StoredEvent?

    /// Every event of a range in order, re-hashed, while `body` returns true. The bytes are only valid in `body`.
    func scan(
        _ range: Range<Int64>, _ body: (Position, UnsafeRawBufferPointer, SHA256Digest) throws(StoreError) -> Bool
    ) throws(StoreError)

    /// The places of all estate events below `limit`, ascending.
    func estatePositions(below limit: Position) throws(StoreError) -> [Position]

    /// Where the outcome (`token.issued` or `token.refused`) of a decision stands.
    func outcome(of decision: DecisionID) throws(StoreError) -> Position?

    /// Where a fence was last touched, for accounts, subjects and tokens.
    func lastTouch(of fence: FenceName) throws(StoreError) -> Position?

    /// What was answered under an idempotency key.
    func remembered(_ key: Bytes32) throws(StoreError) -> RememberedRequest?

    /// The ciphertext record of a sealed value; nil when it was erased.
    func sealedRecord(at position: Position, field: String) throws(StoreError) -> [UInt8]?

    /// Leaf hashes of a range, as stored.
    func leafHashes(_ range: Range<Int64>) throws(StoreError) -> [SHA256Digest]

    /// The 256 hashes of a full tile; nil while it is not full.
    func tile(level: Int, index: Int64) throws(StoreError) -> [SHA256Digest]?

    /// The newest checkpoint that was released, and all of them, ascending.
    func newestCheckpoint() throws(StoreError) -> ReleasedCheckpoint?
    func checkpoints() throws(StoreError) -> [ReleasedCheckpoint]
}

/// The size of the log and the root of its tree.
public struct Head: Sendable, Equatable {
    public var size: Int64
    public var root: SHA256Digest

    public init(size: Int64, root: SHA256Digest) {
        self.size = size
        self.root = root
    }
}

/// What stands after a commit.
public struct LedgerState: Sendable {
    public var head: Head
    /// When the newest event was recorded.
    public var recordedAt: Timestamp
    // Shared by all states between two estate events, so that asking for one copies a reference and not the estate.
    private var shared: Shared

    private final class Shared: Sendable {
        let estate: Estate

        init(_ estate: Estate) { self.estate = estate }
    }

    public init(head: Head, estate: Estate, recordedAt: Timestamp) {
        self.head = head
        self.recordedAt = recordedAt
        shared = Shared(estate)
    }

    /// Whether no estate event lies between the two states.
    public func hasEstate(of other: LedgerState) -> Bool { shared === other.shared }

    /// What the estate events up to the head make. Changing it is for estate events: it copies.
    public var estate: Estate {
        _read { yield shared.estate }
        _modify {
            var estate = shared.estate
            defer { shared = Shared(estate) }
            yield &estate
        }
    }

    /// What a decision made on this state consulted.
    public var consulted: Position { Position(head.size) }
}

public enum StoreHealth: Sendable, Equatable {
    case writable
    /// After an I/O error: nothing is appended or signed until the store was reopened and verified.
    case stopped(String)
}

/// Events that stand or fall together, and what they depend on.
public struct Proposal: Sendable {
    public var events: [ProposedEvent]
    /// The number of events that the proposer's state had folded.
    public var consulted: Position
    /// Must not have been touched at or after `consulted`.
    public var unchanged: [FenceName]
    /// Must never have been touched (within their lifetime, for proofs and assertions).
    public var unused: [FenceName]
    /// Remembered with the append, so that the same request gets the same answer again.
    public var idempotency: RememberedRequest.Key?
    public var urgency: Urgency
    /// The admission whose reserved room this proposal uses.
    public var admission: Admission?

    /// Revocation, suspension, erasure and keys have queue space of their own: an attack must not stop what would
    /// stop it.
    public enum Urgency: Sendable { case ordinary, urgent }

    public init(
        events: [ProposedEvent], consulted: Position, unchanged: [FenceName] = [], unused: [FenceName] = [],
        idempotency: RememberedRequest.Key? = nil, urgency: Urgency = .ordinary, admission: Admission? = nil
    ) {
        self.events = events
        self.consulted = consulted
        self.unchanged = unchanged
        self.unused = unused
        self.idempotency = idempotency
        self.urgency = urgency
        self.admission = admission
    }
}

/// An event before the writer has given it a place and a time.
public struct ProposedEvent: Sendable {
    public var actor: Actor
    public var correlation: String
    public var blind: Bytes16
    public var data: EventData
    /// The ciphertexts of the values that the event seals.
    public var sealed: [SealedRecord]

    public init(actor: Actor, correlation: String, blind: Bytes16, data: EventData, sealed: [SealedRecord] = []) {
        self.actor = actor
        self.correlation = correlation
        self.blind = blind
        self.data = data
        self.sealed = sealed
    }
}

/// One row of the side table: nonce and ciphertext of a sealed value.
public struct SealedRecord: Sendable, Equatable {
    /// The path of the field in the event's data, such as `destination.query`.
    public var field: String
    public var vault: VaultID
    public var bytes: [UInt8]

    public init(field: String, vault: VaultID, bytes: [UInt8]) {
        self.field = field
        self.vault = vault
        self.bytes = bytes
    }
}

/// Where an append stands.
public struct Commit: Sendable, Equatable {
    public var first: Position
    public var recordedAt: Timestamp
    public var leafHashes: [SHA256Digest]

    public init(first: Position, recordedAt: Timestamp, leafHashes: [SHA256Digest]) {
        self.first = first
        self.recordedAt = recordedAt
        self.leafHashes = leafHashes
    }
}

/// A proposal that was judged and is on its way to the disk, with room kept for what follows it.
public struct Admission: Sendable, Equatable, Hashable {
    /// Where its first event stands; nil while only the order is known. An append that stands on the admission can name
    /// the event as ``AuthorizationCore/EventReference/admission`` all the same.
    public var first: Position?
    public var reservation: UInt64
    public var reservedEvents: Int

    public init(first: Position?, reservation: UInt64, reservedEvents: Int) {
        self.first = first
        self.reservation = reservation
        self.reservedEvents = reservedEvents
    }
}

public enum AppendError: Error, Sendable, Equatable {
    /// A fence was touched since it was consulted, or was used before.
    case moved(FenceName)
    /// No room in the queue. Nothing was written.
    case full
    /// An event is longer than its recorded form may be.
    case form(RecordedFormError)
    /// The store stopped; whether the events stand is unknown.
    case stopped(String)
}

public struct StoredEvent: Sendable, Equatable {
    public var position: Position
    public var leafHash: SHA256Digest
    public var body: [UInt8]

    public init(position: Position, leafHash: SHA256Digest, body: [UInt8]) {
        self.position = position
        self.leafHash = leafHash
        self.body = body
    }
}

/// A management request that was answered, by MACs of its key and content.
public struct RememberedRequest: Sendable, Equatable {
    public struct Key: Sendable, Equatable {
        public var key: Bytes32
        public var request: Bytes32

        public init(key: Bytes32, request: Bytes32) {
            self.key = key
            self.request = request
        }
    }

    public var request: Bytes32
    /// The first event of the append that answered it.
    public var position: Position

    public init(request: Bytes32, position: Position) {
        self.request = request
        self.position = position
    }
}

public struct ReleasedCheckpoint: Sendable, Equatable {
    public var size: Int64
    /// The signed note.
    public var note: [UInt8]

    public init(size: Int64, note: [UInt8]) {
        self.size = size
        self.note = note
    }
}

/// Why the record could not be read.
public enum StoreError: Error, Sendable, Equatable {
    /// The bytes at this place do not have the hash that stands beside them, or are no event.
    case damaged(Position, String)
    case missing(Position)
    case unreadable(String)
    case closed
}
