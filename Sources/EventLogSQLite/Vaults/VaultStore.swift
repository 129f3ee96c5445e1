public import AuthorizationCore
public import EventLog
internal import LedgerCrypto
internal import LedgerSchema
internal import Threads

/// Vault keys and the directory in one SQLite file, written by one thread with group commit.
///
/// Who was seen before is answered from memory or by a read; only a new person, day or ledger costs a commit. That goes
/// on while the epoch key changes.
public final class VaultStore: EndingVaults {
    /// Directory entries and vault keys that are kept in memory, each.
    private static let maximumKept = 65_536

    private struct Kept {
        var accounts: [Bytes32: DirectoryAccount] = [:]
        var days: [Int64: VaultID] = [:]
        var ledger: VaultID?
        var keys: [VaultID: VaultKey] = [:]
        /// Grows with every destruction: an answer that was on its way meanwhile is not kept.
        var destructions = 0

        mutating func forget(_ vaults: Set<VaultID>) {
            destructions += 1
            for vault in vaults { keys[vault] = nil }
            days = days.filter { !vaults.contains($0.value) }
            accounts = accounts.filter { !vaults.contains($0.value.vault) }
        }
    }

    private let kept = Locked(Kept())
    private let queue: VaultQueue
    private let published: Locked<VaultCensus>
    private let thread: Locked<WorkerThread?>
    private let lock: WriterLock
    /// The newest change of the epoch key: one at a time.
    private let changes = Locked<Task<Void, any Error>?>(nil)

    private init(queue: VaultQueue, published: Locked<VaultCensus>, thread: WorkerThread, lock: WriterLock) {
        self.queue = queue
        self.published = published
        self.thread = Locked(thread)
        self.lock = lock
    }

    /// Makes an empty vault file, mode 0600. Nothing may be there yet.
    ///
    /// `indexCheck` is what ``KeyCheck`` gives for the index key, under which the directory's entries are made.
    public static func create(
        at path: String, keys: any EpochKeys, indexCheck: Bytes32, at now: Timestamp
    ) throws(OpenError) {
        let meta: VaultMeta
        do {
            meta = try VaultMeta(epochKey: try keys.current(), indexCheck: indexCheck.bytes, since: now)
        } catch let error as EpochKeyError {
            throw .unreadable(path: path, error.reason)
        } catch {
            throw .unreadable(path: path, "\(error)")
        }
        try LedgerFile.create(path) { (connection) throws(SQLiteError) in
            try connection.execute("BEGIN")
            try connection.execute(LedgerSchema.vaults)
            try meta.write(to: connection)
            try connection.execute("COMMIT")
        }
    }

    /// Opens a vault file, and brings an interrupted change of its epoch key to an end. Keys that are not the file's are
    /// noticed: ``OpenError/wrongKey(path:key:)``.
    public static func open(
        at path: String, keys: any EpochKeys, indexCheck: Bytes32
    ) throws(OpenError) -> VaultStore {
        try LedgerFile.check(path)
        let lock = try WriterLock(of: path)
        let table = VaultTable(
            try VaultOpening(path, keys: keys, indexCheck: indexCheck), path: path, keys: keys)
        let queue = VaultQueue()
        let published = table.published
        // Not shared: from here on only the vault thread touches the table and its connection.
        nonisolated(unsafe) let owned = table
        let thread = WorkerThread(name: "vaults") { queue.serve(owned) }
        return VaultStore(queue: queue, published: published, thread: thread, lock: lock)
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
        let (known, destructions) = kept.withLock { ($0.accounts[entry], $0.destructions) }
        if let known { return known }
        let found = try await queue.ask { (table) throws(VaultError) in try table.account(for: entry) }
        kept.withLock { kept in
            guard kept.destructions == destructions else { return }
            if kept.accounts.count >= Self.maximumKept { kept.accounts.removeAll(keepingCapacity: true) }
            // Whoever comes next is no longer new.
            kept.accounts[entry] = DirectoryAccount(reference: found.reference, vault: found.vault, isNew: false)
        }
        return found
    }

    public func dayVault(_ day: Int64) async throws(VaultError) -> VaultID {
        let (known, destructions) = kept.withLock { ($0.days[day], $0.destructions) }
        if let known { return known }
        let vault = try await queue.ask { (table) throws(VaultError) in try table.dayVault(day) }
        kept.withLock { kept in
            guard kept.destructions == destructions else { return }
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
        // Kept on the vault thread: nobody may keep a key after it was destroyed there.
        return try await queue.ask { [kept] (table) throws(VaultError) -> VaultKey? in
            guard let key = try table.key(of: vault) else { return nil }
            kept.withLock { kept in
                if kept.keys.count >= Self.maximumKept { kept.keys.removeAll(keepingCapacity: true) }
                kept.keys[vault] = key
            }
            return key
        }
    }
}

// MARK: The end of vaults

extension VaultStore {
    public var census: VaultCensus { published.withLock { $0 } }

    public func destroy(_ vaults: [VaultLabel]) async throws(VaultError) {
        guard !vaults.isEmpty else { return }
        try await queue.ask { [kept] (table) throws(VaultError) in
            try table.destroy(vaults)
            kept.withLock { $0.forget(Set(vaults.map(\.id))) }
        }
    }

    public func tombstones() async throws(VaultError) -> [Tombstone] {
        try await queue.ask { (table) throws(VaultError) in try table.tombstones() }
    }

    public func noteEmptied(_ vaults: [VaultID]) async throws(VaultError) {
        guard !vaults.isEmpty else { return }
        try await queue.ask { (table) throws(VaultError) in try table.noteEmptied(vaults) }
    }

    public func dayVaults(through day: Int64) async throws(VaultError) -> [VaultLabel] {
        try await queue.ask { (table) throws(VaultError) in try table.dayVaults(through: day) }
    }

    public func changeEpoch(at now: Timestamp) async throws(VaultError) {
        try await changeEpoch(at: now) { (_) throws(VaultError) in }
    }

    /// The same, with a look at the files after each step.
    package func changeEpoch(
        at now: Timestamp, after step: @escaping @Sendable (EpochStep) throws(VaultError) -> Void
    ) async throws(VaultError) {
        let mine = changes.withLock { last in
            let change = Task { [queue, previous = last] in
                _ = await previous?.result
                try await Self.changeEpoch(at: now, in: queue, after: step)
            }
            last = change
            return change
        }
        do {
            try await mine.value
        } catch let error as VaultError {
            throw error
        } catch {
            throw .unavailable("\(error)")
        }
    }

    private static func changeEpoch(
        at now: Timestamp, in queue: VaultQueue, after step: @escaping @Sendable (EpochStep) throws(VaultError) -> Void
    ) async throws {
        try await queue.doAlone { (table) throws(VaultError) in try table.beginChange(at: now, after: step) }
        // Between two steps whoever asked meanwhile is answered.
        while try await queue.doAlone({ (table) throws(VaultError) in try table.continueChange() }) {}
        try await queue.doAlone { (table) throws(VaultError) in try table.finishChange(after: step) }
    }
}

/// A vault's key in memory, wiped when the last user lets go.
final class VaultKey: Sendable {
    let secret: SecretBytes

    init(_ secret: consuming SecretBytes) {
        self.secret = secret
    }
}
