import AuthorizationCore
import EventLog
import LedgerCrypto
import Threads

/// Vaults and a directory in memory. Sealing is the real one.
final class FakeVaults: EndingVaults {
    private struct Content {
        var keys: [VaultID: [UInt8]] = [:]
        var accounts: [Bytes32: DirectoryAccount] = [:]
        var days: [Int64: VaultID] = [:]
        var ledger: VaultID?
        var tombstones: [VaultID: Tombstone] = [:]
        var epochSince = Timestamp()
        var epochChanges = 0
        var failure: VaultError?
    }

    private let content = Locked(Content())

    func account(for entry: Bytes32) async throws(VaultError) -> DirectoryAccount {
        if let known = content.withLock({ $0.accounts[entry] }) { return known }
        let account = DirectoryAccount(
            reference: SubjectReference(bits: try bits()), vault: try makeVault(), isNew: true)
        return content.withLock { content in
            if let known = content.accounts[entry] { return known }
            var kept = account
            kept.isNew = false
            content.accounts[entry] = kept
            return account
        }
    }

    func dayVault(_ day: Int64) async throws(VaultError) -> VaultID {
        let fresh = try makeVault()
        return content.withLock { content in
            let vault = content.days[day] ?? fresh
            content.days[day] = vault
            return vault
        }
    }

    func ledgerVault() async throws(VaultError) -> VaultID {
        let fresh = try makeVault()
        return content.withLock { content in
            let vault = content.ledger ?? fresh
            content.ledger = vault
            return vault
        }
    }

    func seal(
        _ value: [UInt8], field: String, blind: Bytes16, vault: VaultID
    ) async throws -> Sealed {
        guard let key = content.withLock({ $0.keys[vault] }) else { throw VaultError.destroyed(vault) }
        do throws(CryptoError) {
            return try Sealing.seal(
                value, field: field, blind: blind, vault: vault, key: SecretBytes(copying: key))
        } catch {
            throw VaultError.crypto(error)
        }
    }

    func open(
        _ record: [UInt8], of sealed: SealedValue, field: String, blind: Bytes16
    ) async throws(VaultError) -> [UInt8]? {
        guard let key = content.withLock({ $0.keys[sealed.vault] }) else { return nil }
        return Sealing.open(record, of: sealed, field: field, blind: blind, key: SecretBytes(copying: key))
    }

    /// Forgets a vault's key.
    func destroy(_ vault: VaultID) {
        content.withLock { $0.keys[vault] = nil }
    }

    // MARK: The end of vaults

    func destroy(_ vaults: [VaultLabel]) async throws(VaultError) {
        try content.withLock { (content) throws(VaultError) in
            if let failure = content.failure { throw failure }
            for vault in vaults {
                content.keys[vault.id] = nil
                content.days = content.days.filter { $0.value != vault.id }
                let isThere = content.tombstones[vault.id] != nil
                if !isThere { content.tombstones[vault.id] = Tombstone(vault: vault, isEmptied: false) }
            }
        }
    }

    func tombstones() async throws(VaultError) -> [Tombstone] { content.withLock { Array($0.tombstones.values) } }

    func noteEmptied(_ vaults: [VaultID]) async throws(VaultError) {
        content.withLock { content in
            for vault in vaults { content.tombstones[vault]?.isEmptied = true }
        }
    }

    func dayVaults(through day: Int64) async throws(VaultError) -> [VaultLabel] {
        content.withLock { content in
            content.days.filter { $0.key <= day }.sorted { $0.key < $1.key }
                .map { VaultLabel(id: $0.value, kind: .day, day: $0.key) }
        }
    }

    func changeEpoch(at now: Timestamp) async throws(VaultError) {
        content.withLock { content in
            content.epochSince = now
            content.epochChanges += 1
        }
    }

    var census: VaultCensus {
        content.withLock { content in
            var census = VaultCensus()
            census.accounts = Int64(content.accounts.count)
            census.days = Int64(content.days.count)
            census.oldestDay = content.days.keys.min()
            census.destroyed = Int64(content.tombstones.count)
            census.epochSince = content.epochSince
            return census
        }
    }

    var days: [Int64] { content.withLock { $0.days.keys.sorted() } }
    var epochChanges: Int { content.withLock { $0.epochChanges } }

    /// Nothing can be destroyed until this is called with nil.
    func fail(_ error: VaultError?) { content.withLock { $0.failure = error } }

    /// A vault file that was put back from a copy: keys are there again, and no tombstone.
    func restore(_ vault: VaultID, day: Int64) throws {
        let key = try SecureRandom.bytes(32)
        content.withLock { content in
            content.keys[vault] = key
            content.days[day] = vault
            content.tombstones[vault] = nil
        }
    }

    private func makeVault() throws(VaultError) -> VaultID {
        let vault = VaultID(bits: try bits())
        let key: [UInt8]
        do throws(CryptoError) { key = try SecureRandom.bytes(32) } catch { throw .crypto(error) }
        content.withLock { $0.keys[vault] = key }
        return vault
    }

    private func bits() throws(VaultError) -> UInt128 {
        do throws(CryptoError) {
            return UInt128(try SecureRandom.uint64()) << 64 | UInt128(try SecureRandom.uint64())
        } catch {
            throw .crypto(error)
        }
    }
}
