extension SQLiteLedgerReader {
    /// Opens a ledger file read-only, also while a service writes it. Creates no file beside it.
    ///
    /// Where those files are missing, or the account may not open them, a private copy is read (``isCopy``).
    /// Throws ``OpenError``, whose description is one sentence. Nothing is verified yet beyond that it is a ledger.
    public static func open(_ path: String) throws(OpenError) -> SQLiteLedgerReader {
        try LedgerFile.check(path)
        // SQLite would make the files beside a ledger that lacks them; they are not ours to make.
        if LedgerFile.lacksLogFiles(path) {
            guard let copy = PrivateCopy(of: path, because: .logFilesMissing) else {
                throw .permissionDenied(path: path)
            }
            return try open(path, copy: copy)
        }
        do throws(OpenError) {
            return try open(path, copy: nil)
        } catch {
            guard case .permissionDenied = error, let copy = PrivateCopy(of: path, because: .logFilesForbidden) else {
                throw error
            }
            return try open(path, copy: copy)
        }
    }

    private static func open(_ path: String, copy: PrivateCopy?) throws(OpenError) -> SQLiteLedgerReader {
        // A copy's write-ahead log is indexed in a file that SQLite makes beside it, hence not read-only.
        let connection = try opening(path) { () throws(SQLiteError) in
            try SQLiteConnection(copy?.path ?? path, copy == nil ? .reading : .writing)
        }
        try opening(path) { () throws(SQLiteError) in
            try connection.execute("PRAGMA cache_size = -\(cacheKilobytes)")
            try ReadAhead.begin(on: connection)
        }
        try LedgerFile.checkSchema(of: connection, path: path)
        let reader = try opening(path) { () throws(SQLiteError) in try SQLiteLedgerReader(connection, copy: copy) }
        guard try opening(path, { () throws(SQLiteError) in try reader.showNewest() }) else {
            throw .damaged(path: path, .missingHead)
        }
        return reader
    }

    /// Whoever reads a whole ledger reads most pages once. A cache that stays within a processor's own is faster than a
    /// larger one.
    private static let cacheKilobytes = 256
}
