internal import AuthorizationCore

/// What can be looked up in a vault file.
struct VaultLookups {
    private let wrapped: SQLiteStatement
    private let ofDay: SQLiteStatement
    private let ofLedger: SQLiteStatement
    private let reference: SQLiteStatement
    private let tombstone: SQLiteStatement
    private let tombstones: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        wrapped = try connection.prepare("SELECT wrapped FROM vault WHERE id = ?1")
        ofDay = try connection.prepare("SELECT id FROM vault WHERE kind = 'day' AND day = ?1")
        ofLedger = try connection.prepare("SELECT id FROM vault WHERE kind = 'ledger'")
        reference = try connection.prepare("SELECT ref FROM directory WHERE mac = ?1")
        tombstone = try connection.prepare("SELECT 1 FROM tombstone WHERE id = ?1")
        tombstones = try connection.prepare("SELECT id FROM tombstone ORDER BY id")
    }

    func wrappedKey(of vault: VaultID) throws(SQLiteError) -> [UInt8]? {
        try wrapped.bind(1, vault.bits)
        guard try wrapped.step() else { return nil }
        defer { wrapped.reset() }
        return wrapped.bytes(0)
    }

    func vault(of kind: VaultKind) throws(SQLiteError) -> VaultID? {
        let statement: SQLiteStatement
        switch kind {
        case .account: return nil
        case .ledger: statement = ofLedger
        case .day(let day):
            statement = ofDay
            try statement.bind(1, day)
        }
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.bits(0).map { VaultID(bits: $0) }
    }

    func reference(of directoryKey: Bytes32) throws(SQLiteError) -> SubjectReference? {
        try reference.bind(1, directoryKey.bytes)
        guard try reference.step() else { return nil }
        defer { reference.reset() }
        return reference.bits(0).map { SubjectReference(bits: $0) }
    }

    func isDestroyed(_ vault: VaultID) throws(SQLiteError) -> Bool {
        try tombstone.bind(1, vault.bits)
        guard try tombstone.step() else { return false }
        tombstone.reset()
        return true
    }

    func destroyedVaults() throws(SQLiteError) -> [VaultID] {
        var vaults: [VaultID] = []
        while try tombstones.step() {
            if let bits = tombstones.bits(0) { vaults.append(VaultID(bits: bits)) }
        }
        return vaults
    }
}

/// What can be changed in a vault file.
struct VaultChanges {
    let begin: SQLiteStatement
    let commit: SQLiteStatement
    private let addVault: SQLiteStatement
    private let addReference: SQLiteStatement
    private let removeVault: SQLiteStatement
    private let removeReference: SQLiteStatement
    private let addTombstone: SQLiteStatement

    init(_ connection: SQLiteConnection) throws(SQLiteError) {
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        addVault = try connection.prepare("INSERT INTO vault (id, kind, day, wrapped) VALUES (?1, ?2, ?3, ?4)")
        addReference = try connection.prepare("INSERT INTO directory (mac, ref) VALUES (?1, ?2)")
        removeVault = try connection.prepare("DELETE FROM vault WHERE id = ?1")
        removeReference = try connection.prepare("DELETE FROM directory WHERE ref = ?1")
        addTombstone = try connection.prepare("INSERT OR IGNORE INTO tombstone (id) VALUES (?1)")
    }

    func add(_ vault: VaultID, _ kind: VaultKind, wrapped: [UInt8]) throws(SQLiteError) {
        try addVault.bind(1, vault.bits)
        switch kind {
        case .account:
            try addVault.bind(2, "account")
            try addVault.bindNull(3)
        case .day(let day):
            try addVault.bind(2, "day")
            try addVault.bind(3, day)
        case .ledger:
            try addVault.bind(2, "ledger")
            try addVault.bindNull(3)
        }
        try addVault.bind(4, wrapped)
        try addVault.run()
    }

    func add(_ reference: SubjectReference, for directoryKey: Bytes32) throws(SQLiteError) {
        try addReference.bind(1, directoryKey.bytes)
        try addReference.bind(2, reference.bits)
        try addReference.run()
    }

    /// The tombstone stands even for a vault that is not there: a restored copy may hold it.
    func destroy(_ vault: VaultID) throws(SQLiteError) {
        try removeVault.bind(1, vault.bits)
        try removeVault.run()
        try addTombstone.bind(1, vault.bits)
        try addTombstone.run()
    }

    func forget(_ reference: SubjectReference) throws(SQLiteError) {
        try removeReference.bind(1, reference.bits)
        try removeReference.run()
    }
}

/// Whose values a vault's key seals.
enum VaultKind: Equatable {
    case account
    /// What was said on a UTC day before anybody was recognised, by days since 1970.
    case day(Int64)
    /// The ledger's free text.
    case ledger
}
