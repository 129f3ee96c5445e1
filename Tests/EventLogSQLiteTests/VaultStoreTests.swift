import AuthorizationCore
import EventLog
import EventLogSQLite
import Foundation
import LedgerCrypto
import Testing

@Suite struct VaultStoreTests {
    private let folder = TemporaryFolder()
    private var path: String { folder.file("ledger.vaults") }
    private static let epoch = [UInt8](repeating: 7, count: 32)

    private func make() throws -> VaultStore {
        try VaultStore.create(at: path)
        return try open()
    }

    private func open(epoch: [UInt8] = epoch) throws(OpenError) -> VaultStore {
        try VaultStore.open(at: path, epochKey: SecretBytes(copying: epoch))
    }

    private func key(_ store: VaultStore, _ vault: VaultID) throws -> [UInt8]? {
        guard let key = try store.vaultKey(vault) else { return nil }
        return key.withUnsafeBytes { [UInt8]($0) }
    }

    @Test func `of 64 that ask for one subject at once, all get one reference and one gets the vault`() async throws {
        let store = try make()
        let entries = try await withThrowingTaskGroup(of: VaultStore.Entry.self) { group in
            for _ in 0..<64 {
                group.addTask { try await store.openAccount(directoryKey: Bytes32(first: 1)) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(entries.map(\.reference)).count == 1)
        let new = entries.filter(\.isNew)
        #expect(new.count == 1)
        #expect(entries.filter { $0.vault != nil } == new)
        let other = try await store.reference(forDirectoryKey: Bytes32(first: 2))
        #expect(other.isNew && other.vault == nil && other.reference != entries[0].reference)
        await store.stop()
    }

    @Test func `what was given is there again after the file was opened again`() async throws {
        let store = try make()
        let entry = try await store.openAccount(directoryKey: Bytes32(first: 1))
        let vaults = [
            try #require(entry.vault), try await store.newAccountVault(), try await store.dayVault(day: 20_000),
            try await store.dayVault(day: 20_001), try await store.ledgerVault(),
        ]
        #expect(Set(vaults).count == 5)
        let keys = try vaults.map { try key(store, $0) }
        #expect(Set(keys).count == 5 && keys.allSatisfy { $0?.count == 32 })
        await store.stop()
        let reopened = try open()
        let again = try await reopened.openAccount(directoryKey: Bytes32(first: 1))
        #expect(again.reference == entry.reference && !again.isNew && again.vault == nil)
        #expect(try await reopened.dayVault(day: 20_000) == vaults[2])
        #expect(try await reopened.dayVault(day: 20_001) == vaults[3])
        #expect(try await reopened.ledgerVault() == vaults[4])
        #expect(try vaults.map { try key(reopened, $0) } == keys)
        await reopened.stop()
    }

    @Test func `of 64 that ask for a day's vault at once, all get the same`() async throws {
        let store = try make()
        let vaults = try await withThrowingTaskGroup(of: VaultID.self) { group in
            for _ in 0..<64 { group.addTask { try await store.dayVault(day: 20_000) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(vaults).count == 1)
        await store.stop()
    }

    @Test func `a destroyed vault has no key, and its subject is forgotten`() async throws {
        let store = try make()
        let entry = try await store.openAccount(directoryKey: Bytes32(first: 1))
        let vault = try #require(entry.vault)
        let kept = try await store.ledgerVault()
        #expect(try key(store, vault) != nil)
        #expect(try !store.isDestroyed(vault))
        try await store.destroy([vault], forgetting: [entry.reference])
        func check(_ store: VaultStore) throws {
            #expect(try key(store, vault) == nil)
            #expect(try store.isDestroyed(vault))
            #expect(try store.destroyedVaults() == [vault])
            #expect(try key(store, kept) != nil)
        }
        try check(store)
        await store.stop()
        let reopened = try open()
        try check(reopened)
        let again = try await reopened.reference(forDirectoryKey: Bytes32(first: 1))
        #expect(again.isNew && again.reference != entry.reference)
        await reopened.stop()
    }

    @Test func `the wrapped key of a destroyed vault is in no file`() async throws {
        let store = try make()
        let vault = try await store.newAccountVault()
        let raw = Array(try #require(try key(store, vault)))
        let wrapped = try AESKeyWrap.wrap(SecretBytes(copying: raw), under: SecretBytes(copying: Self.epoch))
        func holders() throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { name in
                let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
                return bytes.range(of: Data(wrapped)) != nil
            }
        }
        #expect(try !holders().isEmpty)
        try await store.destroy([vault])
        #expect(try holders().isEmpty)
        await store.stop()
    }

    @Test func `keys do not open under another epoch key`() async throws {
        let store = try make()
        let vault = try await store.newAccountVault()
        await store.stop()
        let wrong = try open(epoch: [UInt8](repeating: 8, count: 32))
        #expect(throws: VaultError.notWrappedUnderEpoch(vault)) { _ = try key(wrong, vault) }
        #expect(try key(wrong, VaultID(bits: 1)) == nil)
        await wrong.stop()
    }

    @Test func `a vault file is refused while another has it open, and a ledger is no vault file`() async throws {
        let store = try make()
        #expect(throws: OpenError.inUse(path: path)) { _ = try open() }
        #expect(throws: OpenError.alreadyExists(path: path)) { try VaultStore.create(at: path) }
        await store.stop()
        let ledger = folder.file("ledger")
        try SQLiteEventStore.create(at: ledger, first: [Sample.created]) { TestClock().read() }
        #expect(throws: OpenError.notALedger(path: ledger, .otherApplication)) {
            _ = try VaultStore.open(at: ledger, epochKey: SecretBytes(copying: Self.epoch))
        }
        #expect(throws: OpenError.notALedger(path: path, .otherApplication)) {
            _ = try SQLiteEventStore.open(at: path) { TestClock().read() }
        }
    }

    @Test func `after the end nothing is given`() async throws {
        let store = try make()
        await store.stop()
        await #expect(throws: VaultError.stopped("the vaults were closed")) { try await store.ledgerVault() }
    }
}
