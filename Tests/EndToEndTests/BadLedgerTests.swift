import AuthorizationCore
import CSQLite
import EventLog
import EventLogSQLite
import Foundation
import Glibc
import LedgerCrypto
import Synchronization
import Testing

/// What `authaudit` says to a file that is no ledger, is damaged, or holds what nobody would record: one clear sentence and
/// the exit status that goes with it, from every command, and never a crash or an endless loop.
@Suite struct BadLedgerTests {
    private let folder: URL
    private let api: String
    private let identity: String
    private let decision: String
    private let position: Int
    private let size: Int

    private var ledger: String { path("ledger") }
    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// A real ledger, stopped, and a checkpoint of it.
    init() throws {
        folder = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent("bad-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let scene = try Scene()
        for _ in 0..<40 { try #require(try scene.ana().status == 200) }
        for _ in 0..<3 { _ = try scene.ledger.token(scene.app, "ana", "falsch") }
        try #require(scene.ledger.stop() == 0)
        let issued = try scene.ledger.last("token.issued")
        (api, identity, decision, position) = (scene.api, scene.identity, issued.correlation, issued.position)
        size = try scene.ledger.events().count
        try FileManager.default.copyItem(
            atPath: scene.ledger.ledger, toPath: folder.appendingPathComponent("ledger").path)
        let proof = try RunningLedger.run(
            "authaudit",
            [
                "prove", "--ledger", ledger, "--position", "\(position)", "--to",
                folder.appendingPathComponent("receipt").path,
            ])
        try #require(proof.status == 0, "\(proof.talk)")
    }

    private func remove() { try? FileManager.default.removeItem(at: folder) }

    /// Every command that reads a ledger; `number` keeps exports apart.
    private func commands(_ number: Int) -> [[String]] {
        [
            ["verify"], ["history"], ["history", "--app", "app_01h2xcejqtf2nbrexx3vqjhp41"],
            ["history", "--from", "2020-01-01T00:00:00Z"],
            ["chain", "--environment", "prod", "--api", api],
            ["chain", "--environment", "prod", "--api", api, "--since", "3"], ["impact", "--identity", identity],
            ["reproduce"], ["reproduce", "--in-full"], ["reproduce", "--jti", decision],
            ["explain", "--decision", decision],
            ["prove", "--position", "\(position)"], ["prove", "--jti", decision],
            ["prove", "--consistency", path("receipt")],
            ["export", "--tiles", "--to", path("tiles-\(number)")],
            ["export", "--evidence", "--to", path("pack-\(number)")],
            ["export", "--evidence", "--api", api, "--to", path("pack-\(number).tar")],
        ]
    }

    /// What each command came to; a crash or a command that does not end is an issue.
    @discardableResult
    private func run(
        _ what: String, _ file: String, _ number: Int, as user: [String] = []
    ) throws -> [(command: String, status: Int32, talk: [String], output: String)] {
        try commands(number).map { arguments in
            let binary = RunningLedger.binaries.appendingPathComponent("authaudit").path
            let all = user + ["/usr/bin/timeout", "30", binary] + arguments + ["--ledger", file]
            let result = try RunningLedger.run(
                user.isEmpty ? "/usr/bin/timeout" : "/usr/bin/env", user.isEmpty ? Array(all.dropFirst()) : all)
            let talk = result.talk.split(separator: "\n").map(String.init)
            // 124 is timeout's, and 128 and more a signal.
            #expect(
                (0...3).contains(result.status),
                "\(what): \(arguments.joined(separator: " ")): \(result.status) \(result.talk)")
            #expect(!result.talk.contains("Fatal error"), "\(what): \(arguments): \(result.talk)")
            return (arguments.joined(separator: " "), result.status, talk, result.output)
        }
    }

    /// The sentences beyond those that stand over every good answer too.
    private func reasons(_ talk: [String]) -> [String] {
        talk.filter {
            !$0.contains("is not recorded") && !$0.contains("not independent") && !$0.contains("a private copy is read")
        }
    }

    private func change(_ sql: String, in file: String? = nil) throws {
        var handle: OpaquePointer?
        try #require(
            sqlite3_open_v2(file ?? ledger, &handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nil) == SQLITE_OK)
        defer { sqlite3_close_v2(handle) }
        let triggers = [
            "event_keeps_rows", "event_keeps_values", "tile_keeps_values", "sealed_keeps_rows", "sealed_keeps_values",
            "checkpoint_keeps_values",
        ]
        .map { "DROP TRIGGER IF EXISTS \($0);" }.joined()
        try #require(
            sqlite3_exec(handle, triggers + sql, nil, nil, nil) == SQLITE_OK,
            "\(String(cString: sqlite3_errmsg(handle))): \(sql)")
    }

    @Test func `the ledger of these tests is a good one`() throws {
        defer { remove() }
        for (command, status, talk, _) in try run("good", ledger, 0) {
            #expect(status == 0 && reasons(talk).isEmpty, "\(command): \(status) \(talk)")
            #expect(talk.count { $0.contains("is not recorded") } == 1, "\(command): \(talk)")
        }
    }

    @Test func `what is no ledger, or cannot be opened, is one sentence and status 3 from every command`() throws {
        defer { remove() }
        let whole = try Data(contentsOf: URL(fileURLWithPath: ledger))
        func file(_ name: String, _ bytes: Data) throws -> String {
            try bytes.write(to: folder.appendingPathComponent(name))
            return path(name)
        }
        try FileManager.default.copyItem(atPath: ledger, toPath: path("newer"))
        try change("PRAGMA user_version = 99", in: path("newer"))
        try change("CREATE TABLE shopping(list)", in: path("foreign"))
        try FileManager.default.createDirectory(atPath: path("a-folder"), withIntermediateDirectories: false)
        let cases = [
            (path("absent"), "There is no ledger"), (try file("empty", Data()), "is empty"),
            (try file("text", Data("a shopping list, long enough to be one\n".utf8)), "not an SQLite file"),
            (try file("short", whole.prefix(12)), "not an SQLite file"), (path("foreign"), "but no ledger"),
            (path("newer"), "use a newer program"), (path("a-folder"), "is no ledger"),
            (path("ledger") + "/below", "There is no ledger"),
        ]
        for (number, (file, says)) in cases.enumerated() {
            for (command, status, talk, output) in try run(says, file, number) {
                #expect(status == 3, "\(says): \(command): \(status) \(talk)")
                #expect(talk.count == 1 && talk[0].contains(says) && output.isEmpty, "\(command): \(talk) \(output)")
            }
        }
    }

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: "/usr/bin/setpriv") && getuid() == 0, "needs root and setpriv"))
    func `a ledger that this account may not read is status 3 from every command`() throws {
        defer { remove() }
        // The folder may be entered, the file not be read; and the other way round.
        chmod(folder.path, 0o755)
        chmod(ledger, 0o600)
        let user = ["/usr/bin/setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
        let binary = RunningLedger.binaries.appendingPathComponent("authaudit").path
        let reachable = try RunningLedger.run("/usr/bin/setpriv", Array(user.dropFirst()) + [binary, "--version"])
        guard reachable.status == 0 else {
            // The programs lie where another account cannot go: a copy does not.
            return
        }
        for (ofFolder, ofFile) in [(mode_t(0o755), mode_t(0o600)), (0o700, 0o644)] {
            chmod(folder.path, ofFolder)
            chmod(ledger, ofFile)
            for (command, status, talk, _) in try run("forbidden", ledger, 0, as: user) {
                #expect(status == 3, "\(command): \(status) \(talk)")
                #expect(talk.count == 1 && talk[0].contains("may not"), "\(command): \(talk)")
            }
        }
    }

    @Test func `a truncated ledger is damage, wherever it was cut`() throws {
        defer { remove() }
        let whole = try Data(contentsOf: URL(fileURLWithPath: ledger))
        for (number, count) in [
            100, 4_096, 4_097, whole.count / 3 / 4_096 * 4_096, whole.count / 2, whole.count - 4_096, whole.count - 1,
        ].enumerated() {
            let file = path("cut-\(count)")
            try whole.prefix(count).write(to: URL(fileURLWithPath: file))
            var findings = 0
            for (command, status, talk, output) in try run("cut at \(count)", file, number) {
                // Where what was asked lies before the cut, it may be answered.
                #expect(status == 1 || status == 0, "cut at \(count) of \(whole.count): \(command): \(status) \(talk)")
                if status == 1 { findings += 1 }
                if status == 1, output.isEmpty { #expect(reasons(talk).count == 1, "\(command): \(talk)") }
                if command == "verify" { #expect(status == 1, "cut at \(count): \(talk)") }
            }
            #expect(findings > 0)
        }
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let sql: String
        /// Whether verify must see it.
        var isSeen = true
    }

    @Test(arguments: [
        Damage(testDescription: "a head of 2^62 events", sql: "UPDATE head SET size = 4611686018427387904"),
        Damage(
            testDescription: "a head of fewer than no events",
            sql: "PRAGMA ignore_check_constraints = ON; UPDATE head SET size = -5"),
        Damage(
            testDescription: "a head of one byte",
            sql: "PRAGMA ignore_check_constraints = ON; UPDATE head SET root = x'00', edge = x'00'"),
        Damage(testDescription: "no head", sql: "DELETE FROM head"),
        Damage(
            testDescription: "an event of 40 MB", sql: "UPDATE event SET body = zeroblob(40000000) WHERE position = 30"),
        Damage(testDescription: "an event of nothing", sql: "UPDATE event SET body = x'' WHERE position = 30"),
        Damage(testDescription: "no first event", sql: "DELETE FROM event WHERE position = 0"),
        Damage(testDescription: "no events", sql: "DELETE FROM event"),
        Damage(testDescription: "a hash of one byte", sql: "UPDATE event SET leaf_hash = x'00' WHERE position = 30"),
        Damage(
            testDescription: "a position of 2^62",
            sql: "UPDATE event SET position = 4611686018427387904 WHERE position = 30"),
        Damage(
            testDescription: "estate events at 2^62 and below nothing",
            sql: "INSERT INTO estate_event VALUES (4611686018427387904), (-7)"),
        Damage(
            testDescription: "every event an estate event",
            sql: "INSERT OR IGNORE INTO estate_event SELECT position FROM event"),
        Damage(testDescription: "no estate events", sql: "DELETE FROM estate_event"),
        Damage(
            testDescription: "every decision ended at its request", sql: "UPDATE decision SET position = position - 1"),
        Damage(
            testDescription: "every decision ended at 2^62", sql: "UPDATE decision SET position = 4611686018427387904"),
        Damage(
            testDescription: "every decision ended before the first event", sql: "UPDATE decision SET position = -1"),
        Damage(testDescription: "every decision ended with the first event", sql: "UPDATE decision SET position = 0"),
        Damage(testDescription: "checkpoints of 40 MB", sql: "UPDATE checkpoint SET note = zeroblob(40000000)"),
        Damage(
            testDescription: "a checkpoint of 2^62 events",
            sql: "INSERT INTO checkpoint SELECT 4611686018427387904, note FROM checkpoint LIMIT 1"),
        Damage(
            testDescription: "a sealed record of 40 MB",
            sql:
                "UPDATE sealed SET nonce_and_ciphertext = zeroblob(40000000) WHERE position = (SELECT min(position) FROM sealed)"
        ),
        Damage(testDescription: "sealed records of no vault", sql: "UPDATE sealed SET vault = x'00'"),
        Damage(testDescription: "a table of decisions that is gone", sql: "DROP TABLE decision"),
        Damage(testDescription: "a table of events that is gone", sql: "DROP TABLE event"),
        Damage(
            testDescription: "snapshots of anything",
            sql: "UPDATE snapshot SET position = 4611686018427387904, root = x'00', bytes = zeroblob(40000000)",
            isSeen: false),
        Damage(
            testDescription: "families of anything", sql: "UPDATE family SET position = 4611686018427387904",
            isSeen: false),
        Damage(
            testDescription: "fences of anything", sql: "UPDATE fence SET position = 4611686018427387904, mac = x''",
            isSeen: false),
    ])
    func `absurd values in any table end in a sentence`(_ damage: Damage) throws {
        defer { remove() }
        try change(damage.sql)
        for (command, status, talk, output) in try run(damage.testDescription, ledger, 0) {
            #expect(status == 0 || status == 1, "\(command): \(status) \(talk)")
            if status == 1, output.isEmpty { #expect(reasons(talk).count == 1, "\(command): \(talk)") }
            if command == "verify", damage.isSeen { #expect(status == 1, "\(output)") }
        }
    }

    /// Events with good hashes that no service would record: an operator who has the keys can write them.
    @Test func `events that point at themselves, at each other, or nowhere end in a sentence`() async throws {
        defer { remove() }
        let store = try SQLiteEventStore.open(at: ledger) { Timestamp(microseconds: 1_900_000_000_000_000) }
        let far = Position(1 << 52)
        let now = Position(store.state.head.size)
        func append(_ data: EventData, _ correlation: String = "cmd") async throws {
            let event = ProposedEvent(actor: .service, correlation: correlation, blind: Bytes16(), data: data)
            _ = try await store.append(Proposal(events: [event], consulted: store.state.consulted))
        }
        // A decision that consulted the future, and whose claims rest on themselves and on what is to come.
        for (number, place) in [far, now, Position(now.value + 3), Position(0)].enumerated() {
            let id = DecisionID(bits: UInt128(number + 1))
            var requested = TokenRequest()
            requested.consulted = place
            try await append(.tokens(.requested(requested)), id.text)
            var attempted = ValidationAttempted()
            attempted.consulted = place
            attempted.ordinal = Int64.max >> 11
            try await append(.tokens(.attempted(attempted)), id.text)
            var issued = TokenIssued()
            issued.consulted = place
            issued.claims.id = id
            issued.claims.clientID = AppID(bits: 9)
            issued.family = FamilyID(bits: UInt128(number))
            issued.attempts = [.position(Position(store.state.head.size)), .position(far), .position(0)]
            try await append(.tokens(.issued(issued)), id.text)
        }
        // A refresh token that is its own successor.
        var used = RefreshEvent()
        used.family = FamilyID(bits: 3)
        used.generation = 1
        used.successor = 1
        try await append(.tokens(.refreshUsed(used)), DecisionID(bits: 77).text)
        // Two accounts that are merged into each other.
        for (one, other) in [(AccountID(bits: 1), AccountID(bits: 2)), (AccountID(bits: 2), AccountID(bits: 1))] {
            var merged = AccountMerged()
            merged.from = one
            merged.into = other
            merged.proposal = .position(Position(store.state.head.size))
            try await append(.accounts(.merged(merged)))
        }
        // The ledger is created a second time, and is the next incarnation of itself.
        try await append(.ledger(.created(LedgerCreated())))
        try await append(.ledger(.incarnated(LedgerIncarnated())))
        await store.stop()
        for (command, status, talk, output) in try run("mad events", ledger, 0) {
            #expect(status == 0 || status == 1, "\(command): \(status) \(talk)")
            if status == 1, output.isEmpty { #expect(reasons(talk).count == 1, "\(command): \(talk)") }
            if command == "verify" { #expect(status == 1, "\(output)") }
        }
        for id in 1...4 {
            for command in ["explain", "reproduce"] {
                let result = try RunningLedger.run(
                    "/usr/bin/timeout",
                    [
                        "30", RunningLedger.binaries.appendingPathComponent("authaudit").path, command, "--ledger",
                        ledger,
                        "--decision", DecisionID(bits: UInt128(id)).text,
                    ])
                #expect(result.status == 1, "\(command) \(id): \(result.status) \(result.output)\(result.talk)")
            }
        }
    }

    @Test func `a ledger that is being written is read as it stood`() throws {
        defer { remove() }
        let scene = try Scene()
        try #require(try scene.ana().status == 200)
        let (port, app) = (scene.ledger.port, scene.app)
        let isOver = Flag()
        let clients = (0..<2).map { _ in
            Meanwhile {
                var count = 0
                while !isOver.isSet {
                    if (try? RunningLedger.token(app, "ana", "geheim", on: port).status) == 200 { count += 1 }
                }
                return count
            }
        }
        defer { isOver.set() }
        let issued = try scene.ledger.last("token.issued")
        // It needs a checkpoint that covers the token.
        _ = try Probe.send("GET", "/ledger/checkpoint", to: port)
        for (number, arguments) in [
            ["verify"], ["history"], ["chain", "--environment", "prod", "--api", scene.api],
            ["impact", "--identity", scene.identity], ["reproduce"], ["explain", "--decision", issued.correlation],
            ["prove", "--position", "1"], ["export", "--tiles", "--to", path("tiles")],
            ["export", "--evidence", "--to", path("pack")],
        ].enumerated() {
            let binary = RunningLedger.binaries.appendingPathComponent("authaudit").path
            let result = try RunningLedger.run(
                "/usr/bin/timeout", ["60", binary] + arguments + ["--ledger", scene.ledger.ledger])
            #expect(
                result.status == 0,
                "\(number) \(arguments): \(result.status) \(result.output.suffix(2_000)) \(result.talk)")
        }
        isOver.set()
        #expect(clients.compactMap { $0.value() }.reduce(0, +) > 0)
    }
}

/// Set once, seen by all threads.
final class Flag: Sendable {
    private let state = Mutex(false)

    var isSet: Bool { state.withLock { $0 } }
    func set() { state.withLock { $0 = true } }
}
