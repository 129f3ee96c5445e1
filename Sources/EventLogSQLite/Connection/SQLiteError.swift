internal import CSQLite

/// What SQLite answered instead of doing it: the extended result code and its message, which names tables and
/// columns but never a value.
struct SQLiteError: Error, Equatable, CustomStringConvertible {
    var code: Int32
    var message: String

    init(code: Int32, message: String) {
        self.code = code
        self.message = message
    }

    /// The newest error of the connection.
    init(_ code: Int32, of database: OpaquePointer?) {
        self.code = code
        guard let database, let message = sqlite3_errmsg(database) else {
            self.message = sqlite3_errstr(code).map { String(cString: $0) } ?? "unknown error"
            return
        }
        self.message = String(cString: message)
    }

    /// Without the detail that the extended codes add.
    var primaryCode: Int32 { code & 0xff }

    /// The file is no database, or its pages are not what they must be.
    var isDamage: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB || lacksTable }

    /// The statements are ours, so what they name and is not there was taken away.
    private var lacksTable: Bool {
        primaryCode == SQLITE_ERROR && (message.hasPrefix("no such table") || message.hasPrefix("no such column"))
    }

    /// The account may not open or write what it must.
    var isPermission: Bool {
        primaryCode == SQLITE_CANTOPEN || primaryCode == SQLITE_READONLY || primaryCode == SQLITE_PERM
    }

    var description: String { "\(message) (SQLite code \(code))" }
}
