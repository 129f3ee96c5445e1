import Foundation
import Testing

@testable import EventLogSQLite

@Suite struct ReadAheadTests {
    private let folder: URL
    private var path: String { folder.appendingPathComponent("file").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("read-ahead-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Some hundred pages, of which the second holds one number.
    private func create() throws -> SQLiteConnection {
        let writer = try SQLiteConnection(path, .creating)
        try writer.makeDurable()
        try writer.execute(
            """
            CREATE TABLE number (value INTEGER); INSERT INTO number VALUES (1);
            CREATE TABLE page (n INTEGER PRIMARY KEY, bytes BLOB);
            WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 300)
            INSERT INTO page SELECT n, zeroblob(3000) FROM c
            """)
        try writer.checkpoint(.truncate)
        return writer
    }

    @Test func `what was read ahead is forgotten when a transaction begins`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = try create()
        let reader = try SQLiteConnection(path, .reading)
        try ReadAhead.begin(on: reader)
        for value in 1...3 {
            try writer.execute("UPDATE number SET value = \(value)")
            try writer.checkpoint(.truncate)
            #expect(try reader.integer("SELECT value FROM number") == Int64(value))
        }
    }

    @Test func `every page is what it is, in whatever order it is read`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let writer = try create()
        try writer.execute("UPDATE page SET bytes = CAST(substr(hex(zeroblob(2000)), 1, 2900) || n AS BLOB)")
        try writer.checkpoint(.truncate)
        let reader = try SQLiteConnection(path, .reading)
        try ReadAhead.begin(on: reader)
        try reader.execute("PRAGMA cache_size = 4")
        for order in ["n", "n DESC", "n * 37 % 300, n", "n % 2, n"] {
            let good = try reader.integer(
                """
                SELECT count(*) FROM (SELECT n, bytes FROM page ORDER BY \(order))
                WHERE CAST(substr(bytes, 2901) AS TEXT) = CAST(n AS TEXT)
                """)
            #expect(good == 300)
        }
    }
}
