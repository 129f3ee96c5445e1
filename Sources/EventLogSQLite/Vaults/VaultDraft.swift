internal import AuthorizationCore
internal import EventLog
internal import Glibc
internal import LedgerCrypto
internal import LedgerSchema

/// The vault file that will take the place of another one.
struct VaultDraft {
    static func path(of path: String) -> String { path + ".next" }

    /// Removes what an interrupted change left. Its keys are wrapped under a key that was never adopted.
    static func remove(of path: String) {
        for end in ["", "-journal", "-wal", "-shm", ".creating", ".creating-journal"] {
            unlink(Self.path(of: path) + end)
        }
    }

    /// Writes everything that `old` holds, each key wrapped anew. Durable before it returns.
    static func write(
        of path: String, from old: VaultStatements, under oldKey: VaultKey, to newKey: VaultKey, since now: Timestamp
    ) throws(OpenError) {
        try LedgerFile.create(Self.path(of: path)) { (draft) throws(SQLiteError) in
            let attach = try draft.prepare("ATTACH DATABASE ?1 AS old")
            try attach.bind(1, path)
            try attach.run()
            try draft.execute("BEGIN")
            try draft.execute(LedgerSchema.vaults)
            guard let meta = try VaultMeta(readFrom: old.connection) else { throw failure("it has no key checks") }
            let renewed = try crypto { () throws(CryptoError) in
                try VaultMeta(epochKey: newKey.secret, indexCheck: meta.indexCheck, since: now)
            }
            try renewed.write(to: draft)
            try wrapAnew(from: old.connection, to: draft, oldKey, newKey)
            try draft.execute(
                """
                INSERT INTO directory (mac, ref, vault) SELECT mac, ref, vault FROM old.directory ORDER BY mac;
                INSERT INTO tombstone (id, kind, day, emptied)
                SELECT id, kind, day, emptied FROM old.tombstone ORDER BY id;
                COMMIT
                """)
        }
    }

    private static func wrapAnew(
        from old: SQLiteConnection, to draft: SQLiteConnection, _ oldKey: VaultKey, _ newKey: VaultKey
    ) throws(SQLiteError) {
        let rows = try old.prepare("SELECT id, kind, day, wrapped FROM vault ORDER BY id")
        let insert = try draft.prepare("INSERT INTO main.vault (id, kind, day, wrapped) VALUES (?1, ?2, ?3, ?4)")
        while try rows.step() {
            let wrapped = rows.bytes(3)
            let anew = try crypto { () throws(CryptoError) in
                try AESKeyWrap.wrap(try AESKeyWrap.unwrap(wrapped, under: oldKey.secret), under: newKey.secret)
            }
            try insert.bind(1, rows.bytes(0))
            try insert.bind(2, rows.text(1))
            if rows.isNull(2) { try insert.bindNull(3) } else { try insert.bind(3, rows.int64(2)) }
            try insert.bind(4, anew)
            try insert.run()
        }
    }

    private static func crypto<Output>(_ body: () throws(CryptoError) -> Output) throws(SQLiteError) -> Output {
        do throws(CryptoError) {
            return try body()
        } catch {
            throw failure("a vault key cannot be wrapped anew: \(error)")
        }
    }

    private static func failure(_ message: String) -> SQLiteError {
        SQLiteError(code: 1, message: message)
    }
}
