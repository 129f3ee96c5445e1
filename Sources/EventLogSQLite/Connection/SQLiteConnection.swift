internal import CSQLite

/// Owns one connection. It belongs to one thread at a time (it is opened without SQLite's own mutex).
final class SQLiteConnection {
    enum Access {
        case writing
        case creating
        /// Neither writes nor checkpoints, and creates no file.
        case reading
    }

    let handle: OpaquePointer
    /// Pages in the WAL after the newest commit of this connection.
    private let pagesInLog: UnsafeMutablePointer<Int32>
    /// Pages of it that were copied; the WAL may have started anew since.
    private var copiedPages: Int32 = 0

    /// Opens the file. A connection waits up to five seconds for a lock.
    init(_ path: String, _ access: Access) throws(SQLiteError) {
        let flags =
            switch access {
            case .writing: SQLITE_OPEN_READWRITE
            case .creating: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            case .reading: SQLITE_OPEN_READONLY
            }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(
            path, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let opened else {
            let error = SQLiteError(code, of: opened)
            sqlite3_close_v2(opened)
            throw error
        }
        handle = opened
        pagesInLog = .allocate(capacity: 1)
        pagesInLog.initialize(to: 0)
        // Before the first pragma: two connections that open at once would find each other busy.
        sqlite3_busy_timeout(handle, 5_000)
        try harden()
        switch access {
        case .writing, .creating: break
        case .reading: try execute("PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0")
        }
    }

    deinit {
        sqlite3_close_v2(handle)
        pagesInLog.deallocate()
    }

    /// A file from elsewhere must not be able to make us run what its schema says.
    private func harden() throws(SQLiteError) {
        try check(ledger_sqlite_config_flag(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nil))
        try execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0")
    }

    /// Write-ahead log, full durability, checkpoints only when ``checkpoint(_:)`` is called. Every setting that a
    /// promise rests on is read back.
    func makeDurable() throws(SQLiteError) {
        try execute(
            """
            PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16000
            """)
        guard try text("PRAGMA journal_mode") == "wal" else {
            throw SQLiteError(code: SQLITE_ERROR, message: "journal_mode is not wal")
        }
        guard try integer("PRAGMA synchronous") == 2 else {
            throw SQLiteError(code: SQLITE_ERROR, message: "synchronous is not FULL")
        }
        // The files beside the ledger stay when it closes, so that an account that may only read can open it.
        var persist: Int32 = 1
        try check(sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &persist))
        guard persist == 1 else { throw SQLiteError(code: SQLITE_ERROR, message: "the WAL is not persistent") }
        // The hook takes the place of automatic checkpoints.
        sqlite3_wal_hook(
            handle,
            { context, _, _, pages in
                context?.assumingMemoryBound(to: Int32.self).pointee = pages
                return SQLITE_OK
            }, pagesInLog)
    }

    /// Pages that wait in the WAL.
    var waitingPages: Int {
        let pages = pagesInLog.pointee
        return Int(pages >= copiedPages ? pages - copiedPages : pages)
    }

    enum CheckpointMode {
        /// Copies what no reader needs, and waits for nobody.
        case passive
        /// Copies all and empties the file.
        case truncate
    }

    /// Copies pages from the WAL into the database. Returns whether all were copied.
    @discardableResult
    func checkpoint(_ mode: CheckpointMode) throws(SQLiteError) -> Bool {
        let mode =
            switch mode {
            case .passive: SQLITE_CHECKPOINT_PASSIVE
            case .truncate: SQLITE_CHECKPOINT_TRUNCATE
            }
        var pages: Int32 = 0
        var copied: Int32 = 0
        let code = sqlite3_wal_checkpoint_v2(handle, nil, mode, &pages, &copied)
        if code & 0xff == SQLITE_BUSY { return false }
        try check(code)
        pagesInLog.pointee = pages
        copiedPages = copied
        return pages == copied
    }

    func execute(_ sql: String) throws(SQLiteError) {
        try check(sqlite3_exec(handle, sql, nil, nil, nil))
    }

    func prepare(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        try SQLiteStatement(sql, on: self)
    }

    /// The first column of the first row; 0 when there is none.
    func integer(_ sql: String) throws(SQLiteError) -> Int64 {
        let statement = try prepare(sql)
        return try statement.step() ? statement.int64(0) : 0
    }

    /// The first column of the first row; empty when there is none.
    func text(_ sql: String) throws(SQLiteError) -> String {
        let statement = try prepare(sql)
        return try statement.step() ? statement.text(0) : ""
    }

    /// Rows that the newest INSERT, UPDATE or DELETE changed.
    var changes: Int { Int(sqlite3_changes(handle)) }

    func check(_ code: Int32) throws(SQLiteError) {
        guard code == SQLITE_OK else { throw SQLiteError(code, of: handle) }
    }
}
