import AuthorizationCore
import EventLog
import EventLogSQLite
import Foundation
import LedgerCrypto
import Testing

@Suite struct EpochChangeTests {
    static let later = VaultScene.made.advanced(bySeconds: 86_400)

    /// A vault file with a day that stays, a day that is destroyed and a person, and a value sealed for each.
    struct Filled {
        let scene: VaultScene
        let store: VaultStore
        let entry = Bytes32(first: 3)
        let person: DirectoryAccount
        let kept: [SealedSample]
        let gone: SealedSample

        init() async throws {
            scene = try VaultScene()
            store = try scene.open()
            person = try await store.account(for: entry)
            let day = try await store.dayVault(2)
            let over = try await store.dayVault(1)
            kept = [
                try await SealedSample("a person's", in: person.vault, of: store),
                try await SealedSample("a day's", in: day, of: store),
                try await SealedSample("the ledger's", in: try await store.ledgerVault(), of: store),
            ]
            gone = try await SealedSample("over", in: over, of: store)
            try await store.destroy([VaultLabel(id: over, kind: .day, day: 1)])
        }

        /// Whether a store holds what it should, whatever became of the change.
        func isWhole(_ store: VaultStore) async throws -> Bool {
            for sample in kept { guard try await sample.opens(in: store) else { return false } }
            guard try await store.account(for: entry).reference == person.reference else { return false }
            guard try await !gone.opens(in: store) else { return false }
            return try await store.tombstones().map(\.vault.day) == [1]
        }
    }

    @Test func `all that is left is wrapped under the new key, and the old key is gone`() async throws {
        let filled = try await Filled()
        let old = filled.scene.keys.copy()
        try await filled.store.changeEpoch(at: Self.later)
        #expect(filled.scene.keys.currentBytes != old.currentBytes && !filled.scene.keys.hasNext)
        #expect(filled.store.census.epochSince == Self.later)
        #expect(try await filled.isWhole(filled.store))
        // What is made afterwards is there too.
        let vault = try await filled.store.dayVault(3)
        let sample = try await SealedSample("new", in: vault, of: filled.store)
        await filled.store.close()

        #expect(throws: OpenError.wrongKey(path: filled.scene.path, key: "vaults.epoch")) {
            _ = try VaultStore.open(at: filled.scene.path, keys: old, indexCheck: VaultScene.indexCheck)
        }
        let again = try filled.scene.open()
        #expect(try await filled.isWhole(again))
        #expect(try await sample.opens(in: again))
        #expect(again.census.epochSince == Self.later && again.census.accounts == 1 && again.census.days == 2)
        let names = try FileManager.default.contentsOfDirectory(atPath: filled.scene.folder.path)
        #expect(names.allSatisfy { !$0.contains("next") })
        let mode = try FileManager.default.attributesOfItem(atPath: filled.scene.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        await again.close()
    }

    @Test(arguments: EpochStep.allCases, [false, true])
    func `a kill at any step leaves the old pair or the new one`(
        _ step: EpochStep, keyIsOverwritten: Bool
    ) async throws {
        let filled = try await Filled()
        let grave = TemporaryFolder()
        let left = Locked<MemoryEpochKeys?>(nil)
        try await filled.store.changeEpoch(at: Self.later) { [scene = filled.scene] (reached) in
            guard reached == step else { return }
            left.set(scene.keys.copy())
            for name in (try? FileManager.default.contentsOfDirectory(atPath: scene.folder.path)) ?? [] {
                try? FileManager.default.copyItem(atPath: scene.folder.file(name), toPath: grave.file(name))
            }
        }
        await filled.store.close()

        let keys = try #require(left.value)
        // Between two steps of the keys: the old one is overwritten and still has its name.
        if step == .fileSwapped, keyIsOverwritten { keys.overwriteCurrent() }
        let store = try VaultStore.open(
            at: grave.file("vaults"), keys: keys, indexCheck: VaultScene.indexCheck)
        #expect(try await filled.isWhole(store))
        let isNew = step == .fileSwapped || step == .keyAdopted
        #expect(store.census.epochSince == (isNew ? Self.later : VaultScene.made))
        #expect(!keys.hasNext)
        try await store.changeEpoch(at: Self.later)
        #expect(try await filled.isWhole(store))
        await store.close()
    }

    @Test(arguments: EpochStep.allCases)
    func `an error at any step loses nothing, and the next change succeeds`(_ step: EpochStep) async throws {
        let filled = try await Filled()
        await #expect(throws: VaultError.unavailable("here")) {
            try await filled.store.changeEpoch(at: Self.later) { (reached) throws(VaultError) in
                if reached == step { throw .unavailable("here") }
            }
        }
        #expect(try await filled.isWhole(filled.store))
        _ = try await filled.store.account(for: Bytes32(first: 11))
        try await filled.store.changeEpoch(at: Self.later)
        #expect(try await filled.isWhole(filled.store))
        await filled.store.close()
        let again = try filled.scene.open()
        #expect(try await filled.isWhole(again) && !filled.scene.keys.hasNext)
        await again.close()
    }

    @Test func `a key that cannot be adopted is adopted by the next change, or the next start`() async throws {
        let filled = try await Filled()
        filled.scene.keys.letAdoptionFail(true)
        for _ in 0..<2 {
            await #expect(throws: VaultError.self) { try await filled.store.changeEpoch(at: Self.later) }
            #expect(try await filled.isWhole(filled.store) && filled.scene.keys.hasNext)
        }
        let killed = filled.scene.keys.copy()
        filled.scene.keys.letAdoptionFail(false)
        try await filled.store.changeEpoch(at: Self.later)
        #expect(try await filled.isWhole(filled.store) && !filled.scene.keys.hasNext)
        #expect(killed.hasNext)
        await filled.store.close()
    }

    @Test func `what is made, destroyed and emptied while keys are copied is so in the new file too`() async throws {
        let filled = try await Filled()
        let store = filled.store
        // More than a few steps copy.
        let many = await withTaskGroup(of: VaultID?.self) { group in
            for day in Int64(100)..<3_600 { group.addTask { try? await store.dayVault(day) } }
            return await group.reduce(into: [VaultID]()) { if let vault = $1 { $0.append(vault) } }
        }
        #expect(many.count == 3_500)
        let destroyed = many.sorted().enumerated().filter { $0.offset % 50 == 0 }.map(\.element)
        let meanwhile = Locked<Task<DirectoryAccount, any Error>?>(nil)
        try await store.changeEpoch(at: Self.later) { step in
            guard step == .keyPrepared else { return }
            let work = Task {
                let person = try await store.account(for: Bytes32(first: 77))
                for vault in destroyed { try await store.destroy([VaultLabel(id: vault, kind: .day, day: 0)]) }
                try await store.noteEmptied(destroyed)
                return person
            }
            meanwhile.set(work)
        }
        let person = try await #require(meanwhile.value).value
        #expect(store.census.epochSince == Self.later)
        await store.close()

        let again = try filled.scene.open()
        #expect(try await again.account(for: Bytes32(first: 77)) == person.asKnown)
        let sample = try await SealedSample("new", in: person.vault, of: again)
        #expect(try await sample.opens(in: again))
        let tombstones = try await again.tombstones().filter(\.isEmptied)
        #expect(Set(tombstones.map(\.vault.id)) == Set(destroyed))
        #expect(again.census.days == 3_431 && again.census.accounts == 2 && again.census.destroyed == 71)
        for vault in destroyed {
            await #expect(throws: VaultError.destroyed(vault)) { _ = try await SealedSample("x", in: vault, of: again) }
        }
        await again.close()
    }

    @Test func `who asks while the key changes waits, and is answered`() async throws {
        let filled = try await Filled()
        let people = await withTaskGroup(of: DirectoryAccount?.self) { group in
            for number in 0..<100 {
                group.addTask {
                    if number % 20 == 10 { try? await filled.store.changeEpoch(at: Self.later) }
                    return try? await filled.store.account(for: Bytes32(first: 100 + UInt64(number)))
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(people.compactMap(\.self).count == 100)
        #expect(filled.store.census.accounts == 101)
        #expect(try await filled.isWhole(filled.store))
        await filled.store.close()
    }
}

extension DirectoryAccount {
    /// The same, to whoever asks again.
    fileprivate var asKnown: DirectoryAccount { DirectoryAccount(reference: reference, vault: vault, isNew: false) }
}

/// A value that several threads share.
private final class Locked<Value: Sendable>: @unchecked Sendable {
    // Safe to share: the value is only touched while `lock` is held.
    private let lock = NSLock()
    private var kept: Value

    init(_ value: Value) { kept = value }

    var value: Value {
        lock.lock()
        defer { lock.unlock() }
        return kept
    }

    func set(_ value: Value) {
        lock.lock()
        defer { lock.unlock() }
        kept = value
    }
}
