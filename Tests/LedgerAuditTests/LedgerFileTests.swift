import AuthorizationCore
import CSQLite
import EventLog
import EventLogSQLite
import Foundation
import LedgerAudit
import LedgerCrypto
import Testing

/// The same checks on files, which the tests change behind the store's back.
@Suite struct LedgerFileTests {
    private let folder: URL
    private var path: String { folder.appendingPathComponent("ledger").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// A ledger of some 230 events with one checkpoint after all.
    private func create(decisions: Int = 64) throws -> Int {
        let events = Story.told(decisions: decisions)
        let commit = try SQLiteEventStore.create(at: path, first: events) { MemoryLedger.start }
        var edge = RightEdge()
        for hash in commit.leafHashes { edge.append(hash) }
        let note = try Checkpoint(origin: Story.origin, size: UInt64(events.count), root: edge.root)
            .signed(by: Story.signer).bytes
        let hex = note.map { String(format: "%02x", $0) }.joined()
        try change("INSERT INTO checkpoint VALUES (\(events.count), x'\(hex)')")
        return events.count
    }

    private func verify() throws -> VerificationReport {
        var verification = Verification()
        verification.verifierKey = Story.signer.verifierKey
        return try verification.run(try SQLiteLedgerReader.open(path))
    }

    /// Runs SQL against the file, without the triggers that protect it.
    private func change(_ sql: String) throws {
        var handle: OpaquePointer?
        try #require(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK)
        defer { sqlite3_close_v2(handle) }
        let triggers = """
            DROP TRIGGER IF EXISTS event_keeps_rows; DROP TRIGGER IF EXISTS event_keeps_values;
            DROP TRIGGER IF EXISTS tile_keeps_values; DROP TRIGGER IF EXISTS sealed_keeps_rows;
            DROP TRIGGER IF EXISTS sealed_keeps_values; DROP TRIGGER IF EXISTS checkpoint_keeps_values;
            """
        try #require(sqlite3_exec(handle, triggers + sql, nil, nil, nil) == SQLITE_OK)
    }

    /// Gives a test the file, whole, and takes it away afterwards.
    private func withLedger(_ body: (Int) throws -> Void) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(try create())
    }

    @Test func `a file is sound, and every table was compared`() throws {
        try withLedger { count in
            let report = try verify()
            #expect(report.findings == [])
            #expect(report.size == Int64(count) && report.signedSize == Int64(count))
            #expect(report.decisions == 64 && report.sealedWhole == 16 && report.sealedErased == 32)
        }
    }

    @Test func `a changed byte in any event's body or hash is found at its place`() throws {
        try withLedger { count in
            for position in stride(from: 0, to: count, by: 3) {
                let column = position % 2 == 0 ? "body" : "leaf_hash"
                let flip = """
                    UPDATE event SET \(column) = CAST(
                        substr(\(column), 1, n) || x'00' || substr(\(column), n + 2) AS BLOB)
                    FROM (SELECT \(position) % 32 AS n) WHERE position = \(position)
                    """
                let whole = try copy()
                try change(flip)
                #expect(try verify().firstBadPosition == Position(Int64(position)))
                try restore(whole)
            }
            #expect(try verify().isSound)
        }
    }

    private func copy() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }
    private func restore(_ data: Data) throws { try data.write(to: URL(fileURLWithPath: path)) }

    struct Attack: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        let position: Int64?
        let says: String
    }

    @Test(arguments: [
        Attack(
            testDescription: "two rows changed places",
            sql: """
                UPDATE event SET position = -1 WHERE position = 90; UPDATE event SET position = 90 WHERE position = 91;
                UPDATE event SET position = 91 WHERE position = -1
                """, position: 90, says: "says that it stands at 91"),
        Attack(
            testDescription: "a row is gone", sql: "DELETE FROM event WHERE position = 77", position: 77,
            says: "The event is missing"),
        Attack(
            testDescription: "the last row is gone",
            sql: "DELETE FROM event WHERE position = (SELECT max(position) FROM event)", position: 225,
            says: "The event is missing"),
        Attack(
            testDescription: "a row before the first",
            sql: "INSERT INTO event SELECT -5, leaf_hash, body FROM event WHERE position = 3", position: 226,
            says: "1 events stand outside"),
        Attack(
            testDescription: "a row after the last",
            sql: "INSERT INTO event SELECT 226, leaf_hash, body FROM event WHERE position = 3", position: 226,
            says: "1 events stand outside"),
        Attack(
            testDescription: "another root in the head", sql: "UPDATE head SET root = zeroblob(32)", position: nil,
            says: "root that the head says"),
        Attack(
            testDescription: "another edge in the head", sql: "UPDATE head SET edge = x''", position: nil,
            says: "right edge"),
        Attack(
            testDescription: "a shorter head", sql: "UPDATE head SET size = 200", position: 200,
            says: "26 events stand outside"),
        Attack(
            testDescription: "an edited checkpoint", sql: "UPDATE checkpoint SET note = x'00'", position: 225,
            says: "is no signed checkpoint"),
        Attack(
            testDescription: "an edited sealed record",
            sql: "UPDATE sealed SET nonce_and_ciphertext = x'00' WHERE position = 16", position: 16,
            says: "not the one that was recorded"),
        Attack(
            testDescription: "a lost sealed record", sql: "DELETE FROM sealed WHERE position = 16", position: 16,
            says: "is gone"),
        Attack(
            testDescription: "a sealed record that nobody sealed",
            sql: "INSERT INTO sealed VALUES (3, 'x', zeroblob(16), x'00')", position: 3, says: "the event names none"),
        Attack(
            testDescription: "an estate event left out", sql: "DELETE FROM estate_event WHERE position = 5",
            position: 5, says: "leaves this one out"),
        Attack(
            testDescription: "a decision that ended elsewhere", sql: "UPDATE decision SET position = 2", position: 2,
            says: "it did not"),
        Attack(
            testDescription: "a foreign snapshot", sql: "INSERT INTO snapshot VALUES (9, zeroblob(32), 1, x'', NULL)",
            position: nil, says: "does not belong"),
    ])
    func `an attack on the file is named`(_ attack: Attack) throws {
        try withLedger { count in
            #expect(count == 226)
            try change(attack.sql)
            let report = try verify()
            #expect(report.firstBadPosition?.value == attack.position)
            #expect(report.findings.contains { $0.sentence.contains(attack.says) }, "\(report.findings)")
        }
    }

    @Test func `a file with a page of rubbish is never called sound without its being looked at`() throws {
        try withLedger { _ in
            let whole = try copy()
            var unsound = 0
            for start in stride(from: 0, to: whole.count, by: 4_096 * 3) {
                var data = whole
                data.replaceSubrange(start..<min(start + 4_096, data.count), with: Data(repeating: 0xa5, count: 4_096))
                try restore(data)
                do {
                    let report = try verify()
                    if !report.isSound { unsound += 1 }
                    // Pages of tables that hold nothing yet, or that are no part of the record, may be lost unseen.
                    if report.isSound { #expect(report.eventsRead == 226) }
                } catch is OpenError {
                    unsound += 1
                } catch is AuditError {
                    unsound += 1
                }
            }
            #expect(unsound * 2 > whole.count / 4_096 / 3)
        }
    }

    @Test func `what is no ledger is refused when it is opened`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(throws: OpenError.noSuchFile(path: path)) { try SQLiteLedgerReader.open(path) }
        try Data().write(to: URL(fileURLWithPath: path))
        #expect(throws: OpenError.notALedger(path: path, .empty)) { try SQLiteLedgerReader.open(path) }
        try Data("a shopping list, long enough to be one".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: OpenError.notALedger(path: path, .notSQLite)) { try SQLiteLedgerReader.open(path) }
        try FileManager.default.removeItem(atPath: path)
        _ = try create(decisions: 1)
        try change("PRAGMA user_version = 99")
        #expect(throws: OpenError.newerSchema(path: path, found: 99, known: 1)) { try SQLiteLedgerReader.open(path) }
        try change("PRAGMA application_id = 1")
        #expect(throws: OpenError.notALedger(path: path, .otherApplication)) { try SQLiteLedgerReader.open(path) }
    }

    @Test func `history and chain read the file as they read memory`() throws {
        try withLedger { count in
            let reader = try SQLiteLedgerReader.open(path)
            var shown = 0
            _ = try History().run(reader) { _ in shown += 1 }
            #expect(shown == count)
            let chain = try ChainAt(api: "accounts", environment: "prod").run(reader)
            #expect(chain.links.map(\.identity.name) == ["partners", "staff", "directory"])
        }
    }

    @Test func `a reader that read ahead shows after a refresh what was committed since`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try create(decisions: 4)
        let reader = try SQLiteLedgerReader.open(path)
        for round in 0..<6 {
            let store = try SQLiteEventStore.open(at: path) { MemoryLedger.start }
            var revoked = TokenRevoked()
            revoked.id = Story.decision(round).text
            let event = ProposedEvent(
                actor: .service, correlation: "cmd_\(round)", blind: Bytes16(), data: .tokens(.revoked(revoked)))
            for _ in 0..<20 {
                _ = try await store.append(Proposal(events: [event], consulted: store.state.consulted))
            }
            // Stopping moves all that was written from the log into the file.
            await store.stop()
            try reader.refresh()
            let size = try reader.head().size
            #expect(size == Int64(31 + 20 * (round + 1)))
            var count: Int64 = 0
            try reader.scan(0..<size) { (_, _, _) in
                count += 1
                return true
            }
            #expect(count == size)
            #expect(try Verification().run(reader).findings == [])
        }
    }

    @Test func `a ledger is verified while its store writes it`() async throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try create(decisions: 4)
        let store = try SQLiteEventStore.open(at: path) { MemoryLedger.start }
        for round in 0..<5 {
            var revoked = TokenRevoked()
            revoked.id = Story.decision(round).text
            _ = try await store.append(
                Proposal(
                    events: [
                        ProposedEvent(
                            actor: .service, correlation: "cmd_\(round)", blind: Bytes16(),
                            data: .tokens(.revoked(revoked)))
                    ], consulted: store.state.consulted))
            let report = try verify()
            #expect(report.findings == [] && report.size == Int64(32 + round))
        }
        await store.stop()
    }
}
