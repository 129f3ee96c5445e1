import AuditAPI
import AuthorizationCore
import CanonicalJSON
import EventLog
import EventLogSQLite
import Foundation
import HTTPMessages
import Testing
import Threads

/// A service that knows one auditor and keeps what was recorded.
final class MemoryDesk: ReadingDesk {
    struct State: Sendable {
        var recorded: [(data: AuditRead, terms: String)] = []
        /// Nothing can be recorded.
        var isFull = false
        var knowsAuditor = true
    }

    static let auditor = OperatorID(milliseconds: 1, random: 7)
    let state = Locked(State())

    func auditor(of request: HTTPRequest) -> Result<Auditor, RefusedReading> {
        state.withLock { $0.knowsAuditor }
            ? .success(Auditor(id: Self.auditor, consulted: 3))
            : .failure(RefusedReading(answer: HTTPResponse(status: 401)))
    }

    func record(_ reading: AuditRead, terms: String, by auditor: Auditor) async -> HTTPResponse? {
        #expect(auditor.id == Self.auditor && auditor.consulted == 3)
        return state.withLock { state in
            guard !state.isFull else { return HTTPResponse(status: 503) }
            state.recorded.append((reading, terms))
            return nil
        }
    }

    func problem(status: Int, title: String, reason: String, fields: [String], headers: HTTPFields) -> HTTPResponse {
        .text(reason, status: status, fields: headers)
    }
}

@Suite struct AuditAPITests {
    private let desk = MemoryDesk()
    private let folder: URL
    private var path: String { folder.appendingPathComponent("ledger").path }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("audit-api-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var created = LedgerCreated()
        created.origin = "ledger.example/audit"
        var events = [
            ProposedEvent(actor: .service, correlation: "cmd", blind: Bytes16(), data: .ledger(.created(created)))
        ]
        for number in 0..<600 {
            var revoked = TokenRevoked()
            revoked.id = DecisionID(bits: UInt128(number)).text
            events.append(
                ProposedEvent(actor: .service, correlation: "cmd", blind: Bytes16(), data: .tokens(.revoked(revoked))))
        }
        _ = try SQLiteEventStore.create(at: path, first: events) { Timestamp(microseconds: 1_790_000_000_000_000) }
    }

    private func api(_ limits: AuditLimits = AuditLimits()) -> AuditAPI {
        let path = path
        return AuditAPI(desk, limits: limits, clock: { Timestamp(microseconds: 1_790_000_001_000_000) }) {
            try SQLiteLedgerReader.open(path)
        }
    }

    private func ask(_ api: AuditAPI, _ target: String, method: String = "GET") async throws -> HTTPResponse {
        await api.answer(HTTPRequest(method: method, target: try RequestTarget(parsing: target)))
    }

    private func done(_ api: AuditAPI) {
        api.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    @Test func `what could not be recorded is not shown`() async throws {
        let api = api()
        defer { done(api) }
        #expect(try await ask(api, "/audit/history").status == 200)
        desk.state.withLock { $0.isFull = true }
        for target in ["/audit/history", "/audit/verify", "/audit/explain/\(DecisionID(bits: 5).text)"] {
            let answer = try await ask(api, target)
            #expect(answer.status == 503 && answer.body.isEmpty, "\(target)")
        }
        #expect(desk.state.withLock { $0.recorded.count } == 1)
    }

    @Test func `the record says what was shown, and for what question`() async throws {
        let api = api()
        defer { done(api) }
        _ = try await ask(api, "/audit/history?from=10&limit=5")
        _ = try await ask(api, "/audit/history?type=token.issued")
        _ = try await ask(api, "/audit/explain/\(DecisionID(bits: 5).text)")
        let recorded = desk.state.withLock { $0.recorded }
        #expect(recorded.map(\.data.action) == ["history", "history", "explain"])
        #expect(recorded.map(\.data.count) == [5, 0, 0])
        #expect(recorded.map(\.data.first) == [10, nil, nil] && recorded.map(\.data.last) == [14, nil, nil])
        #expect(recorded.first?.terms == "/audit/history?from=10&limit=5")
        // A question that says nothing about the record leaves nothing in it.
        _ = try await ask(api, "/audit/history?limit=x")
        _ = try await ask(api, "/audit/other")
        desk.state.withLock { $0.knowsAuditor = false }
        #expect(try await ask(api, "/audit/history").status == 401)
        #expect(desk.state.withLock { $0.recorded.count } == 3)
    }

    @Test func `a reading ends when its time is over, and a history says where it goes on`() async throws {
        var limits = AuditLimits()
        limits.longestRunInSeconds = 0
        let api = api(limits)
        defer { done(api) }
        for target in ["/audit/verify", "/audit/reproduce", "/audit/chain?environment=x&api=y"] {
            let answer = try await ask(api, target)
            #expect(answer.status == 503 && answer.body == Array("too_long".utf8), "\(target)")
        }
        // The estate before the first event costs nothing.
        let history = try await ask(api, "/audit/history")
        #expect(history.status == 200)
        #expect(try JSON.parse(history.body).objectValue?["next"]?.integerValue == 0)
    }

    @Test func `a history ends before it is too long, and pages join without a gap`() async throws {
        var limits = AuditLimits()
        limits.maximumHistoryBytes = 4_000
        let api = api(limits)
        defer { done(api) }
        var (next, positions, pages): (Int64?, [Int64], Int) = (0, [], 0)
        while let from = next {
            let body = try await ask(api, "/audit/history?from=\(from)&limit=1000").body
            #expect(body.count < 6_000)
            let page = try #require(try JSON.parse(body).objectValue)
            positions +=
                page["items"]?.arrayValue?.compactMap {
                    $0.objectValue?["event"]?.objectValue?["position"]?.integerValue
                } ?? []
            next = page["next"]?.integerValue
            pages += 1
            try #require(pages < 200)
        }
        #expect(positions == Array(0...600) && pages > 20)
    }

    @Test func `what does not find a thread is told to come back, and a stop refuses what waits`() async throws {
        var limits = AuditLimits()
        limits.threads = 1
        limits.maximumWaiting = 1
        let path = path
        let gate = Locked(false)
        let api = AuditAPI(desk, limits: limits, clock: { Timestamp(microseconds: 0) }) {
            while !gate.withLock({ $0 }) { Thread.sleep(forTimeInterval: 0.005) }
            return try SQLiteLedgerReader.open(path)
        }
        let statuses = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<6 { group.addTask { (try? await ask(api, "/audit/verify").status) ?? 0 } }
            group.addTask {
                try? await Task.sleep(for: .milliseconds(300))
                gate.withLock { $0 = true }
                return 0
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.count { $0 == 200 } >= 1 && statuses.count { $0 == 503 } >= 3, "\(statuses)")
        done(api)
        #expect(try await ask(api, "/audit/verify").status == 503)
    }

    @Test func `a ledger that cannot be opened names no file to the asker`() async throws {
        let api = AuditAPI(desk, clock: { Timestamp() }) { try SQLiteLedgerReader.open("/absent/ledger") }
        defer { done(api) }
        let answer = try await ask(api, "/audit/verify")
        #expect(answer.status == 503 && answer.body == Array("ledger_unreadable".utf8))
    }

    @Test func `a damaged record is said, and that it was said is recorded`() async throws {
        let path = path
        let api = AuditAPI(desk, clock: { Timestamp() }) { DamagedReader(try SQLiteLedgerReader.open(path)) }
        defer { done(api) }
        let answer = try await ask(api, "/audit/history?from=100")
        #expect(answer.status == 500 && answer.body == Array("record_damaged".utf8))
        #expect(desk.state.withLock { $0.recorded.count } == 1)
    }
}
