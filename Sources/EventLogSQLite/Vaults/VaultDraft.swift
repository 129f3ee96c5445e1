internal import AuthorizationCore
internal import EventLog
internal import Glibc
internal import LedgerCrypto
internal import LedgerSchema

/// The vault file that will take the place of another one, while it is being written: one transaction, some rows at a
/// time, so that whoever asks the other file meanwhile is not kept waiting.
///
/// It belongs to the vault thread. Until it was renamed it is nothing: a start removes it.
final class VaultDraft {
    /// Rows that one step copies: a few milliseconds.
    static let rowsPerStep: Int64 = 1_000

    static func path(of path: String) -> String { path + ".next" }

    /// Removes what an interrupted change left. Its keys are wrapped under a key that was never adopted.
    static func remove(of path: String) {
        for end in ["", "-journal"] { unlink(Self.path(of: path) + end) }
    }

    let key: VaultKey
    /// When the new epoch key came into use.
    let since: Timestamp
    /// Vaults that were made, destroyed or emptied while the draft was written: copied again at the end.
    var touched: Set<VaultID> = []
    private let draft: SQLiteConnection
    private let oldKey: VaultKey
    private let vaults: RowCopy
    private let entries: RowCopy
    private let tombstones: RowCopy
    /// What is still to be gone through.
    private var rest: ArraySlice<RowCopy>

    init(
        of path: String, from old: SQLiteConnection, under oldKey: VaultKey, to newKey: VaultKey, since now: Timestamp
    ) throws(OpenError) {
        Self.remove(of: path)
        try LedgerFile.createPrivate(Self.path(of: path))
        key = newKey
        since = now
        self.oldKey = oldKey
        do throws(SQLiteError) {
            draft = try SQLiteConnection(Self.path(of: path), .writing)
            try draft.execute(
                "PRAGMA secure_delete = ON; PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; BEGIN")
            try draft.execute(LedgerSchema.vaults)
            try Self.renewMeta(from: old, to: draft, under: newKey, since: now)
            vaults = try RowCopy("vault", key: "id", ["kind", "day", "wrapped"], vault: "id", from: old, to: draft)
            entries = try RowCopy("directory", key: "mac", ["ref", "vault"], vault: "vault", from: old, to: draft)
            tombstones = try RowCopy(
                "tombstone", key: "id", ["kind", "day", "emptied"], vault: "id", from: old, to: draft)
        } catch {
            throw OpenError(error, path: Self.path(of: path))
        }
        rest = [vaults, entries, tombstones]
    }

    private static func renewMeta(
        from old: SQLiteConnection, to draft: SQLiteConnection, under key: VaultKey, since now: Timestamp
    ) throws(SQLiteError) {
        guard let meta = try VaultMeta(readFrom: old) else {
            throw SQLiteError(code: 1, message: "it has no key checks")
        }
        let renewed = try wrapping { () throws(CryptoError) in
            try VaultMeta(epochKey: key.secret, indexCheck: meta.indexCheck, since: now)
        }
        try renewed.write(to: draft)
    }

    /// Copies some more rows, each key wrapped anew. False when there are none left.
    func copyMore() throws(SQLiteError) -> Bool {
        guard let table = rest.first else { return false }
        if try !table.copyMore(Self.rowsPerStep, changing: wrapAnew) { rest.removeFirst() }
        return !rest.isEmpty
    }

    /// Brings over what was touched since, commits, and closes. The draft is durable when this returns.
    func finish() throws(SQLiteError) {
        for vault in touched {
            for table in [vaults, entries, tombstones] { try table.copyAgain(vault, changing: wrapAnew) }
        }
        try draft.execute("COMMIT")
    }

    private func wrapAnew(_ wrapped: [UInt8]) throws(SQLiteError) -> [UInt8] {
        try Self.wrapping { () throws(CryptoError) in
            try AESKeyWrap.wrap(try AESKeyWrap.unwrap(wrapped, under: oldKey.secret), under: key.secret)
        }
    }

    private static func wrapping<Output>(_ body: () throws(CryptoError) -> Output) throws(SQLiteError) -> Output {
        do throws(CryptoError) {
            return try body()
        } catch {
            throw SQLiteError(code: 1, message: "a vault key cannot be wrapped anew: \(error)")
        }
    }
}

/// Copies the rows of one table from file to file, in the order of its key.
private final class RowCopy {
    private let next: SQLiteStatement
    private let ofVault: SQLiteStatement
    private let insert: SQLiteStatement
    private let drop: SQLiteStatement
    /// The column that holds a wrapped key; nil where there is none.
    private let wrapped: Int32?
    private let count: Int32
    /// The key of the last row that was copied. No key is empty, so all come after this.
    private var last: [UInt8] = []

    /// `vault` is the column that names the vault.
    init(
        _ table: String, key: String, _ others: [String], vault: String, from old: SQLiteConnection,
        to draft: SQLiteConnection
    ) throws(SQLiteError) {
        let columns = [key] + others
        let names = columns.joined(separator: ", ")
        let places = columns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        next = try old.prepare("SELECT \(names) FROM \(table) WHERE \(key) > ?1 ORDER BY \(key) LIMIT ?2")
        ofVault = try old.prepare("SELECT \(names) FROM \(table) WHERE \(vault) = ?1")
        insert = try draft.prepare("INSERT INTO \(table) (\(names)) VALUES (\(places))")
        drop = try draft.prepare("DELETE FROM \(table) WHERE \(vault) = ?1")
        wrapped = columns.firstIndex(of: "wrapped").map { Int32($0) }
        count = Int32(columns.count)
    }

    typealias Change = ([UInt8]) throws(SQLiteError) -> [UInt8]

    /// Returns whether there may be more.
    func copyMore(_ limit: Int64, changing change: Change) throws(SQLiteError) -> Bool {
        try next.bind(1, last)
        try next.bind(2, limit)
        var copied: Int64 = 0
        while try next.step() {
            last = next.bytes(0)
            try copy(next, changing: change)
            copied += 1
        }
        return copied == limit
    }

    /// Makes the rows of one vault what they are in the old file.
    func copyAgain(_ vault: VaultID, changing change: Change) throws(SQLiteError) {
        try drop.bind(1, vault.bits)
        try drop.run()
        try ofVault.bind(1, vault.bits)
        while try ofVault.step() { try copy(ofVault, changing: change) }
    }

    private func copy(_ row: SQLiteStatement, changing change: Change) throws(SQLiteError) {
        for column in 0..<count {
            switch row.kind(column) {
            case .null: try insert.bindNull(column + 1)
            case .integer: try insert.bind(column + 1, row.int64(column))
            case .text: try insert.bind(column + 1, row.text(column))
            case .blob:
                let bytes = row.bytes(column)
                try insert.bind(column + 1, column == wrapped ? try change(bytes) : bytes)
            }
        }
        try insert.run()
    }
}
