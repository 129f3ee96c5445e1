internal import AuthorizationCore
internal import CSQLite
internal import EventLog
internal import LedgerSchema

/// Writes the layout and the first append of a new ledger.
struct LedgerCreation {
    let path: String
    let stateCheck: Bytes32?

    func run(_ events: [ProposedEvent], at now: Timestamp) throws(OpenError) -> Commit {
        try LedgerFile.create(path) { (connection) throws(SQLiteError) in
            try write(events, at: now, to: connection)
        }
    }

    private func write(
        _ events: [ProposedEvent], at now: Timestamp, to connection: SQLiteConnection
    ) throws(SQLiteError) -> Commit {
        try connection.execute("BEGIN")
        try connection.execute(LedgerSchema.ledger)
        let meta = try connection.prepare(
            "INSERT INTO meta (id, schema_version, ledger, state_check) VALUES (1, ?1, ?2, ?3)")
        try meta.bind(1, LedgerSchema.version)
        try meta.bind(2, Self.origin(in: events))
        if let stateCheck { try meta.bind(3, stateCheck.bytes) } else { try meta.bindNull(3) }
        try meta.run()
        let head = try connection.prepare(
            "INSERT INTO head (id, size, root, edge, estate_positions) VALUES (1, 0, ?1, ?2, ?2)")
        try head.bind(1, MerkleTree.emptyRoot)
        try head.bind(2, [UInt8]())
        try head.run()
        try connection.execute("COMMIT")
        let appender = try LedgerAppender(
            connection: connection,
            state: LedgerState(
                head: Head(size: 0, root: MerkleTree.emptyRoot), estate: Estate(), recordedAt: Timestamp()),
            estatePositions: [:], tree: StoredTree.Growth())
        try appender.begin(at: now)
        switch try appender.add(Proposal(events: events, consulted: Position(0))) {
        case .success(let commit):
            try appender.commit()
            return commit
        case .failure(let refusal):
            throw SQLiteError(code: SQLITE_ERROR, message: "the first events were refused: \(refusal)")
        }
    }

    private static func origin(in events: [ProposedEvent]) -> String {
        guard case .ledger(.created(let created)) = events.first?.data else { return "" }
        return created.origin
    }
}
