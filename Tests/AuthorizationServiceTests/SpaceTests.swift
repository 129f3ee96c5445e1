import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import HTTPMessages
import LedgerCrypto
import Testing
import Threads

/// What is still done when disk space is short.
@Suite struct SpaceTests {
    static let minimum: Int64 = 1 << 30

    let scene: ManagementScene
    let free: Locked<Int64>
    let context: ServiceContext
    let service: LedgerService

    init() async throws {
        scene = try await ManagementScene(deployed: true)
        let free = Locked(Self.minimum)
        self.free = free
        context = scene.desk.context {
            $0.minimumFreeBytes = Self.minimum
            $0.freeBytes = { free.withLock { $0 } }
        }
        service = LedgerService(context)
    }

    func send(
        _ method: String, _ target: String, _ body: String = "", fields: HTTPFields = [:]
    ) async throws -> HTTPResponse {
        await service.answer(
            HTTPRequest(
                method: method, target: try RequestTarget(parsing: target), fields: fields, body: Array(body.utf8),
                receivedAt: scene.desk.time.now.microseconds))
    }

    func manage(_ method: String, _ path: String, _ body: String = "") async throws -> HTTPResponse {
        try await send(
            method, "/manager/\(path)", body,
            fields: ["Authorization": "Bearer \(scene.desk.first.key)", "Content-Type": "application/json"])
    }

    var size: Int { scene.desk.store.events.count }

    /// What was recorded since the log had that size.
    func recorded(since size: Int) -> [EventType] { scene.desk.store.events.dropFirst(size).map(\.data.type) }

    @Test func `with enough space strangers are recorded`() async throws {
        let beforeEvents = size
        #expect(try await send("POST", "/prod/oauth/access-token").status == 401)
        #expect(try await send("GET", "/manager/apis").status == 401)
        #expect(try await send("GET", "/readyz").status == 200)
        let events = recorded(since: beforeEvents)
        #expect(events == [.tokenRefused, .commandRefused])
    }

    @Test func `below the minimum strangers are answered alike and not recorded, and the rest goes on`() async throws {
        free.withLock { $0 = Self.minimum - 1 }
        let beforeEvents = size
        #expect(try await send("POST", "/prod/oauth/access-token").status == 401)
        #expect(try await send("GET", "/prod/oauth/access-token").status == 405)
        #expect(try await send("GET", "/manager/apis").status == 401)
        await service.close()
        let events = recorded(since: beforeEvents)
        #expect(events.isEmpty)
        #expect(context.counters.current.requestsSuppressed == 3)
        let ready = try await send("GET", "/readyz")
        #expect(ready.status == 503)
        #expect(String(decoding: ready.body, as: UTF8.self) == #"{"reasons":["space_low"],"status":"unavailable"}"#)
        #expect(try await manage("POST", "environments", #"{"name":"test"}"#).status == 201)
        // Whoever authenticated is decided on, and recorded.
        let app = try await scene.desk.made("POST", "apps", ManagementBodies.app(named: "web", apis: [scene.api]))
        let secret = app["client_secret"]?.stringValue ?? ""
        let beforeKnown = size
        let answer = try await send(
            "POST", "/prod/oauth/access-token", "grant_type=client_credentials",
            fields: [
                "Authorization": "Basic \(Base64.encode(Array("\(app.id):\(secret)".utf8)))",
                "Content-Type": "application/x-www-form-urlencoded",
            ])
        #expect(answer.status == 400)
        let known = recorded(since: beforeKnown)
        #expect(known == [.tokenRefused])
    }

    @Test func `below half of it no token is decided on, and only what stops somebody is done`() async throws {
        free.withLock { $0 = Self.minimum / 2 - 1 }
        let beforeNothing = size
        let token = try await send("POST", "/prod/oauth/access-token")
        #expect(token.status == 503 && token.fields.first("Retry-After") == "60")
        for (method, path, body) in [
            ("POST", "environments", #"{"name":"test"}"#), ("POST", "apis", ManagementBodies.api),
            ("PUT", "settings", "{}"), ("PUT", "environments/prod/deployments/\(scene.api)", "{}"),
            ("DELETE", "apps/\(scene.app)/suspension", ""),
        ] {
            let answer = try await manage(method, path, body)
            #expect(answer.status == 503, "\(path)")
            #expect(String(decoding: answer.body, as: UTF8.self).contains(#""reason":"space_low""#), "\(path)")
        }
        let nothing = recorded(since: beforeNothing)
        #expect(nothing.isEmpty)
        #expect(try await manage("GET", "apis").status == 200)
        let beforeEvents = size
        for (method, path) in [
            ("PUT", "apps/\(scene.app)/suspension"), ("POST", "apps/\(scene.app)/secrets"),
            ("DELETE", "api-identities/\(scene.identity)/apis/\(scene.api)"),
            ("DELETE", "environments/prod/deployments/\(scene.identity)"),
            ("DELETE", "environments/prod/deployments/oauth"), ("POST", "apps/\(scene.app)/retirement"),
            ("POST", "api-identities/\(scene.identity)/retirement"), ("POST", "apis/\(scene.api)/retirement"),
        ] {
            #expect(try await manage(method, path).status < 300, "\(path)")
        }
        let events = recorded(since: beforeEvents)
        #expect(
            events == [
                .appSuspended, .appSecretRotated, .identityUnlinked, .identityUndeployed, .oauthUndeployed, .appRetired,
                .identityRetired, .apiRetired,
            ])
    }
}
