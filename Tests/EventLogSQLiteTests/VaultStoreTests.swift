import AuthorizationCore
import EventLog
import EventLogSQLite
import Foundation
import LedgerCrypto
import Testing

@Suite struct VaultStoreTests {
    private func path() -> String { NSTemporaryDirectory() + "vaults-\(UUID().uuidString)" }

    @Test func `what is sealed for a vault opens again, also after the file was closed`() async throws {
        let path = path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let epoch = try SecretBytes.random(count: 32)
        let store = try VaultStore.create(at: path, epochKey: epoch.copy())
        let vault = try await store.ledgerVault()
        let blind = Bytes16(high: 1, low: 2)
        let sealed = try await store.seal(Array("secret".utf8), field: "reason", blind: blind, vault: vault)
        let opened = try await store.open(sealed.record.bytes, of: sealed.value, field: "reason", blind: blind)
        #expect(opened == Array("secret".utf8))
        await store.close()

        let again = try VaultStore.open(at: path, epochKey: epoch)
        #expect(try await again.ledgerVault() == vault)
        #expect(
            try await again.open(sealed.record.bytes, of: sealed.value, field: "reason", blind: blind)
                == Array("secret".utf8))
        #expect(
            try await again.open(sealed.record.bytes, of: sealed.value, field: "other", blind: blind) == nil)
        await again.close()
    }

    @Test func `64 askers for one new person get one reference, and one of them is told that it is new`() async throws {
        let path = path()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try VaultStore.create(at: path, epochKey: try SecretBytes.random(count: 32))
        let entry = Bytes32(first: 7)
        let found = await withTaskGroup(of: DirectoryAccount?.self) { group in
            for _ in 0..<64 { group.addTask { try? await store.account(for: entry) } }
            var found: [DirectoryAccount] = []
            for await account in group { if let account { found.append(account) } }
            return found
        }
        #expect(found.count == 64)
        #expect(Set(found.map(\.reference)).count == 1)
        #expect(found.count { $0.isNew } == 1)
        await store.close()
    }
}
