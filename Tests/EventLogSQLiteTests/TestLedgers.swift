import AuthorizationCore
import CSQLite
import EventLog
import EventLogSQLite
import Foundation
import LedgerCrypto

/// A folder that is gone with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() {
        path = FileManager.default.temporaryDirectory.path + "/ledger-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}

/// A clock that stands where it was put, and at which whoever asks can be held up.
final class TestClock: @unchecked Sendable {
    // Safe to share: everything is only touched while `condition` is locked.
    private let condition = NSCondition()
    private var now: Int64 = 1_790_000_000_000_000
    private var isHeld = false
    private var waiting = 0

    func read() -> Timestamp {
        condition.lock()
        defer { condition.unlock() }
        waiting += 1
        condition.broadcast()
        while isHeld { condition.wait() }
        waiting -= 1
        return Timestamp(microseconds: now)
    }

    func advance(seconds: Int64) {
        condition.lock()
        now += seconds * 1_000_000
        condition.unlock()
    }

    /// From now on whoever asks for the time waits.
    func hold() {
        condition.lock()
        isHeld = true
        condition.unlock()
    }

    /// Returns when somebody waits for the time. It blocks no thread of the pool: who is waited for may need one.
    func waitForReader() async throws {
        while !isSomebodyWaiting { try await Task.sleep(for: .milliseconds(1)) }
    }

    private var isSomebodyWaiting: Bool {
        condition.lock()
        defer { condition.unlock() }
        return waiting > 0
    }

    func letGo() {
        condition.lock()
        isHeld = false
        condition.broadcast()
        condition.unlock()
    }
}

/// Events as tests propose them.
enum Sample {
    static func event(
        _ data: EventData, correlation: String = CommandID(bits: 1).text, sealed: [SealedRecord] = []
    ) -> ProposedEvent {
        ProposedEvent(
            actor: .service, correlation: correlation, blind: Bytes16(high: 1, low: 2), data: data, sealed: sealed)
    }

    static var created: ProposedEvent {
        var data = LedgerCreated()
        data.origin = "example.org/ledger"
        data.verifierKey = "example.org/ledger+00000000+AQ"
        return event(.ledger(.created(data)))
    }

    static var configured: ProposedEvent { event(.ledger(.configured(LedgerConfigured()))) }

    static func environment(_ name: String) -> ProposedEvent {
        var data = EnvironmentCreated()
        data.environment = EnvironmentName(text: name) ?? EnvironmentName()
        data.issuer = "https://example.org/\(name)"
        return event(.environments(.created(data)))
    }

    static func deployed(in name: String) -> ProposedEvent {
        var data = OAuthDeployed()
        data.environment = EnvironmentName(text: name) ?? EnvironmentName()
        return event(.environments(.oauthDeployed(data)))
    }

    /// Touches no fence.
    static func read(_ count: Int64 = 1) -> ProposedEvent {
        var data = AuditRead()
        data.action = "history"
        data.count = count
        return event(.audit(.read(data)))
    }

    /// Touches the account and the subject.
    static func opened(account: UInt128, subject: UInt128) -> ProposedEvent {
        var data = AccountOpened()
        data.account = AccountID(bits: account)
        data.environment = EnvironmentName(text: "prod") ?? EnvironmentName()
        data.subjectReference = SubjectReference(bits: subject)
        data.userStore = "staff"
        return event(.accounts(.opened(data)))
    }

    static func revoked(token: DecisionID) -> ProposedEvent {
        var data = TokenRevoked()
        data.scope = .token
        data.id = token.text
        return event(.tokens(.revoked(data)))
    }

    static func revoked(vouchedBy identity: IdentityID) -> ProposedEvent {
        var data = TokenRevoked()
        data.id = identity.text
        data.scope = .vouchedBy
        return event(.tokens(.revoked(data)))
    }

    /// A token that comes with a generation of a family.
    static func issued(family: FamilyID, generation: Int64) -> ProposedEvent {
        var data = TokenIssued()
        var refresh = RefreshIssued()
        refresh.family = family
        refresh.generation = generation
        data.refresh = refresh
        return event(.tokens(.issued(data)))
    }

    static func refreshUsed(family: FamilyID) -> ProposedEvent {
        var data = RefreshEvent()
        data.family = family
        return event(.tokens(.refreshUsed(data)))
    }

    static func refused(_ decision: DecisionID, attempts: [EventReference] = []) -> ProposedEvent {
        var data = TokenRefused()
        data.error = "invalid_grant"
        data.attempts = attempts
        return event(.tokens(.refused(data)), correlation: decision.text)
    }

    static func checkpoint(_ size: Int64) -> ReleasedCheckpoint {
        ReleasedCheckpoint(size: size, note: Array("note of \(size)\n".utf8))
    }
}

/// Another program's connection to the file, for looking and for damage.
final class RawDatabase {
    private var handle: OpaquePointer?

    struct Refused: Error, Equatable { var message: String }

    init(_ path: String) throws {
        guard sqlite3_open(path, &handle) == SQLITE_OK else { throw Refused(message: "open") }
        sqlite3_busy_timeout(handle, 2_000)
    }

    deinit { sqlite3_close(handle) }

    func execute(_ sql: String) throws {
        guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else {
            throw Refused(message: String(cString: sqlite3_errmsg(handle)))
        }
    }

    /// The first column of every row.
    func texts(_ sql: String) throws -> [String] {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw Refused(message: String(cString: sqlite3_errmsg(handle)))
        }
        defer { sqlite3_finalize(statement) }
        var found: [String] = []
        while sqlite3_step(statement) == SQLITE_ROW { found.append(String(cString: sqlite3_column_text(statement, 0))) }
        return found
    }

    func integer(_ sql: String) throws -> Int64 {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else {
            throw Refused(message: String(cString: sqlite3_errmsg(handle)))
        }
        defer { sqlite3_finalize(statement) }
        guard sqlite3_step(statement) == SQLITE_ROW else { throw Refused(message: "no row") }
        return sqlite3_column_int64(statement, 0)
    }
}
