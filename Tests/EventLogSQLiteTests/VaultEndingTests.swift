import AuthorizationCore
import EventLog
import EventLogSQLite
import Foundation
import LedgerCrypto
import Testing

@Suite struct VaultEndingTests {
    @Test func `a destroyed vault opens nothing and seals nothing, and never comes back`() async throws {
        let scene = try VaultScene()
        let store = try scene.open()
        let vault = try await store.dayVault(20_000)
        let sample = try await SealedSample("ana", in: vault, of: store)
        let label = VaultLabel(id: vault, kind: .day, day: 20_000)
        #expect(store.census.days == 1 && store.census.oldestDay == 20_000)

        try await store.destroy([label])
        #expect(try await !sample.opens(in: store))
        await #expect(throws: VaultError.destroyed(vault)) { _ = try await SealedSample("x", in: vault, of: store) }
        #expect(try await store.tombstones() == [Tombstone(vault: label, isEmptied: false)])
        #expect(store.census.days == 0 && store.census.oldestDay == nil && store.census.destroyed == 1)
        // Twice, and of a vault that never was here.
        let stranger = VaultLabel(id: VaultID(bits: 5), kind: .account, day: nil)
        try await store.destroy([label, stranger])
        try await store.noteEmptied([vault])
        #expect(store.census.destroyed == 2)
        await store.close()

        let again = try scene.open()
        #expect(try await !sample.opens(in: again))
        #expect(
            Set(try await again.tombstones()) == [
                Tombstone(vault: label, isEmptied: true), Tombstone(vault: stranger, isEmptied: false),
            ])
        #expect(again.census.destroyed == 2)
        await again.close()
    }

    @Test func `with a person's vault goes the directory's row that leads to it`() async throws {
        let scene = try VaultScene()
        let store = try scene.open()
        let (entry, other) = (Bytes32(first: 1), Bytes32(first: 2))
        let person = try await store.account(for: entry)
        let neighbour = try await store.account(for: other)
        try await store.destroy([VaultLabel(id: person.vault, kind: .account, day: nil)])
        let anew = try await store.account(for: entry)
        #expect(anew.isNew && anew.reference != person.reference && anew.vault != person.vault)
        #expect(try await store.account(for: other).reference == neighbour.reference)
        #expect(store.census.accounts == 2)
        await store.close()
    }

    @Test func `a wrapped key that was deleted is in no file any more`() async throws {
        let scene = try VaultScene()
        let store = try scene.open()
        let vault = try await store.dayVault(20_000)
        for day in Int64(20_001)...20_040 { _ = try await store.dayVault(day) }
        let wrapped = try Self.wrapped(vault, in: scene.path)
        #expect(Self.isAnywhere(wrapped, in: scene.folder))
        try await store.destroy([VaultLabel(id: vault, kind: .day, day: 20_000)])
        #expect(!Self.isAnywhere(wrapped, in: scene.folder))
        await store.close()
    }

    @Test func `the vaults of days are listed by day, up to one`() async throws {
        let store = try VaultScene().open()
        for day in [Int64(30), 10, 20, 40] { _ = try await store.dayVault(day) }
        _ = try await store.account(for: Bytes32())
        _ = try await store.ledgerVault()
        #expect(try await store.dayVaults(through: 30).map(\.day) == [10, 20, 30])
        #expect(try await store.dayVaults(through: 9).isEmpty)
        #expect(store.census.days == 4 && store.census.accounts == 1 && store.census.oldestDay == 10)
        await store.close()
    }

    private static func wrapped(_ vault: VaultID, in path: String) throws -> Data {
        let bits = String(vault.bits, radix: 16, uppercase: true)
        let id = String(repeating: "0", count: 32 - bits.count) + bits
        let hex = try RawDatabase(path).texts("SELECT hex(wrapped) FROM vault WHERE hex(id) = '\(id)'")
        let text = try #require(hex.first).lowercased()
        return Data(try #require(Hex.decode(text)))
    }

    private static func isAnywhere(_ bytes: Data, in folder: TemporaryFolder) -> Bool {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.contains { name in
            FileManager.default.contents(atPath: folder.file(name))?.range(of: bytes) != nil
        }
    }
}
