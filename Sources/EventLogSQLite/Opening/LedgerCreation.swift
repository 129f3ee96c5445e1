internal import AuthorizationCore
internal import EventLog
internal import Glibc
internal import LedgerSchema

/// Makes a ledger file under another name, and gives it its own when it is whole and on the disk.
struct LedgerCreation {
    let path: String
    private var draft: String { path + ".creating" }

    init(path: String) { self.path = path }

    func run(_ events: [ProposedEvent], at now: Timestamp) throws(OpenError) -> Commit {
        guard access(path, F_OK) != 0 else { throw .alreadyExists(path: path) }
        removeDraft()
        try LedgerFile.createPrivate(draft)
        defer { removeDraft() }
        let commit: Commit
        switch try opening(path, { () throws(SQLiteError) in try write(events, at: now) }) {
        case .success(let written): commit = written
        case .failure(let refusal): throw .unreadable(path: path, "its first events were refused: \(refusal)")
        }
        // A link, not a rename: it does not replace a ledger that came into being meanwhile.
        guard link(draft, path) == 0 else { throw LedgerFile.openError(errno, path: path) }
        try LedgerFile.synchronizeFolder(of: path)
        return commit
    }

    private func write(_ events: [ProposedEvent], at now: Timestamp) throws(SQLiteError) -> Result<Commit, AppendError>
    {
        let connection = try SQLiteConnection(draft, .writing)
        try connection.execute("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; BEGIN")
        try connection.execute(LedgerSchema.ledger)
        let meta = try connection.prepare("INSERT INTO meta (id, schema_version, ledger) VALUES (1, ?1, ?2)")
        try meta.bind(1, LedgerSchema.version)
        try meta.bind(2, Self.origin(in: events))
        try meta.run()
        let head = try connection.prepare(
            "INSERT INTO head (id, size, root, edge, estate_positions) VALUES (1, 0, ?1, ?2, ?2)")
        try head.bind(1, MerkleTree.emptyRoot)
        try head.bind(2, [UInt8]())
        try head.run()
        try connection.execute("COMMIT")
        let appender = try LedgerAppender(
            connection: connection,
            state: LedgerState(head: Head(size: 0, root: MerkleTree.emptyRoot), estate: Estate(), recordedAt: Timestamp()),
            estatePositions: [:], tree: StoredTree.Growth())
        try appender.begin(at: now)
        let result = try appender.add(Proposal(events: events, consulted: Position(0)))
        try appender.commit()
        return result
    }

    private static func origin(in events: [ProposedEvent]) -> String {
        guard case .ledger(.created(let created)) = events.first?.data else { return "" }
        return created.origin
    }

    private func removeDraft() {
        for suffix in ["", "-journal", "-wal", "-shm"] { unlink(draft + suffix) }
    }
}
