import AuthorizationCore
import EventLog
import EventLogSQLite
import Foundation
import Testing

/// Remembers which places it folded.
final class PlacesProjection: SideProjection, @unchecked Sendable {
    // Safe to share: everything is only touched while `lock` is held.
    private let lock = NSLock()
    private var places: [Int64] = []
    private var restoredCount = 0
    private let accepts: Bool
    private let types: Set<EventType>?

    init(accepts: Bool = true, types: Set<EventType>? = nil) {
        self.accepts = accepts
        self.types = types
    }

    func folds(_ type: EventType) -> Bool { types?.contains(type) ?? true }

    func restore(_ bytes: [UInt8]) -> Bool {
        guard accepts, let text = String(bytes: bytes, encoding: .utf8), let count = Int64(text) else { return false }
        lock.withLock {
            places = Array(0..<count)
            restoredCount = Int(count)
        }
        return true
    }

    func fold(_ events: [Event]) { lock.withLock { places += events.map(\.position.value) } }
    func snapshot() -> [UInt8] { lock.withLock { Array("\(places.count)".utf8) } }

    var folded: [Int64] { lock.withLock { places } }
    var restored: Int { lock.withLock { restoredCount } }
}

@Suite struct SideProjectionTests {
    private func make(_ folder: TemporaryFolder) throws -> String {
        let path = folder.file("ledger")
        try SQLiteEventStore.create(at: path, first: [Sample.created]) { TestClock().read() }
        return path
    }

    private func open(
        _ path: String, _ projection: PlacesProjection, snapshotEvery: Int64 = 65_536
    ) throws -> SQLiteEventStore {
        var configuration = StoreConfiguration()
        configuration.snapshotEvery = snapshotEvery
        return try SQLiteEventStore.open(at: path, configuration: configuration, projection: projection) {
            TestClock().read()
        }
    }

    @Test func `every event is folded once and in order before its answer leaves`() async throws {
        let folder = TemporaryFolder()
        let projection = PlacesProjection()
        let store = try open(try make(folder), projection)
        #expect(projection.folded == [0])
        for count in 1..<20 {
            let commit = try await store.propose(Sample.read(Int64(count)))
            #expect(projection.folded == Array(0...commit.first.value))
        }
        await store.stop()
    }

    @Test func `what was refused in the middle of a commit is folded nowhere`() async throws {
        let folder = TemporaryFolder()
        let clock = TestClock()
        let projection = PlacesProjection()
        let store = try SQLiteEventStore.open(at: try make(folder), projection: projection) { clock.read() }
        var long = AuditRead()
        long.action = String(repeating: "a", count: RecordedForm.maximumBytes)
        let tooLong = Sample.event(.audit(.read(long)))
        clock.hold()
        let blocked = Task.immediate { try await store.propose(Sample.read()) }
        try await clock.waitForReader()
        let refused = Task.immediate { try await store.propose(Sample.environment("ghost"), tooLong) }
        let neighbour = Task.immediate { try await store.propose(Sample.environment("prod")) }
        clock.letGo()
        _ = try await blocked.value
        await #expect(throws: AppendError.self) { try await refused.value }
        #expect(try await neighbour.value.first == 2)
        #expect(projection.folded == [0, 1, 2])
        #expect(store.state.estate.environments.keys.map(\.text) == ["prod"])
        await store.stop()
    }

    @Test func `a start folds only events of the types that the projection names`() async throws {
        let folder = TemporaryFolder()
        let path = try make(folder)
        let store = try open(path, PlacesProjection(accepts: false))
        try await store.propose(Sample.read())
        try await store.propose(Sample.environment("prod"))
        try await store.propose(Sample.read())
        await store.stop()
        let again = PlacesProjection(accepts: false, types: [.environmentCreated])
        let reopened = try open(path, again)
        #expect(again.folded == [2])
        await reopened.stop()
    }

    @Test func `a start folds only what the snapshot of the last stop does not hold`() async throws {
        let folder = TemporaryFolder()
        let path = try make(folder)
        let store = try open(path, PlacesProjection())
        for _ in 0..<300 { try await store.propose(Sample.read()) }
        await store.stop()
        let again = PlacesProjection()
        let reopened = try open(path, again)
        #expect(again.restored == 301)
        #expect(again.folded == Array(0..<301))
        await reopened.stop()
    }

    @Test func `snapshots are taken on the way, and two are kept`() async throws {
        let folder = TemporaryFolder()
        let path = try make(folder)
        let store = try open(path, PlacesProjection(), snapshotEvery: 10)
        for _ in 0..<45 { try await store.propose(Sample.read()) }
        let raw = try RawDatabase(path)
        #expect(try raw.integer("SELECT count(*) FROM snapshot") == 2)
        let newest = try raw.integer("SELECT max(position) FROM snapshot")
        #expect((37...46).contains(newest))
        await store.stop()
    }

    @Test(arguments: [
        "UPDATE snapshot SET root = zeroblob(32)", "UPDATE snapshot SET engine = 7",
        "UPDATE snapshot SET position = position - 1", "DELETE FROM snapshot",
    ])
    func `a snapshot that is not of this log and engine is not used`(_ sql: String) async throws {
        let folder = TemporaryFolder()
        let path = try make(folder)
        let store = try open(path, PlacesProjection())
        for _ in 0..<5 { try await store.propose(Sample.read()) }
        await store.stop()
        try RawDatabase(path).execute(sql)
        let again = PlacesProjection()
        let reopened = try open(path, again)
        #expect(again.restored == 0)
        #expect(again.folded == Array(0..<6))
        await reopened.stop()
    }

    @Test func `a projection that cannot use its snapshot gets every event`() async throws {
        let folder = TemporaryFolder()
        let path = try make(folder)
        let store = try open(path, PlacesProjection())
        for _ in 0..<5 { try await store.propose(Sample.read()) }
        await store.stop()
        let again = PlacesProjection(accepts: false)
        let reopened = try open(path, again)
        #expect(again.folded == Array(0..<6))
        await reopened.stop()
    }
}
