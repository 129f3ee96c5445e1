import AuthorizationCore
import EventLog
import LedgerCrypto
import Threads

/// Vaults and a directory in memory. Sealing is the real one.
final class FakeVaults: Vaults {
    private struct Content {
        var keys: [VaultID: [UInt8]] = [:]
        var accounts: [Bytes32: DirectoryAccount] = [:]
        var days: [Int64: VaultID] = [:]
        var ledger: VaultID?
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
