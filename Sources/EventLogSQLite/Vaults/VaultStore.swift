public import AuthorizationCore
public import EventLog
public import LedgerCrypto
internal import LedgerSchema
internal import Threads

/// Vault keys and the directory in one SQLite file, written by one thread with group commit.
///
/// Who was seen before is answered from memory or by a read; only a new person, day or ledger costs a commit.
public final class VaultStore: Vaults {
    /// Directory entries and vault keys that are kept in memory, each.
    private static let maximumKept = 65_536

    private struct Kept {
        var accounts: [Bytes32: DirectoryAccount] = [:]
        var days: [Int64: VaultID] = [:]
        var ledger: VaultID?
        var keys: [VaultID: VaultKey] = [:]
    }

    private let kept = Locked(Kept())
    private let queue: VaultQueue
    private let thread: Locked<WorkerThread?>
    private let lock: WriterLock

    private init(queue: VaultQueue, thread: WorkerThread, lock: WriterLock) {
        self.queue = queue
        self.thread = Locked(thread)
        self.lock = lock
    }

    /// Makes an empty vault file, mode 0600. Nothing may be there yet.
    public static func create(at path: String, epochKey: consuming SecretBytes) throws(OpenError) -> VaultStore {
        try LedgerFile.create(path) { (connection) throws(SQLiteError) in
            try connection.execute("BEGIN")
            try connection.execute(LedgerSchema.vaults)
            try connection.execute("COMMIT")
        }
        return try open(at: path, epochKey: epochKey)
    }

    /// Opens a vault file. The epoch key unwraps the vault keys.
    public static func open(at path: String, epochKey: consuming SecretBytes) throws(OpenError) -> VaultStore {
        try LedgerFile.check(path)
        let lock = try WriterLock(of: path)
        let connection = try opening(path) { () throws(SQLiteError) in try SQLiteConnection(path, .writing) }
        try LedgerFile.checkSchema(of: connection, path: path, application: LedgerSchema.vaultsApplicationID)
        let queue = VaultQueue()
        let table = try VaultTable(connection, path: path, epochKey: epochKey)
        // Not shared: from here on only the vault thread touches the table and its connection.
        nonisolated(unsafe) let owned = table
        let thread = WorkerThread(name: "vaults") { queue.serve(owned) }
        return VaultStore(queue: queue, thread: thread, lock: lock)
    }

    /// Finishes what waits and closes the file.
    public func close() async {
        queue.close()
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
        lock.unlock()
    }

    public func account(for entry: Bytes32) async throws(VaultError) -> DirectoryAccount {
        if let account = kept.withLock({ $0.accounts[entry] }) { return account }
        let found = try await queue.ask { (table) throws(VaultError) in try table.account(for: entry) }
        kept.withLock { kept in
            if kept.accounts.count >= Self.maximumKept { kept.accounts.removeAll(keepingCapacity: true) }
            // Whoever comes next is no longer new.
            kept.accounts[entry] = DirectoryAccount(reference: found.reference, vault: found.vault, isNew: false)
        }
        return found
    }

    public func dayVault(_ day: Int64) async throws(VaultError) -> VaultID {
        if let vault = kept.withLock({ $0.days[day] }) { return vault }
        let vault = try await queue.ask { (table) throws(VaultError) in try table.dayVault(day) }
        kept.withLock { kept in
            if kept.days.count >= 64 { kept.days.removeAll() }
            kept.days[day] = vault
        }
        return vault
    }

    public func ledgerVault() async throws(VaultError) -> VaultID {
        if let vault = kept.withLock({ $0.ledger }) { return vault }
        let vault = try await queue.ask { (table) throws(VaultError) in try table.ledgerVault() }
        kept.withLock { $0.ledger = vault }
        return vault
    }

    public func seal(
        _ value: [UInt8], field: String, blind: Bytes16, vault: VaultID
    ) async throws -> Sealed {
        guard let key = try await key(of: vault) else { throw VaultError.destroyed(vault) }
        do throws(CryptoError) {
            return try Sealing.seal(value, field: field, blind: blind, vault: vault, key: key.secret)
        } catch {
            throw VaultError.crypto(error)
        }
    }

    public func open(
        _ record: [UInt8], of sealed: SealedValue, field: String, blind: Bytes16
    ) async throws(VaultError) -> [UInt8]? {
        guard let key = try await key(of: sealed.vault) else { return nil }
        return Sealing.open(record, of: sealed, field: field, blind: blind, key: key.secret)
    }

    private func key(of vault: VaultID) async throws(VaultError) -> VaultKey? {
        if let key = kept.withLock({ $0.keys[vault] }) { return key }
        let found = try await queue.ask { (table) throws(VaultError) -> VaultKey? in try table.key(of: vault) }
        guard let key = found else { return nil }
        kept.withLock { kept in
            if kept.keys.count >= Self.maximumKept { kept.keys.removeAll(keepingCapacity: true) }
            kept.keys[vault] = key
        }
        return key
    }
}

/// A vault's key in memory, wiped when the last user lets go.
final class VaultKey: Sendable {
    let secret: SecretBytes

    init(_ secret: consuming SecretBytes) {
        self.secret = secret
    }
}
