public import AuthorizationCore
public import EventLog
public import LedgerCrypto

/// Reads a ledger file as it stood at one head, while a service may be writing it.
///
/// Nothing beyond the head that it took first is shown until ``refresh()``. It neither writes nor checkpoints, and
/// creates no file. Long scans let go of the database every ``rowsPerTransaction`` rows, so that they do not keep
/// the write-ahead log from being emptied; what they read never changes, so nothing tears.
public final class SQLiteLedgerReader: LedgerReader {
    /// Rows that one read transaction covers at most.
    public static let rowsPerTransaction: Int64 = 50_000

    /// The ledger could not be read in place, so a private copy was opened: what is shown is as of then.
    public var isCopy: Bool { copy != nil }
    /// Why it is a copy; nil when it is none.
    public var copied: CopyCause? { copy?.cause }

    /// Why a ledger could not be read in place.
    public enum CopyCause: Sendable {
        /// The files beside it are not there: nothing has the ledger open, or they were not copied with it.
        case logFilesMissing
        /// This account may not open them.
        case logFilesForbidden
    }

    let connection: SQLiteConnection
    let statements: ReadStatements
    private let tree: StoredTree
    private let fences: FenceRows
    private let copy: PrivateCopy?
    private var pinned: Head
    private var isInTransaction = false

    init(_ connection: SQLiteConnection, copy: PrivateCopy? = nil) throws(SQLiteError) {
        self.connection = connection
        self.copy = copy
        statements = try ReadStatements(connection)
        tree = try StoredTree(connection)
        fences = try FenceRows(connection)
        pinned = Head(size: 0, root: MerkleTree.emptyRoot)
    }

    /// Shows what was committed by now.
    public func refresh() throws(StoreError) {
        _ = try reading { () throws(SQLiteError) in try showNewest() }
    }

    /// Runs `body` inside one read transaction, after a refresh.
    func transaction<Output>(_ body: (SQLiteLedgerReader) throws(StoreError) -> Output) throws(StoreError) -> Output {
        try begin()
        defer { end() }
        try refresh()
        return try body(self)
    }

    // MARK: LedgerReader

    public func head() throws(StoreError) -> Head { pinned }

    public func event(at position: Position) throws(StoreError) -> StoredEvent? {
        guard (0..<pinned.size).contains(position.value) else { return nil }
        var found: StoredEvent?
        try scan(position.value..<position.value + 1) { (position, body, leafHash) in
            found = StoredEvent(position: position, leafHash: leafHash, body: [UInt8](body))
            return true
        }
        return found
    }

    public func scan(
        _ range: Range<Int64>, _ body: (Position, UnsafeRawBufferPointer, SHA256Digest) throws(StoreError) -> Bool
    ) throws(StoreError) {
        var next = max(0, range.lowerBound)
        let end = min(range.upperBound, pinned.size)
        while next < end {
            let slice = next..<min(end, next + Self.rowsPerTransaction)
            guard try scanSlice(slice, body) else { return }
            next = slice.upperBound
            if isInTransaction, next < end {
                self.end()
                try begin()
            }
        }
    }

    public func estatePositions(below limit: Position) throws(StoreError) -> [Position] {
        try reading { () throws(SQLiteError) in
            var positions: [Position] = []
            try statements.estate.bind(1, min(limit.value, pinned.size))
            while try statements.estate.step() { positions.append(Position(statements.estate.int64(0))) }
            return positions
        }
    }

    public func outcome(of decision: DecisionID) throws(StoreError) -> Position? {
        try reading { () throws(SQLiteError) in
            try statements.decision.bind(1, decision.bits)
            guard try statements.decision.step() else { return nil }
            defer { statements.decision.reset() }
            let position = statements.decision.int64(0)
            return position < pinned.size ? Position(position) : nil
        }
    }

    /// Where a fence was last touched, for accounts, subjects, tokens and families; nil for all others.
    public func lastTouch(of fence: FenceName) throws(StoreError) -> Position? {
        switch fence {
        case .estate, .environment, .operator, .proof, .assertion, .idempotency: return nil
        case .family, .refreshToken, .account, .subject, .token, .holds:
            return try reading { () throws(SQLiteError) in
                try fences.position(of: fence).map { Position($0) }
            }
        }
    }

    public func remembered(_ key: Bytes32) throws(StoreError) -> RememberedRequest? {
        try reading { () throws(SQLiteError) in
            try statements.answer.bind(1, key.bytes)
            guard try statements.answer.step() else { return nil }
            defer { statements.answer.reset() }
            guard let request = Bytes32(bytes: statements.answer.blob(0)) else { return nil }
            return RememberedRequest(request: request, position: Position(statements.answer.int64(1)))
        }
    }

    public func sealedRecord(at position: Position, field: String) throws(StoreError) -> [UInt8]? {
        try reading { () throws(SQLiteError) in
            try statements.sealed.bind(1, position.value)
            try statements.sealed.bind(2, field)
            guard try statements.sealed.step() else { return nil }
            defer { statements.sealed.reset() }
            return statements.sealed.bytes(0)
        }
    }

    public func leafHashes(_ range: Range<Int64>) throws(StoreError) -> [SHA256Digest] {
        let range = range.clamped(to: 0..<pinned.size)
        do throws(StoredTree.Fault) {
            return try tree.leafHashes(range)
        } catch {
            throw StoreError(error)
        }
    }

    public func tile(level: Int, index: Int64) throws(StoreError) -> [SHA256Digest]? {
        do throws(StoredTree.Fault) {
            return try tree.fullTile(level: level, index: index)
        } catch {
            throw StoreError(error)
        }
    }

    public func newestCheckpoint() throws(StoreError) -> ReleasedCheckpoint? {
        try checkpoints(with: statements.newestCheckpoint).first
    }

    public func checkpoints() throws(StoreError) -> [ReleasedCheckpoint] {
        try checkpoints(with: statements.checkpoints)
    }

    // MARK: Reading

    private func scanSlice(
        _ range: Range<Int64>, _ body: (Position, UnsafeRawBufferPointer, SHA256Digest) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        let events = statements.events
        var expected = range.lowerBound
        var hasher = SHA256Hasher()
        try reading { () throws(SQLiteError) in
            try events.bind(1, range.lowerBound)
            try events.bind(2, range.upperBound)
        }
        defer { events.reset() }
        while try nextRow(of: events, expecting: expected) {
            guard events.int64(0) == expected else { throw .missing(Position(expected)) }
            let leaf = events.blob(2)
            let leafHash = hasher.leafHash(leaf)
            guard SHA256Digest(bytes: events.blob(1)) == leafHash else {
                throw .damaged(Position(expected), "its bytes do not have the recorded hash")
            }
            guard try body(Position(expected), leaf, leafHash) else { return false }
            expected += 1
        }
        guard expected == range.upperBound else { throw .missing(Position(expected)) }
        return true
    }

    /// A page that is no page is damage, and here it is known where.
    private func nextRow(of events: SQLiteStatement, expecting position: Int64) throws(StoreError) -> Bool {
        do throws(SQLiteError) {
            return try events.step()
        } catch {
            throw error.isDamage ? .damaged(Position(position), error.message) : .unreadable(error.description)
        }
    }

    private func checkpoints(with statement: SQLiteStatement) throws(StoreError) -> [ReleasedCheckpoint] {
        try reading { () throws(SQLiteError) in
            var checkpoints: [ReleasedCheckpoint] = []
            while try statement.step() {
                checkpoints.append(ReleasedCheckpoint(size: statement.int64(0), note: statement.bytes(1)))
            }
            return checkpoints
        }
    }

    /// Takes the newest head; false when there is none that could be one.
    func showNewest() throws(SQLiteError) -> Bool {
        guard try statements.head.step() else { return false }
        defer { statements.head.reset() }
        let size = statements.head.int64(0)
        // A damaged file may say anything.
        guard size >= 0, let root = SHA256Digest(bytes: statements.head.blob(1)) else { return false }
        pinned = Head(size: size, root: root)
        return true
    }

    private func begin() throws(StoreError) {
        try reading { () throws(SQLiteError) in try statements.begin.run() }
        isInTransaction = true
    }

    private func end() {
        isInTransaction = false
        // A read transaction has nothing to lose; if ending it fails, the next beginning says so.
        _ = try? statements.rollback.run()
    }

    private func reading<Output>(_ body: () throws(SQLiteError) -> Output) throws(StoreError) -> Output {
        do throws(SQLiteError) {
            return try body()
        } catch {
            throw StoreError.unreadable(error.description)
        }
    }
}

/// The queries of a reader, prepared once.
struct ReadStatements {
    let begin: SQLiteStatement
    let rollback: SQLiteStatement
    let head: SQLiteStatement
    let events: SQLiteStatement
    let estate: SQLiteStatement
    let decision: SQLiteStatement
    let answer: SQLiteStatement
    let sealed: SQLiteStatement
    let sealedRange: SQLiteStatement
    let checkpoints: SQLiteStatement
    let newestCheckpoint: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        begin = try connection.prepare("BEGIN")
        rollback = try connection.prepare("ROLLBACK")
        head = try connection.prepare("SELECT size, root FROM head WHERE id = 1")
        events = try connection.prepare(
            "SELECT position, leaf_hash, body FROM event WHERE position >= ?1 AND position < ?2 ORDER BY position")
        estate = try connection.prepare("SELECT position FROM estate_event WHERE position < ?1 ORDER BY position")
        decision = try connection.prepare("SELECT position FROM decision WHERE id = ?1")
        answer = try connection.prepare("SELECT request_mac, position FROM idempotency WHERE key_mac = ?1")
        sealed = try connection.prepare("SELECT nonce_and_ciphertext FROM sealed WHERE position = ?1 AND field = ?2")
        sealedRange = try connection.prepare(
            """
            SELECT position, field, vault, nonce_and_ciphertext FROM sealed
            WHERE position >= ?1 AND position < ?2 ORDER BY position, field
            """)
        checkpoints = try connection.prepare("SELECT size, note FROM checkpoint ORDER BY size")
        newestCheckpoint = try connection.prepare("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1")
    }
}

extension StoreError {
    init(_ fault: StoredTree.Fault) {
        switch fault {
        case .database(let error): self = .unreadable(error.description)
        case .missingEvent(let position): self = .missing(Position(position))
        case .missingTile(let level, let index): self = .unreadable("tile \(index) of level \(level) is missing")
        }
    }
}
