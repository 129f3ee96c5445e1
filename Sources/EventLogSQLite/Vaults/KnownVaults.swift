internal import AuthorizationCore
internal import LedgerCrypto

/// The key under which vault keys are wrapped.
final class Epoch: Sendable {
    let key: SecretBytes

    init(_ key: consuming SecretBytes) { self.key = key }
}

/// A vault's key in memory.
final class OpenVault: Sendable {
    let key: SecretBytes

    init(_ key: consuming SecretBytes) { self.key = key }
}

/// What was looked up lately, and the connection for what was not.
///
/// A look-up and what it leaves in memory are one step under the owner's lock, and so is forgetting: a key that was
/// destroyed cannot come back from a look-up that began before.
struct KnownVaults {
    private var rows: VaultLookups?
    private var keys: RecentCache<VaultID, OpenVault>
    private var references: RecentCache<Bytes32, SubjectReference>
    private var days = RecentCache<Int64, VaultID>(maximumCount: 16)
    private var ledger: VaultID?

    init(_ connection: SQLiteConnection, maximumCached: Int) throws(SQLiteError) {
        rows = try VaultLookups(connection)
        keys = RecentCache(maximumCount: maximumCached)
        references = RecentCache(maximumCount: maximumCached)
    }

    func reading<Output>(_ body: (VaultLookups) throws(SQLiteError) -> Output) throws(VaultError) -> Output {
        guard let rows else { throw .stopped("the vaults were closed") }
        do throws(SQLiteError) {
            return try body(rows)
        } catch {
            throw .unreadable(error.description)
        }
    }

    mutating func key(of vault: VaultID, under epoch: Epoch) throws(VaultError) -> OpenVault? {
        if let known = keys.value(of: vault) { return known }
        guard let wrapped = try reading({ (rows) throws(SQLiteError) in try rows.wrappedKey(of: vault) }) else {
            return nil
        }
        let open: OpenVault
        do throws(CryptoError) {
            open = OpenVault(try AESKeyWrap.unwrap(wrapped, under: epoch.key))
        } catch {
            throw error == .authenticationFailed ? .notWrappedUnderEpoch(vault) : .crypto(error)
        }
        keys.set(vault, open)
        return open
    }

    mutating func reference(of directoryKey: Bytes32) throws(VaultError) -> SubjectReference? {
        if let known = references.value(of: directoryKey) { return known }
        let found = try reading { (rows) throws(SQLiteError) in try rows.reference(of: directoryKey) }
        if let found { references.set(directoryKey, found) }
        return found
    }

    mutating func sharedVault(_ kind: VaultKind) throws(VaultError) -> VaultID? {
        switch kind {
        case .account: return nil
        case .ledger: if let ledger { return ledger }
        case .day(let day): if let known = days.value(of: day) { return known }
        }
        guard let found = try reading({ (rows) throws(SQLiteError) in try rows.vault(of: kind) }) else { return nil }
        switch kind {
        case .account: break
        case .ledger: ledger = found
        case .day(let day): days.set(day, found)
        }
        return found
    }

    mutating func forget(_ vaults: [VaultID]) {
        for vault in vaults { keys.remove(vault) }
        // The directory is held by key, not by reference: what was forgotten is read again.
        references.removeAll()
        days.removeAll()
        ledger = nil
    }

    mutating func close() {
        rows = nil
        keys.removeAll()
        references.removeAll()
    }
}

extension VaultChanges {
    /// Adds a vault with a fresh key.
    func makeVault(_ kind: VaultKind, under epoch: Epoch) throws(VaultFault) -> VaultID {
        let vault = VaultID(bits: try randomBits())
        let wrapped: [UInt8]
        do throws(CryptoError) {
            wrapped = try AESKeyWrap.wrap(try SecretBytes.random(count: AESGCM.keyLength), under: epoch.key)
        } catch {
            throw .refused(.crypto(error))
        }
        do throws(SQLiteError) {
            try add(vault, kind, wrapped: wrapped)
        } catch {
            throw .database(error)
        }
        return vault
    }
}

func randomBits() throws(VaultFault) -> UInt128 {
    do throws(CryptoError) {
        return UInt128(try SecureRandom.uint64()) << 64 | UInt128(try SecureRandom.uint64())
    } catch {
        throw .refused(.crypto(error))
    }
}
