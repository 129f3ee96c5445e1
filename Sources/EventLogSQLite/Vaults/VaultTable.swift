internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto

/// The tables of the vault file. It belongs to the vault thread.
final class VaultTable {
    private let connection: SQLiteConnection
    private let epochKey: SecretBytes
    private let findEntry: SQLiteStatement
    private let addEntry: SQLiteStatement
    private let findDay: SQLiteStatement
    private let findLedger: SQLiteStatement
    private let findKey: SQLiteStatement
    private let addVault: SQLiteStatement
    /// After a failed commit nothing is known: every question is refused until the file is opened anew.
    private var failure: VaultError?

    init(_ connection: SQLiteConnection, path: String, epochKey: consuming SecretBytes) throws(OpenError) {
        self.connection = connection
        self.epochKey = epochKey
        func statement(_ sql: String) throws(OpenError) -> SQLiteStatement {
            try opening(path) { () throws(SQLiteError) in try connection.prepare(sql) }
        }
        try opening(path) { () throws(SQLiteError) in
            try connection.execute("PRAGMA secure_delete = ON")
            try connection.makeDurable()
        }
        findEntry = try statement("SELECT ref, vault FROM directory WHERE mac = ?1")
        addEntry = try statement("INSERT INTO directory (mac, ref, vault) VALUES (?1, ?2, ?3)")
        findDay = try statement("SELECT id FROM vault WHERE kind = 'day' AND day = ?1")
        findLedger = try statement("SELECT id FROM vault WHERE kind = 'ledger'")
        findKey = try statement("SELECT wrapped FROM vault WHERE id = ?1")
        addVault = try statement("INSERT INTO vault (id, kind, day, wrapped) VALUES (?1, ?2, ?3, ?4)")
    }

    /// Runs all of `body` in one transaction; the answers count only where `error` is nil.
    func inTransaction<Answer>(_ body: () -> [Answer]) -> (answers: [Answer], error: VaultError?) {
        if let failure { return (body(), failure) }
        var answers: [Answer] = []
        do throws(SQLiteError) {
            try connection.execute("BEGIN IMMEDIATE")
            answers = body()
            try connection.execute("COMMIT")
            if connection.waitingPages > 1_000 { try connection.checkpoint(.passive) }
            return (answers, nil)
        } catch {
            let unavailable = VaultError.unavailable(error.description)
            failure = unavailable
            return (answers.isEmpty ? body() : answers, unavailable)
        }
    }

    func account(for entry: Bytes32) throws(VaultError) -> DirectoryAccount {
        let found = try reading { () throws(SQLiteError) -> DirectoryAccount? in
            try findEntry.bind(1, entry.bytes)
            guard try findEntry.step() else { return nil }
            defer { findEntry.reset() }
            return DirectoryAccount(
                reference: SubjectReference(bits: bits(findEntry.blob(0))),
                vault: VaultID(bits: bits(findEntry.blob(1))),
                isNew: false)
        }
        if let found { return found }
        return try openAccount(for: entry)
    }

    private func openAccount(for entry: Bytes32) throws(VaultError) -> DirectoryAccount {
        let reference = SubjectReference(bits: try drawBits())
        let vault = try make("account", day: nil)
        try reading { () throws(SQLiteError) in
            try addEntry.bind(1, entry.bytes)
            try addEntry.bind(2, reference.bits)
            try addEntry.bind(3, vault.bits)
            try addEntry.run()
        }
        return DirectoryAccount(reference: reference, vault: vault, isNew: true)
    }

    func dayVault(_ day: Int64) throws(VaultError) -> VaultID {
        let found = try reading { () throws(SQLiteError) -> VaultID? in
            try findDay.bind(1, day)
            return try firstVault(findDay)
        }
        if let found { return found }
        return try make("day", day: day)
    }

    func ledgerVault() throws(VaultError) -> VaultID {
        if let found = try reading({ () throws(SQLiteError) in try firstVault(findLedger) }) { return found }
        return try make("ledger", day: nil)
    }

    /// nil when the vault was destroyed or never was.
    func key(of vault: VaultID) throws(VaultError) -> VaultKey? {
        let wrapped = try reading { () throws(SQLiteError) -> [UInt8]? in
            try findKey.bind(1, vault.bits)
            guard try findKey.step() else { return nil }
            defer { findKey.reset() }
            return findKey.bytes(0)
        }
        guard let wrapped else { return nil }
        do throws(CryptoError) {
            return VaultKey(try AESKeyWrap.unwrap(wrapped, under: epochKey))
        } catch {
            throw .crypto(error)
        }
    }

    private func make(_ kind: String, day: Int64?) throws(VaultError) -> VaultID {
        let vault = VaultID(bits: try drawBits())
        let wrapped: [UInt8]
        do throws(CryptoError) {
            wrapped = try AESKeyWrap.wrap(try SecretBytes.random(count: AESGCM.keyLength), under: epochKey)
        } catch {
            throw .crypto(error)
        }
        try reading { () throws(SQLiteError) in
            try addVault.bind(1, vault.bits)
            try addVault.bind(2, kind)
            if let day { try addVault.bind(3, day) } else { try addVault.bindNull(3) }
            try addVault.bind(4, wrapped)
            try addVault.run()
        }
        return vault
    }

    private func firstVault(_ statement: SQLiteStatement) throws(SQLiteError) -> VaultID? {
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return VaultID(bits: bits(statement.blob(0)))
    }

    private func reading<Output>(_ body: () throws(SQLiteError) -> Output) throws(VaultError) -> Output {
        do throws(SQLiteError) {
            return try body()
        } catch {
            throw .unavailable(error.description)
        }
    }

    private func drawBits() throws(VaultError) -> UInt128 {
        do throws(CryptoError) {
            let high = try SecureRandom.uint64()
            return UInt128(high) << 64 | UInt128(try SecureRandom.uint64())
        } catch {
            throw .crypto(error)
        }
    }
}

private func bits(_ bytes: UnsafeRawBufferPointer) -> UInt128 {
    bytes.reduce(0) { $0 << 8 | UInt128($1) }
}
