internal import EventLog

/// A connection to a vault file and its statements. It is dropped whole when the file is replaced by another.
final class VaultStatements {
    let connection: SQLiteConnection
    let findEntry: SQLiteStatement
    let addEntry: SQLiteStatement
    let findDay: SQLiteStatement
    let findLedger: SQLiteStatement
    let findVault: SQLiteStatement
    let addVault: SQLiteStatement
    let dropVault: SQLiteStatement
    let dropEntries: SQLiteStatement
    let addTombstone: SQLiteStatement
    let noteEmptied: SQLiteStatement
    let allTombstones: SQLiteStatement
    let oldDays: SQLiteStatement
    let oldestDay: SQLiteStatement

    /// Opens the file with full durability, and so that what is deleted is overwritten.
    convenience init(_ path: String) throws(SQLiteError) {
        try self.init(try SQLiteConnection(path, .writing))
    }

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        self.connection = connection
        try connection.execute("PRAGMA secure_delete = ON")
        try connection.makeDurable()
        findEntry = try connection.prepare("SELECT ref, vault FROM directory WHERE mac = ?1")
        addEntry = try connection.prepare("INSERT INTO directory (mac, ref, vault) VALUES (?1, ?2, ?3)")
        findDay = try connection.prepare("SELECT id FROM vault WHERE kind = 'day' AND day = ?1")
        findLedger = try connection.prepare("SELECT id FROM vault WHERE kind = 'ledger'")
        findVault = try connection.prepare("SELECT wrapped, kind, day FROM vault WHERE id = ?1")
        addVault = try connection.prepare("INSERT INTO vault (id, kind, day, wrapped) VALUES (?1, ?2, ?3, ?4)")
        dropVault = try connection.prepare("DELETE FROM vault WHERE id = ?1")
        dropEntries = try connection.prepare("DELETE FROM directory WHERE vault = ?1")
        addTombstone = try connection.prepare(
            "INSERT OR IGNORE INTO tombstone (id, kind, day) VALUES (?1, ?2, ?3)")
        noteEmptied = try connection.prepare("UPDATE tombstone SET emptied = 1 WHERE id = ?1")
        allTombstones = try connection.prepare("SELECT id, kind, day, emptied FROM tombstone")
        oldDays = try connection.prepare(
            "SELECT id, kind, day FROM vault WHERE kind = 'day' AND day <= ?1 ORDER BY day")
        oldestDay = try connection.prepare("SELECT min(day) FROM vault WHERE kind = 'day'")
    }

    /// What the file counts at its opening.
    func census() throws(SQLiteError) -> VaultCensus {
        var census = VaultCensus()
        census.accounts = try connection.integer("SELECT count(*) FROM vault WHERE kind = 'account'")
        census.days = try connection.integer("SELECT count(*) FROM vault WHERE kind = 'day'")
        census.destroyed = try connection.integer("SELECT count(*) FROM tombstone")
        census.oldestDay = try readOldestDay()
        return census
    }

    func readOldestDay() throws(SQLiteError) -> Int64? {
        guard try oldestDay.step() else { return nil }
        defer { oldestDay.reset() }
        return oldestDay.isNull(0) ? nil : oldestDay.int64(0)
    }
}
