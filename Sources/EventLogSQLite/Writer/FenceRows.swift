internal import AuthorizationCore
internal import EventLog

/// The fences that are rows: those of accounts, subjects and tokens by their key, families by their time-ordered id.
struct FenceRows {
    private let find: SQLiteStatement
    private let touch: SQLiteStatement
    private let findFamily: SQLiteStatement
    private let touchFamily: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        find = try connection.prepare("SELECT position FROM fence WHERE key = ?1")
        touch = try connection.prepare(
            """
            INSERT INTO fence (key, position) VALUES (?1, ?2)
            ON CONFLICT (key) DO UPDATE SET position = excluded.position
            """)
        findFamily = try connection.prepare("SELECT touched FROM family WHERE id = ?1")
        touchFamily = try connection.prepare(
            """
            INSERT INTO family (id, position, touched) VALUES (?1, ?2, ?2)
            ON CONFLICT (id) DO UPDATE SET touched = excluded.touched
            """)
    }

    func position(of fence: FenceName) throws(SQLiteError) -> Int64? {
        let statement: SQLiteStatement
        if case .family(let id) = fence {
            statement = findFamily
            try statement.bind(1, id.bits)
        } else {
            statement = find
            try statement.bind(1, fence.key)
        }
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.int64(0)
    }

    func touch(_ fence: FenceName, at position: Int64) throws(SQLiteError) {
        let statement: SQLiteStatement
        if case .family(let id) = fence {
            statement = touchFamily
            try statement.bind(1, id.bits)
        } else {
            statement = touch
            try statement.bind(1, fence.key)
        }
        try statement.bind(2, position)
        try statement.run()
    }
}
