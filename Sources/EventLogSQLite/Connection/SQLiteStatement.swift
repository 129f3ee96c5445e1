internal import AuthorizationCore
internal import CSQLite
internal import LedgerCrypto

/// A prepared statement that is used again and again.
///
/// Columns are numbered from 0, parameters from 1, as SQLite does.
final class SQLiteStatement {
    private let handle: OpaquePointer
    // Keeps the connection open for as long as its statement lives.
    private let connection: SQLiteConnection

    init(_ sql: String, on connection: SQLiteConnection) throws(SQLiteError) {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(connection.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else { throw SQLiteError(code, of: connection.handle) }
        handle = prepared
        self.connection = connection
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ index: Int32, _ value: Int64) throws(SQLiteError) {
        try connection.check(sqlite3_bind_int64(handle, index, value))
    }

    /// The bytes must stay where they are until the statement was run.
    func bind(_ index: Int32, borrowing bytes: UnsafeRawBufferPointer) throws(SQLiteError) {
        guard bytes.count > 0 else { return try connection.check(sqlite3_bind_zeroblob(handle, index, 0)) }
        try connection.check(ledger_sqlite_bind_blob(handle, index, bytes.baseAddress, Int32(bytes.count)))
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) throws(SQLiteError) {
        guard bytes.count > 0 else { return try connection.check(sqlite3_bind_zeroblob(handle, index, 0)) }
        try connection.check(ledger_sqlite_bind_blob_copy(handle, index, bytes, Int32(bytes.count)))
    }

    func bind(_ index: Int32, _ digest: SHA256Digest) throws(SQLiteError) {
        try digest.withUnsafeBytes { (bytes) throws(SQLiteError) in
            try connection.check(ledger_sqlite_bind_blob_copy(handle, index, bytes.baseAddress, Int32(bytes.count)))
        }
    }

    /// Sixteen bytes, the most significant first, so that SQLite's order is the number's.
    func bind(_ index: Int32, _ bits: UInt128) throws(SQLiteError) {
        try withUnsafeBytes(of: bits.bigEndian) { (bytes) throws(SQLiteError) in
            try connection.check(ledger_sqlite_bind_blob_copy(handle, index, bytes.baseAddress, 16))
        }
    }

    func bind(_ index: Int32, _ key: Bytes16) throws(SQLiteError) {
        try bind(index, UInt128(key.high) << 64 | UInt128(key.low))
    }

    func bind(_ index: Int32, _ text: String) throws(SQLiteError) {
        var text = text
        let code = text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                ledger_sqlite_bind_text_copy(handle, index, characters.baseAddress ?? Self.empty, Int32(bytes.count))
            }
        }
        try connection.check(code)
    }

    func bindNull(_ index: Int32) throws(SQLiteError) {
        try connection.check(sqlite3_bind_null(handle, index))
    }

    // An empty Swift string may have no address, which SQLite would take for NULL.
    private nonisolated(unsafe) static let empty: UnsafePointer<CChar> = {
        let pointer = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        pointer.initialize(to: 0)
        return UnsafePointer(pointer)
    }()

    /// Whether there is a row. After the last one the statement is ready to be bound again.
    func step() throws(SQLiteError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(handle)
            return false
        case let code:
            let error = SQLiteError(code, of: connection.handle)
            sqlite3_reset(handle)
            throw error
        }
    }

    /// Runs a statement that gives no rows.
    func run() throws(SQLiteError) {
        while try step() {}
    }

    /// Ends a query before its last row.
    func reset() { sqlite3_reset(handle) }

    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    enum Kind { case null, integer, text, blob }

    /// What stands in a column of our tables, none of which holds fractions.
    func kind(_ column: Int32) -> Kind {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_NULL: .null
        case SQLITE_INTEGER: .integer
        case SQLITE_TEXT: .text
        default: .blob
        }
    }

    /// Valid until the next step or reset.
    func blob(_ column: Int32) -> UnsafeRawBufferPointer {
        let bytes = sqlite3_column_blob(handle, column)
        return UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column)))
    }

    func bytes(_ column: Int32) -> [UInt8] { [UInt8](blob(column)) }

    /// Sixteen bytes, the most significant first; nil where the column has another length.
    func bits(_ column: Int32) -> UInt128? {
        let bytes = blob(column)
        guard bytes.count == 16 else { return nil }
        return UInt128(bigEndian: bytes.loadUnaligned(as: UInt128.self))
    }

    func text(_ column: Int32) -> String {
        guard let text = sqlite3_column_text(handle, column) else { return "" }
        return String(cString: text)
    }
}
