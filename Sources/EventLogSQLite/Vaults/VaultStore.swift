public import AuthorizationCore
public import LedgerCrypto
internal import LedgerSchema
internal import Threads

/// The keys of the vaults, wrapped under the epoch key, and the directory from subjects to their references.
///
/// What it gives is durable before it is given. What was given before is found in memory and costs no disk.
public final class VaultStore: Sendable {
    /// Keys, and references, that are held in memory.
    public static let maximumCached = 65_536
    /// Changes that may wait.
    public static let maximumQueued = 1_024

    private let queue: VaultQueue
    private let lookups: Locked<KnownVaults>
    private let epoch: Epoch
    private let lock: WriterLock
    private let thread: Locked<WorkerThread?>

    private init(queue: VaultQueue, lookups: KnownVaults, epoch: Epoch, lock: WriterLock, vaultThread: VaultThread) {
        self.queue = queue
        self.lookups = Locked(lookups)
        self.epoch = epoch
        self.lock = lock
        thread = Locked(WorkerThread(name: "ledger-vaults") { withExtendedLifetime(lock) { vaultThread.run() } })
    }

    deinit { queue.close(because: "the vaults were closed") }

    /// Makes an empty vault file. Throws ``OpenError``.
    public static func create(at path: String) throws(OpenError) {
        try LedgerFile.create(path) { (connection) throws(SQLiteError) in
            try connection.execute("BEGIN")
            try connection.execute(LedgerSchema.vaults)
            try connection.execute("COMMIT")
        }
    }

    /// Opens a vault file. The epoch key has 32 bytes; it is used, not checked: see ``vaultKey(_:)``.
    public static func open(at path: String, epochKey: consuming SecretBytes) throws(OpenError) -> VaultStore {
        try LedgerFile.check(path)
        let lock = try WriterLock(of: path)
        let connection = try opening(path) { () throws(SQLiteError) in try SQLiteConnection(path, .writing) }
        try LedgerFile.checkSchema(of: connection, path: path, application: LedgerSchema.vaultsApplicationID)
        let queue = VaultQueue(maximumWaiting: maximumQueued)
        let thread = try opening(path) { () throws(SQLiteError) in
            try connection.makeDurable()
            try connection.execute("PRAGMA secure_delete = ON")
            return try VaultThread(connection, queue: queue)
        }
        let known = try opening(path) { () throws(SQLiteError) in
            try KnownVaults(try SQLiteConnection(path, .reading), maximumCached: maximumCached)
        }
        return VaultStore(queue: queue, lookups: known, epoch: Epoch(epochKey), lock: lock, vaultThread: thread)
    }

    /// Makes what is queued durable, and closes.
    public func stop() async {
        queue.close(because: "the vaults were closed")
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
        lookups.withLock { $0.close() }
        lock.unlock()
    }

    // MARK: Keys

    /// The key of a vault: 32 bytes for ``Sealing``. Nil when the vault was destroyed or never was.
    public func vaultKey(_ id: VaultID) throws(VaultError) -> SecretBytes? {
        let key = try lookups.withLock { (known) throws(VaultError) in try known.key(of: id, under: epoch) }
        return key?.key.copy()
    }

    /// Whether the vault was destroyed, as its tombstone says.
    public func isDestroyed(_ id: VaultID) throws(VaultError) -> Bool {
        try lookups.withLock { (known) throws(VaultError) in
            try known.reading { (rows) throws(SQLiteError) in try rows.isDestroyed(id) }
        }
    }

    /// All tombstones, ascending.
    public func destroyedVaults() throws(VaultError) -> [VaultID] {
        try lookups.withLock { (known) throws(VaultError) in
            try known.reading { (rows) throws(SQLiteError) in try rows.destroyedVaults() }
        }
    }

    // MARK: Vaults

    /// The vault of a UTC day (days since 1970) for what is said before anybody is recognised. Made when first asked for.
    public func dayVault(day: Int64) async throws(VaultError) -> VaultID { try await sharedVault(.day(day)) }

    /// The vault for the ledger's free text. Made when first asked for.
    public func ledgerVault() async throws(VaultError) -> VaultID { try await sharedVault(.ledger) }

    /// A vault for one account.
    public func newAccountVault() async throws(VaultError) -> VaultID {
        let epoch = epoch
        return try await change { (_, changes) throws(VaultFault) in try changes.makeVault(.account, under: epoch) }
    }

    /// Deletes the keys and the directory rows, all or nothing, and leaves tombstones. Complete, that is gone from every
    /// copy, only when the next epoch begins.
    public func destroy(_ vaults: [VaultID], forgetting references: [SubjectReference] = []) async throws(VaultError) {
        let lookups = lookups
        try await change(empties: true) { (_, changes) throws(VaultFault) in
            do throws(SQLiteError) {
                for vault in vaults { try changes.destroy(vault) }
                for reference in references { try changes.forget(reference) }
            } catch {
                throw .database(error)
            }
        } committed: {
            lookups.withLock { $0.forget(vaults) }
        }
    }

    // MARK: Directory

    /// A subject's reference, and whether it is new.
    public struct Entry: Sendable, Equatable {
        public var reference: SubjectReference
        public var isNew: Bool
        /// A vault for the account to be opened; only for a new reference, and only where one was asked for.
        public var vault: VaultID?
    }

    /// The reference that stands for a directory key (a MAC over environment, user store, kind and value). A new one is
    /// random.
    public func reference(forDirectoryKey key: Bytes32) async throws(VaultError) -> Entry {
        try await entry(for: key, withVault: false)
    }

    /// The same; with a new reference comes the vault of its account, in one transaction.
    ///
    /// A crash may leave a reference without the event that opens its account: it is then not new and the log knows no
    /// account for it. Take ``newAccountVault()`` in that case.
    public func openAccount(directoryKey key: Bytes32) async throws(VaultError) -> Entry {
        try await entry(for: key, withVault: true)
    }

    private func entry(for key: Bytes32, withVault: Bool) async throws(VaultError) -> Entry {
        let known = try lookups.withLock { (known) throws(VaultError) in try known.reference(of: key) }
        if let known { return Entry(reference: known, isNew: false) }
        let epoch = epoch
        return try await change { (rows, changes) throws(VaultFault) in
            do throws(SQLiteError) {
                if let known = try rows.reference(of: key) { return Entry(reference: known, isNew: false) }
            } catch {
                throw .database(error)
            }
            let reference = SubjectReference(bits: try randomBits())
            let vault = withVault ? try changes.makeVault(.account, under: epoch) : nil
            do throws(SQLiteError) {
                try changes.add(reference, for: key)
            } catch {
                throw .database(error)
            }
            return Entry(reference: reference, isNew: true, vault: vault)
        }
    }

    private func sharedVault(_ kind: VaultKind) async throws(VaultError) -> VaultID {
        let known = try lookups.withLock { (known) throws(VaultError) in try known.sharedVault(kind) }
        if let known { return known }
        let epoch = epoch
        return try await change { (rows, changes) throws(VaultFault) in
            do throws(SQLiteError) {
                if let known = try rows.vault(of: kind) { return known }
            } catch {
                throw .database(error)
            }
            return try changes.makeVault(kind, under: epoch)
        }
    }

    /// Queues a change and returns when it is durable.
    private func change<Output: Sendable>(
        empties: Bool = false,
        _ body: @escaping @Sendable (VaultLookups, VaultChanges) throws(VaultFault) -> Output,
        committed: @escaping @Sendable () -> Void = {}
    ) async throws(VaultError) -> Output {
        let result = await withCheckedContinuation {
            (waiter: CheckedContinuation<Result<Output, VaultError>, Never>) in
            let change = VaultChange(
                apply: { (rows, changes) throws(VaultFault) in
                    let output = try body(rows, changes)
                    return {
                        committed()
                        waiter.resume(returning: .success(output))
                    }
                },
                fail: { waiter.resume(returning: .failure($0)) }, empties: empties)
            if let refusal = queue.offer(change) { waiter.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }
}
