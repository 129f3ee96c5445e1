import AuthorizationCore
import EventLog
import EventLogSQLite
import Foundation
import LedgerCrypto
import Testing

/// A vault file in a folder of its own, and its keys.
struct VaultScene {
    static let made = Timestamp(microseconds: 1_790_000_000_000_000)
    static let indexCheck = Bytes32(first: 1, second: 2, third: 3, fourth: 4)

    let folder = TemporaryFolder()
    let keys: MemoryEpochKeys
    var path: String { folder.file("vaults") }

    init() throws {
        keys = try MemoryEpochKeys()
        try VaultStore.create(at: path, keys: keys, indexCheck: Self.indexCheck, at: Self.made)
    }

    func open() throws -> VaultStore {
        try VaultStore.open(at: path, keys: keys, indexCheck: Self.indexCheck)
    }
}

/// A value that was sealed, and what opening it takes.
struct SealedSample {
    static let blind = Bytes16(high: 1, low: 2)

    let text: String
    let sealed: Sealed

    init(_ text: String, in vault: VaultID, of store: VaultStore) async throws {
        self.text = text
        sealed = try await store.seal(Array(text.utf8), field: "user_name", blind: Self.blind, vault: vault)
    }

    func opens(in store: VaultStore, field: String = "user_name") async throws -> Bool {
        let value = try await store.open(sealed.record.bytes, of: sealed.value, field: field, blind: Self.blind)
        return value == Array(text.utf8)
    }
}

@Suite struct VaultStoreTests {
    @Test func `what is sealed for a vault opens again, also after the file was closed`() async throws {
        let scene = try VaultScene()
        let store = try scene.open()
        let vault = try await store.ledgerVault()
        let sample = try await SealedSample("secret", in: vault, of: store)
        #expect(try await sample.opens(in: store))
        await store.close()

        let again = try scene.open()
        #expect(try await again.ledgerVault() == vault)
        #expect(try await sample.opens(in: again))
        #expect(try await !sample.opens(in: again, field: "other"))
        await again.close()
    }

    @Test func `64 askers for one new person get one reference, and one of them is told that it is new`() async throws {
        let store = try VaultScene().open()
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

    @Test func `a key that is not the file's is noticed at the opening`() async throws {
        let scene = try VaultScene()
        let other = try MemoryEpochKeys()
        #expect(throws: OpenError.wrongKey(path: scene.path, key: "vaults.epoch")) {
            _ = try VaultStore.open(at: scene.path, keys: other, indexCheck: VaultScene.indexCheck)
        }
        #expect(throws: OpenError.wrongKey(path: scene.path, key: "index")) {
            _ = try VaultStore.open(at: scene.path, keys: scene.keys, indexCheck: Bytes32(first: 9))
        }
        await (try scene.open()).close()
    }
}
