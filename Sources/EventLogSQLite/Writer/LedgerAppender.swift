internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto

/// Judges proposals, gives them their places and writes them, one transaction per batch.
///
/// It belongs to one thread at a time. After any error of SQLite it must not be used again: its memory may be ahead of
/// the file.
final class LedgerAppender {
    let connection: SQLiteConnection
    private let statements: AppendStatements
    private var fences: FenceRegister
    private var tree: StoredTree.Growth
    private var hasher = SHA256Hasher()
    private(set) var state: LedgerState

    // The batch that is being written.
    private var now: Timestamp
    private var size: Int64
    private var answered: [Bytes32: Bytes32] = [:]
    /// The events of the newest batch, in order.
    private(set) var batch: [Event] = []

    init(
        connection: SQLiteConnection, state: LedgerState, estatePositions: [FenceName: Int64], tree: StoredTree.Growth
    ) throws(SQLiteError) {
        self.connection = connection
        statements = try AppendStatements(connection)
        fences = FenceRegister(rows: try FenceRows(connection), estate: estatePositions)
        self.tree = tree
        self.state = state
        now = state.recordedAt
        size = state.head.size
    }

    /// Starts a batch. Its events are recorded at `clock`, or when the newest event was, if that is later.
    func begin(at clock: Timestamp) throws(SQLiteError) {
        now = max(clock, state.recordedAt)
        fences.forgetReplays(before: now)
        batch.removeAll(keepingCapacity: true)
        answered.removeAll(keepingCapacity: true)
        try statements.begin.run()
    }

    /// The clock's reading for what joins the batch later.
    func advance(to clock: Timestamp) { now = max(clock, now) }

    /// Judges the proposal against everything before it and writes it if its fences hold. A refused proposal leaves
    /// no trace.
    ///
    /// `admission` is where the first event of the proposal's admission stands.
    func add(_ proposal: Proposal, admission: Position? = nil) throws(SQLiteError) -> Result<Commit, AppendError> {
        if let moved = try movedFence(of: proposal) { return .failure(.moved(moved)) }
        guard proposal.unused.isEmpty || fences.hasRoomForReplays else { return .failure(.full) }
        let first = size
        let firstInBatch = batch.count
        var bodies: [[UInt8]] = []
        bodies.reserveCapacity(proposal.events.count)
        for proposed in proposal.events {
            var event = event(
                of: proposed, at: first + Int64(bodies.count), first: Position(first), admission: admission)
            do throws(RecordedFormError) {
                bodies.append(try RecordedForm.encode(visiting: &event))
            } catch {
                batch.removeSubrange(firstInBatch...)
                return .failure(.form(error))
            }
            batch.append(event)
        }

        // From here on it succeeds, or the store stops.
        var leafHashes: [SHA256Digest] = []
        leafHashes.reserveCapacity(bodies.count)
        for (index, body) in bodies.enumerated() {
            leafHashes.append(try insert(body, sealed: proposal.events[index].sealed, of: batch[firstInBatch + index]))
        }
        for fence in proposal.unused {
            switch fence {
            case .proof, .assertion: try fences.touch(fence, at: first, now: now)
            // Used up by the events that touch them.
            case .estate, .environment, .operator, .family, .refreshToken, .account, .subject, .token, .holds,
                .idempotency:
                break
            }
        }
        if let idempotency = proposal.idempotency { try remember(idempotency, at: first) }
        return .success(Commit(first: Position(first), recordedAt: now, leafHashes: leafHashes))
    }

    func keep(_ checkpoint: ReleasedCheckpoint) throws(SQLiteError) {
        try statements.checkpoint.bind(1, checkpoint.size)
        try statements.checkpoint.bind(2, checkpoint.note)
        try statements.checkpoint.run()
    }

    /// Deletes the records of destroyed vaults in a range, and says how many there were.
    func eraseSealed(of vaults: [VaultID], in range: Range<Int64>) throws(SQLiteError) -> Int {
        var erased = 0
        try connection.execute("UPDATE meta SET erasing = 1")
        for vault in vaults {
            try statements.eraseSealed.bind(1, range.lowerBound)
            try statements.eraseSealed.bind(2, range.upperBound)
            try statements.eraseSealed.bind(3, vault.bits)
            try statements.eraseSealed.run()
            erased += connection.changes
        }
        try connection.execute("UPDATE meta SET erasing = 0")
        return erased
    }

    /// Ends the batch: afterwards its events survive a crash, and ``state`` stands after them.
    func commit() throws(SQLiteError) {
        guard size > state.head.size else { return try statements.commit.run() }
        let root = tree.edge.root
        let update = fences.estateChanged ? statements.headAndEstate : statements.head
        if fences.estateChanged { try update.bind(4, fences.takeEstatePositions()) }
        try update.bind(1, size)
        try update.bind(2, root)
        try update.bind(3, tree.edge.serialized)
        try update.run()
        try statements.commit.run()

        for event in batch where event.data.isEstate { state.estate.fold(event) }
        state.head = Head(size: size, root: root)
        state.recordedAt = now
    }

    /// Stores what the side projection holds after ``state``, and forgets all but the newest two.
    func store(snapshot bytes: [UInt8]) throws(SQLiteError) {
        try connection.execute("BEGIN IMMEDIATE")
        let insert = try connection.prepare(
            "INSERT OR REPLACE INTO snapshot (position, root, engine, bytes) VALUES (?1, ?2, ?3, ?4)")
        try insert.bind(1, state.head.size)
        try insert.bind(2, state.head.root)
        try insert.bind(3, state.estate.ledger.engine)
        try insert.bind(4, bytes)
        try insert.run()
        try connection.execute(
            """
            DELETE FROM snapshot
            WHERE position NOT IN (SELECT position FROM snapshot ORDER BY position DESC LIMIT 2);
            COMMIT
            """)
    }

    // MARK: Judging

    private func movedFence(of proposal: Proposal) throws(SQLiteError) -> FenceName? {
        for fence in proposal.unchanged {
            if let last = try fences.lastTouch(of: fence), last >= proposal.consulted.value { return fence }
        }
        for fence in proposal.unused where try fences.lastTouch(of: fence) != nil { return fence }
        if let idempotency = proposal.idempotency, try isAnswered(idempotency.key) {
            return .idempotency(idempotency.key)
        }
        return nil
    }

    private func isAnswered(_ key: Bytes32) throws(SQLiteError) -> Bool {
        if answered[key] != nil { return true }
        try statements.findAnswer.bind(1, key.bytes)
        guard try statements.findAnswer.step() else { return false }
        statements.findAnswer.reset()
        return true
    }

    // MARK: Writing

    private func event(
        of proposed: ProposedEvent, at position: Int64, first: Position, admission: Position?
    ) -> Event {
        var data = proposed.data
        data.placeReferences(at: first, admission: admission)
        return Event(
            position: Position(position), recordedAt: now, actor: proposed.actor, correlation: proposed.correlation,
            blind: proposed.blind, data: data)
    }

    private func insert(_ body: [UInt8], sealed: [SealedRecord], of event: Event) throws(SQLiteError) -> SHA256Digest {
        let position = event.position.value
        let leafHash = try body.withUnsafeBufferPointer { (bytes) throws(SQLiteError) -> SHA256Digest in
            let leaf = UnsafeRawBufferPointer(bytes)
            let leafHash = hasher.leafHash(leaf)
            try leafHash.withUnsafeBytes { (hash) throws(SQLiteError) in
                try statements.event.bind(1, position)
                try statements.event.bind(2, borrowing: hash)
                try statements.event.bind(3, borrowing: leaf)
                try statements.event.run()
            }
            return leafHash
        }
        tree.edge.append(leafHash)
        for full in tree.tiles.append(leafHash) {
            try statements.tile.bind(1, Int64(full.tile.level))
            try statements.tile.bind(2, Int64(full.tile.index))
            try statements.tile.bind(3, HashTile.bytes(full.hashes))
            try statements.tile.run()
        }
        try file(event)
        for record in sealed {
            try statements.sealed.bind(1, position)
            try statements.sealed.bind(2, record.field)
            try statements.sealed.bind(3, record.vault.bits)
            try statements.sealed.bind(4, record.bytes)
            try statements.sealed.run()
        }
        size += 1
        return leafHash
    }

    /// The rows by which the event is found, and the fences that it touches.
    private func file(_ event: Event) throws(SQLiteError) {
        let position = event.position.value
        if event.data.isEstate {
            try statements.estateEvent.bind(1, position)
            try statements.estateEvent.run()
        }
        if event.data.isOutcome, let decision = DecisionID(text: event.correlation) {
            try statements.decision.bind(1, decision.bits)
            try statements.decision.bind(2, position)
            try statements.decision.run()
        }
        for fence in event.data.touchedFences {
            try fences.touch(fence, at: position, now: now, isEstate: event.data.isEstate)
        }
    }

    private func remember(_ idempotency: RememberedRequest.Key, at position: Int64) throws(SQLiteError) {
        answered[idempotency.key] = idempotency.request
        try statements.answer.bind(1, idempotency.key.bytes)
        try statements.answer.bind(2, idempotency.request.bytes)
        try statements.answer.bind(3, position)
        try statements.answer.run()
    }
}

extension EventData {
    /// Whether the event ends a decision.
    fileprivate var isOutcome: Bool {
        switch self {
        case .tokens(.issued), .tokens(.refused): true
        case .tokens, .ledger, .operators, .environments, .apis, .identities, .apps, .accounts, .access, .audit: false
        }
    }
}
