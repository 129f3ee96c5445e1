import AuthorizationCore
import EventLog
import EventLogSQLite
import Foundation
import Testing

@Suite struct StoreFileTests {
    private func make(_ folder: TemporaryFolder) throws -> String {
        let path = folder.file("ledger")
        try SQLiteEventStore.create(at: path, first: [Sample.created]) { TestClock().read() }
        return path
    }

    private func open(_ path: String) throws(OpenError) -> SQLiteEventStore {
        try SQLiteEventStore.open(at: path) { TestClock().read() }
    }

    @Test func `a ledger is not created over another file`() throws {
        let folder = TemporaryFolder()
        let path = try make(folder)
        #expect(throws: OpenError.alreadyExists(path: path)) { try make(folder) }
    }

    @Test func `what cannot be recorded leaves no file behind`() throws {
        let folder = TemporaryFolder()
        var long = AuditRead()
        long.action = String(repeating: "a", count: RecordedForm.maximumBytes)
        #expect(throws: OpenError.self) {
            try SQLiteEventStore.create(at: folder.file("ledger"), first: [Sample.event(.audit(.read(long)))]) {
                TestClock().read()
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func `another state key than the ledger's is noticed`() async throws {
        let folder = TemporaryFolder()
        let path = folder.file("ledger")
        let check = Bytes32(first: 1)
        try SQLiteEventStore.create(at: path, first: [Sample.created], stateCheck: check) { TestClock().read() }
        #expect(throws: OpenError.wrongKey(path: path, key: "state")) {
            try SQLiteEventStore.open(at: path, stateCheck: Bytes32(first: 2)) { TestClock().read() }
        }
        let store = try SQLiteEventStore.open(at: path, stateCheck: check) { TestClock().read() }
        await store.stop()
    }

    @Test func `a second opener is refused until the first has stopped`() async throws {
        let folder = TemporaryFolder()
        let kept = try make(folder)
        let first = try open(kept)
        #expect(throws: OpenError.inUse(path: kept)) { try open(kept) }
        await first.stop()
        let second = try open(kept)
        await second.stop()
    }

    @Test func `only the owner may read the files, and the log beside the ledger stays`() async throws {
        let folder = TemporaryFolder()
        let store = try open(try make(folder))
        try await store.propose(Sample.read())
        func modes() throws -> [String: Int] {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).reduce(into: [:]) { modes, name in
                let attributes = try FileManager.default.attributesOfItem(atPath: folder.file(name))
                modes[name] = attributes[.posixPermissions] as? Int
            }
        }
        let expected = ["ledger": 0o600, "ledger-wal": 0o600, "ledger-shm": 0o600, "ledger.lock": 0o600]
        #expect(try modes() == expected)
        await store.stop()
        #expect(try modes() == expected)
    }

    @Test func `after an error of the file nothing more is taken, until it is opened again`() async throws {
        let folder = TemporaryFolder()
        let path = try make(folder)
        let store = try open(path)
        try RawDatabase(path).execute("ALTER TABLE estate_event RENAME TO elsewhere")
        func refused(_ event: ProposedEvent) async -> Bool {
            do throws(AppendError) {
                try await store.propose(event)
                return false
            } catch {
                guard case .stopped = error else { return false }
                return true
            }
        }
        #expect(await refused(Sample.configured))
        #expect(await refused(Sample.read()))
        guard case .stopped = store.health else {
            _ = Issue.record("it calls itself healthy")
            return
        }
        #expect(store.state.head.size == 1)
        await store.stop()
        try RawDatabase(path).execute("ALTER TABLE elsewhere RENAME TO estate_event")
        let reopened = try open(path)
        #expect(try await reopened.propose(Sample.configured).first == 1)
        await reopened.stop()
    }

    @Test func `a reader shows one head while the service writes on`() async throws {
        let folder = TemporaryFolder()
        let path = try make(folder)
        let store = try open(path)
        let reader = try SQLiteLedgerReader.open(path)
        try await store.propose(Sample.read())
        #expect(try reader.head().size == 1)
        #expect(try reader.event(at: 1) == nil)
        try reader.refresh()
        #expect(try reader.head() == store.state.head)
        #expect(try reader.event(at: 1) != nil)
        #expect(!reader.isCopy)
        await store.stop()
    }

    @Test func `a reader opens a ledger that nobody writes, and creates no file`() async throws {
        let folder = TemporaryFolder()
        let path = try make(folder)
        let reader = try SQLiteLedgerReader.open(path)
        #expect(try reader.head().size == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["ledger"])
    }

    @Test(arguments: ["-wal", "-shm"])
    func `a reader that lacks the log's files reads a copy, and creates none`(_ suffix: String) async throws {
        let folder = TemporaryFolder()
        let path = try make(folder)
        let store = try open(path)
        try await store.propose(Sample.read())
        let head = store.state.head
        await store.stop()
        try FileManager.default.removeItem(atPath: path + suffix)
        let before = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        let reader = try SQLiteLedgerReader.open(path)
        #expect(reader.isCopy && reader.copied == .logFilesMissing)
        #expect(try reader.head() == head)
        #expect(try reader.event(at: 1) != nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == before)
    }

    @Test(arguments: DamageTests.spoiled[..<6])
    func `a reader says what is wrong with the file`(_ spoiled: Spoiled) throws {
        let folder = TemporaryFolder()
        let path = try DamageTests.makeLedger(in: folder)
        try spoiled.spoil(path)
        #expect(throws: spoiled.expected(path)) { try SQLiteLedgerReader.open(path) }
    }
}
