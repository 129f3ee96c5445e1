import AuthorizationCore
import EventLog
import EventLogSQLite
import Foundation
import Testing

/// One way in which a file is not the ledger that it should be.
struct Spoiled: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var spoil: @Sendable (String) throws -> Void
    var expected: @Sendable (String) -> OpenError

    init(
        _ what: String, expecting expected: @escaping @Sendable (String) -> OpenError,
        _ spoil: @escaping @Sendable (String) throws -> Void
    ) {
        testDescription = what
        self.spoil = spoil
        self.expected = expected
    }

    /// Damage done with SQL, after the triggers were taken away.
    init(_ what: String, _ damage: OpenError.Damage, sql: String) {
        self.init(what, expecting: { .damaged(path: $0, damage) }) { path in
            let raw = try RawDatabase(path)
            for table in ["event", "tile"] {
                try raw.execute("DROP TRIGGER \(table)_keeps_rows; DROP TRIGGER \(table)_keeps_values")
            }
            try raw.execute(sql)
        }
    }
}

@Suite struct DamageTests {
    /// 600 events: two full tiles, and 88 events behind them.
    static let size: Int64 = 600

    static func makeLedger(in folder: TemporaryFolder) throws -> String {
        let path = folder.file("ledger")
        let events = [Sample.created, Sample.environment("prod")] + (2..<size).map { Sample.read($0) }
        try SQLiteEventStore.create(at: path, first: events) { TestClock().read() }
        return path
    }

    static let spoiled: [Spoiled] = [
        Spoiled("no file", expecting: { .noSuchFile(path: $0) }) { try FileManager.default.removeItem(atPath: $0) },
        Spoiled("an empty file", expecting: { .notALedger(path: $0, .empty) }) { path in
            try Data().write(to: URL(fileURLWithPath: path))
        },
        Spoiled("a text file", expecting: { .notALedger(path: $0, .notSQLite) }) { path in
            try Data("Dear diary, today nothing was authorized.\n".utf8).write(to: URL(fileURLWithPath: path))
        },
        Spoiled("a folder", expecting: { .notALedger(path: $0, .notSQLite) }) { path in
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        },
        Spoiled("another program's database", expecting: { .notALedger(path: $0, .otherApplication) }) { path in
            try RawDatabase(path).execute("PRAGMA application_id = 7")
        },
        Spoiled("a newer layout", expecting: { .newerSchema(path: $0, found: 2, known: 1) }) { path in
            try RawDatabase(path).execute("PRAGMA user_version = 2")
        },
        Spoiled(
            "a changed body", .wrongLeafHash(599),
            sql: "UPDATE event SET body = CAST(replace(body, 'history', 'mystery') AS BLOB) WHERE position = 599"),
        Spoiled(
            "a changed body whose hash was changed with it", .wrongLeafHash(520),
            sql: "UPDATE event SET leaf_hash = zeroblob(32) WHERE position = 520"),
        Spoiled("a missing event", .missingEvent(590), sql: "DELETE FROM event WHERE position = 590"),
        Spoiled("a missing last event", .missingEvent(599), sql: "DELETE FROM event WHERE position = 599"),
        Spoiled("a missing first event", .missingEvent(0), sql: "DELETE FROM event WHERE position = 0"),
        Spoiled(
            "an event too many", .beyondHead(size: 600, events: 601),
            sql: "INSERT INTO event SELECT 600, leaf_hash, body FROM event WHERE position = 599"),
        Spoiled("a head that counts too much", .missingEvent(600), sql: "UPDATE head SET size = 601"),
        Spoiled(
            "a head that counts too little", .beyondHead(size: 599, events: 600), sql: "UPDATE head SET size = 599"),
        Spoiled("a head of another root", .wrongHead(size: 600), sql: "UPDATE head SET root = zeroblob(32)"),
        Spoiled("a head of another edge", .wrongHead(size: 600), sql: "UPDATE head SET edge = zeroblob(128)"),
        Spoiled("no head", .missingHead, sql: "DELETE FROM head"),
        Spoiled("a missing tile", .missingTile(level: 0, index: 1), sql: "DELETE FROM tile WHERE n = 1"),
        Spoiled(
            "a changed tile", .wrongHead(size: 600), sql: "UPDATE tile SET hashes = zeroblob(8192) WHERE n = 0"),
        Spoiled(
            "an estate event that is not listed", .wrongEstatePositions,
            sql: "DELETE FROM estate_event WHERE position = 1"),
        Spoiled(
            "an estate event that was changed", .wrongLeafHash(1),
            sql: "UPDATE event SET body = CAST(replace(body, 'example.org', 'elsewhere') AS BLOB) WHERE position = 1"),
        Spoiled(
            "estate positions that were changed", .wrongEstatePositions,
            sql: "UPDATE head SET estate_positions = zeroblob(24)"),
    ]

    @Test(arguments: spoiled)
    func `a file that is not the ledger it should be is refused in one clear sentence`(_ spoiled: Spoiled) throws {
        let folder = TemporaryFolder()
        let path = try Self.makeLedger(in: folder)
        try spoiled.spoil(path)
        #expect(throws: spoiled.expected(path)) {
            try SQLiteEventStore.open(at: path) { TestClock().read() }
        }
        #expect("\(spoiled.expected(path))".hasSuffix("."))
    }

    @Test func `a file that was cut short is damaged`() throws {
        let folder = TemporaryFolder()
        let path = try Self.makeLedger(in: folder)
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.truncate(atOffset: try handle.seekToEnd() / 2)
        try handle.close()
        #expect {
            try SQLiteEventStore.open(at: path) { TestClock().read() }
        } throws: { error in
            guard case OpenError.damaged = error else { return false }
            return true
        }
    }

    @Test(arguments: [0, 255, 256, 511, 599] as [Int64])
    func `damage anywhere is found when it is read`(_ position: Int64) throws {
        let folder = TemporaryFolder()
        let path = try Self.makeLedger(in: folder)
        let raw = try RawDatabase(path)
        try raw.execute("DROP TRIGGER event_keeps_values")
        try raw.execute("UPDATE event SET body = CAST(replace(body, '}', ']') AS BLOB) WHERE position = \(position)")
        let reader = try SQLiteLedgerReader.open(path)
        var seen: Int64 = 0
        do throws(StoreError) {
            try reader.scan(0..<Self.size) { (_, _, _) in
                seen += 1
                return true
            }
            Issue.record("it was not found")
        } catch {
            guard case .damaged(Position(position), _) = error else {
                _ = Issue.record("\(error)")
                return
            }
        }
        #expect(seen == position)
    }

    @Test func `a gap that a start does not look at is found when it is read`() async throws {
        let folder = TemporaryFolder()
        let path = try Self.makeLedger(in: folder)
        let raw = try RawDatabase(path)
        try raw.execute("DROP TRIGGER event_keeps_rows; DELETE FROM event WHERE position = 300")
        let store = try SQLiteEventStore.open(at: path) { TestClock().read() }
        await #expect(throws: StoreError.missing(300)) { try await store.bodies() }
        await store.stop()
    }

    @Test(arguments: [
        ("UPDATE event SET body = x'00'", "events never change"),
        ("DELETE FROM event", "events are never deleted"),
        ("UPDATE tile SET hashes = zeroblob(8192)", "tiles never change"),
        ("DELETE FROM tile", "tiles are never deleted"),
        ("UPDATE checkpoint SET note = x'00'", "checkpoints never change"),
        ("DELETE FROM checkpoint", "checkpoints are never deleted"),
        ("UPDATE sealed SET field = 'x'", "sealed values never change"),
        ("DELETE FROM sealed", "sealed values go by erasure only"),
    ])
    func `the file itself refuses to change what was recorded`(_ sql: String, _ message: String) async throws {
        let folder = TemporaryFolder()
        let path = try Self.makeLedger(in: folder)
        let store = try SQLiteEventStore.open(at: path) { TestClock().read() }
        try await store.keep(Sample.checkpoint(2))
        let record = SealedRecord(field: "terms", vault: VaultID(bits: 5), bytes: [1, 2, 3])
        try await store.propose(Sample.event(.audit(.read(AuditRead())), sealed: [record]))
        let raw = try RawDatabase(path)
        #expect(throws: RawDatabase.Refused(message: message)) { try raw.execute(sql) }
        await store.stop()
    }
}
