import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import IdentityClient
import LedgerCrypto
import Testing
import Threads

/// A management door over a ledger in memory, with operators whose keys are known.
struct ManagementDesk {
    let store: FakeStore
    let vaults = FakeVaults()
    let keys: FakeKeys
    let context: ServiceContext
    let door: ManagementDoor
    let time: TestClock
    /// Has all roles.
    let first: TestOperator

    /// `policy` lets this machine's own addresses pass unless it says otherwise.
    init(policy: DestinationPolicy = DestinationPolicy(allowPrivate: true)) throws {
        let time = TestClock()
        self.time = time
        store = FakeStore(clock: { time.now })
        keys = try FakeKeys()
        var configuration = ServiceConfiguration(baseURL: "https://auth.example")
        configuration.destinations = policy
        context = ServiceContext(
            store: store, vaults: vaults, keys: keys, identities: try SharedClient.client(),
            configuration: configuration, throttles: Locked(ThrottleTable()), clock: { time.now },
            monotonic: { 0 })
        door = ManagementDoor(context: context)
        var created = LedgerCreated()
        created.origin = "auth.example/ledger"
        store.add(.ledger(.created(created)))
        first = try TestOperator.add(Role.allCases, named: "first", to: store, at: time.now)
    }

    /// A context over the same ledger that is set up in another way. Like the desk's own, it takes every step of the
    /// clock for a jump: no time passes in tests.
    func context(_ change: (inout ServiceConfiguration) -> Void) -> ServiceContext {
        var configuration = context.configuration
        change(&configuration)
        return ServiceContext(
            store: store, vaults: vaults, keys: keys, identities: context.identities, configuration: configuration,
            throttles: context.throttles, clock: context.clock, monotonic: { 0 })
    }

    /// Another operator, added behind the door's back.
    func add(_ roles: Role..., named name: String = "second", days: Int64 = 90) throws -> TestOperator {
        try TestOperator.add(roles, named: name, to: store, at: time.now, days: days)
    }

    /// Sends a request and reads the answer's JSON.
    @discardableResult
    func send(
        _ method: String, _ path: String, _ body: String? = nil, by someone: TestOperator? = nil,
        fields: [(String, String)] = [], contentType: String = "application/json", anonymously: Bool = false
    ) async throws -> Answer {
        var header = HTTPFields(fields.map { HTTPFields.Field(name: $0.0, value: $0.1) })
        if !anonymously { header.append("Authorization", "Bearer \((someone ?? first).key)") }
        if body != nil { header.append("Content-Type", contentType) }
        let request = HTTPRequest(
            method: method, target: try RequestTarget(parsing: "/manager/\(path)"), fields: header,
            body: Array((body ?? "").utf8), receivedAt: time.now.microseconds)
        return try Answer(await door.answer(request))
    }

    struct Answer {
        let status: Int
        let fields: HTTPFields
        let object: JSONObject
        let body: String

        init(_ response: HTTPResponse) throws {
            #expect(response.isWellFormed)
            status = response.status
            fields = response.fields
            body = String(decoding: response.body, as: UTF8.self)
            object = try #require(try JSON.parse(response.body, maximumBytes: 1 << 22).objectValue)
        }

        subscript(_ name: String) -> JSONValue? { object[name] }
        var id: String { object["id"]?.stringValue ?? "" }
        var reason: String { object["reason"]?.stringValue ?? "" }
        var faultyFields: [String] { object["fields"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        var items: [JSONObject] { object["items"]?.arrayValue?.compactMap(\.objectValue) ?? [] }
    }

    /// The refusals on record, in order.
    var refusals: [CommandRefused] {
        store.events.compactMap { event in
            if case .audit(.commandRefused(let data)) = event.data { data } else { nil }
        }
    }
}

/// An operator and the key that lets him in.
struct TestOperator: Sendable {
    var id: OperatorID
    var key: String

    static func add(
        _ roles: [Role], named name: String, to store: FakeStore, at now: Timestamp, days: Int64 = 90
    ) throws -> TestOperator {
        let secret = try IssuedSecret.draw()
        var added = OperatorAdded()
        added.id = OperatorID(milliseconds: now.microseconds / 1_000, random: UInt128(try SecureRandom.uint64()))
        added.name = try #require(Name(text: name))
        added.roles = roles
        added.key = SecretDigest(id: CredentialID(bits: 1), digest: secret.digest)
        added.expiresAt = now.advanced(bySeconds: days * 86_400)
        store.add(.operators(.added(added)))
        return TestOperator(id: added.id, key: OperatorKey.text(of: added.id, secret: secret.text))
    }
}

/// A clock that tests move.
final class TestClock: Sendable {
    private let time = Locked(Timestamp(microseconds: 1_800_000_000_000_000))

    var now: Timestamp { time.withLock { $0 } }

    func advance(seconds: Int64) { time.withLock { $0 = $0.advanced(bySeconds: seconds) } }
}

/// One HTTP client for all tests that never call anybody with it.
enum SharedClient {
    private static let made = Result { try IdentityHTTPClient() }

    static func client() throws -> IdentityHTTPClient { try made.get() }
}
