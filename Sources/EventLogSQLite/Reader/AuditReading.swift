public import AuthorizationCore
public import EventLog
internal import LedgerCrypto

extension SQLiteLedgerReader: AuditReader {
    public func scanSealed(
        _ range: Range<Int64>, _ body: (SealedRow) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let statement = statements.sealedRange
        try Self.checked { () throws(SQLiteError) in
            try statement.bind(1, range.lowerBound)
            try statement.bind(2, range.upperBound)
        }
        try rows(of: statement) { (statement) throws(StoreError) in
            let vault = UInt128(bigEndianBytes: statement.blob(2)).map { VaultID(bits: $0) }
            return try body(
                SealedRow(
                    position: Position(statement.int64(0)), field: statement.blob(1), vault: vault,
                    record: statement.blob(3)))
        }
    }

    public func scanOutcomes(_ body: (DecisionID, Position) throws(StoreError) -> Bool) throws(StoreError) {
        let size = try head().size
        try rows("SELECT id, position FROM decision") { (statement) throws(StoreError) in
            let position = statement.int64(1)
            guard position < size else { return true }
            // An id of another length is none; as zero it is the id of no decision.
            let bits = UInt128(bigEndianBytes: statement.blob(0)) ?? 0
            return try body(DecisionID(bits: bits), Position(position))
        }
    }

    public func snapshots() throws(StoreError) -> [Head] {
        var snapshots: [Head] = []
        try rows("SELECT position, root FROM snapshot ORDER BY position") { (statement) throws(StoreError) in
            guard let root = SHA256Digest(bytes: statement.blob(1)) else {
                throw .unreadable("a snapshot has a root that is no hash")
            }
            snapshots.append(Head(size: statement.int64(0), root: root))
            return true
        }
        return snapshots
    }

    public func storedEdge() throws(StoreError) -> (size: Int64, edge: [UInt8]) {
        var stored: (Int64, [UInt8]) = (0, [])
        try rows("SELECT size, edge FROM head WHERE id = 1") { (statement) throws(StoreError) in
            stored = (statement.int64(0), statement.bytes(1))
            return false
        }
        return stored
    }

    public func eventsOutsideHead() throws(StoreError) -> Int64 {
        var count: Int64 = 0
        // By the newest head: what was committed after the one that is shown is not outside.
        let query = """
            SELECT (SELECT count(*) FROM event WHERE position < 0)
                + (SELECT count(*) FROM event WHERE position >= (SELECT size FROM head WHERE id = 1))
            """
        try rows(query) { (statement) throws(StoreError) in
            count = statement.int64(0)
            return false
        }
        return count
    }

    /// Gives `body` every row of a query, while it returns true.
    private func rows(
        _ sql: String, _ body: (SQLiteStatement) throws(StoreError) -> Bool
    ) throws(StoreError) {
        try rows(of: try Self.checked { () throws(SQLiteError) in try connection.prepare(sql) }, body)
    }

    private func rows(
        of statement: SQLiteStatement, _ body: (SQLiteStatement) throws(StoreError) -> Bool
    ) throws(StoreError) {
        defer { statement.reset() }
        while try Self.checked({ () throws(SQLiteError) in try statement.step() }) {
            guard try body(statement) else { return }
        }
    }

    private static func checked<Output>(_ body: () throws(SQLiteError) -> Output) throws(StoreError) -> Output {
        do throws(SQLiteError) {
            return try body()
        } catch {
            throw .unreadable(error.description)
        }
    }
}

extension UInt128 {
    /// Nil unless there are sixteen bytes.
    fileprivate init?(bigEndianBytes bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        self = UInt128(bigEndian: bytes.loadUnaligned(as: UInt128.self))
    }
}
