internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto
internal import Threads

/// The tables of the vault file. It belongs to the vault thread.
final class VaultTable {
    let path: String
    let epochKeys: any EpochKeys
    /// Nil while the file is being replaced, and for ever when no file could be opened afterwards.
    var open: VaultStatements?
    var epochKey: VaultKey
    /// What will take the file's place, while the epoch key changes.
    var draft: VaultDraft?
    /// The file is under ``epochKey`` already, but that key has not yet taken its predecessor's place.
    var adoptionIsDue = false
    /// Wrapped keys were deleted: the write-ahead log must be emptied after the commit.
    var logHoldsKeys = false
    var census: VaultCensus
    /// The census after the newest commit.
    let published: Locked<VaultCensus>
    /// After a failed commit nothing is known: every question is refused until the file is opened anew.
    var failure: VaultError?

    init(_ opening: VaultOpening, path: String, keys: any EpochKeys) {
        self.path = path
        epochKeys = keys
        open = opening.statements
        epochKey = opening.epochKey
        census = opening.census
        published = Locked(census)
    }

    /// Runs all of `body` in one transaction; the answers count only where `error` is nil.
    func inTransaction<Answer>(_ body: () -> [Answer]) -> (answers: [Answer], error: VaultError?) {
        if let failure { return (body(), failure) }
        guard let connection = open?.connection else { return (body(), Self.closed) }
        var answers: [Answer] = []
        do throws(SQLiteError) {
            try connection.execute("BEGIN IMMEDIATE")
            answers = body()
            try connection.execute("COMMIT")
            if logHoldsKeys {
                // Busy while somebody reads the file: then after a later commit.
                logHoldsKeys = try !connection.checkpoint(.truncate)
            } else if connection.waitingPages > 1_000 {
                try connection.checkpoint(.passive)
            }
            published.withLock { $0 = census }
            return (answers, nil)
        } catch {
            let unavailable = VaultError.unavailable(error.description)
            failure = unavailable
            return (answers.isEmpty ? body() : answers, unavailable)
        }
    }

    func account(for entry: Bytes32) throws(VaultError) -> DirectoryAccount {
        let found = try reading { (open) throws(SQLiteError) -> DirectoryAccount? in
            try open.findEntry.bind(1, entry.bytes)
            guard try open.findEntry.step() else { return nil }
            defer { open.findEntry.reset() }
            return DirectoryAccount(
                reference: SubjectReference(bits: bits(open.findEntry.blob(0))),
                vault: VaultID(bits: bits(open.findEntry.blob(1))),
                isNew: false)
        }
        if let found { return found }
        return try openAccount(for: entry)
    }

    private func openAccount(for entry: Bytes32) throws(VaultError) -> DirectoryAccount {
        let reference = SubjectReference(bits: try drawBits())
        let vault = try make("account", day: nil)
        census.accounts += 1
        try reading { (open) throws(SQLiteError) in
            try open.addEntry.bind(1, entry.bytes)
            try open.addEntry.bind(2, reference.bits)
            try open.addEntry.bind(3, vault.bits)
            try open.addEntry.run()
        }
        return DirectoryAccount(reference: reference, vault: vault, isNew: true)
    }

    func dayVault(_ day: Int64) throws(VaultError) -> VaultID {
        let found = try reading { (open) throws(SQLiteError) -> VaultID? in
            try open.findDay.bind(1, day)
            return try firstVault(open.findDay)
        }
        if let found { return found }
        let vault = try make("day", day: day)
        census.days += 1
        census.oldestDay = min(census.oldestDay ?? day, day)
        return vault
    }

    func ledgerVault() throws(VaultError) -> VaultID {
        let found = try reading { (open) throws(SQLiteError) in try firstVault(open.findLedger) }
        if let found { return found }
        return try make("ledger", day: nil)
    }

    /// nil when the vault was destroyed or never was.
    func key(of vault: VaultID) throws(VaultError) -> VaultKey? {
        let wrapped = try reading { (open) throws(SQLiteError) -> [UInt8]? in
            try open.findVault.bind(1, vault.bits)
            guard try open.findVault.step() else { return nil }
            defer { open.findVault.reset() }
            return open.findVault.bytes(0)
        }
        guard let wrapped else { return nil }
        do throws(CryptoError) {
            return VaultKey(try AESKeyWrap.unwrap(wrapped, under: epochKey.secret))
        } catch {
            throw .crypto(error)
        }
    }

    private func make(_ kind: String, day: Int64?) throws(VaultError) -> VaultID {
        let vault = VaultID(bits: try drawBits())
        let wrapped: [UInt8]
        do throws(CryptoError) {
            wrapped = try AESKeyWrap.wrap(try SecretBytes.random(count: AESGCM.keyLength), under: epochKey.secret)
        } catch {
            throw .crypto(error)
        }
        try reading { (open) throws(SQLiteError) in
            try open.addVault.bind(1, vault.bits)
            try open.addVault.bind(2, kind)
            if let day { try open.addVault.bind(3, day) } else { try open.addVault.bindNull(3) }
            try open.addVault.bind(4, wrapped)
            try open.addVault.run()
        }
        draft?.touched.insert(vault)
        return vault
    }

    private func firstVault(_ statement: SQLiteStatement) throws(SQLiteError) -> VaultID? {
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return VaultID(bits: bits(statement.blob(0)))
    }

    func reading<Output>(_ body: (VaultStatements) throws(SQLiteError) -> Output) throws(VaultError) -> Output {
        guard let open else { throw Self.closed }
        do throws(SQLiteError) {
            return try body(open)
        } catch {
            throw .unavailable(error.description)
        }
    }

    static let closed = VaultError.unavailable("the vault file is not open")

    private func drawBits() throws(VaultError) -> UInt128 {
        do throws(CryptoError) {
            let high = try SecureRandom.uint64()
            return UInt128(high) << 64 | UInt128(try SecureRandom.uint64())
        } catch {
            throw .crypto(error)
        }
    }
}

/// The number that 16 bytes of a column are.
func bits(_ bytes: UnsafeRawBufferPointer) -> UInt128 {
    bytes.reduce(0) { $0 << 8 | UInt128($1) }
}
