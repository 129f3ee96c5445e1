import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import HTTPMessages
import LedgerCrypto
import Testing
import Threads

/// `refusal_quantum_ms`, with a clock and a timer that the test drives.
@Suite struct RefusalQuantumTests {
    let scene: ManagementScene
    let service: LedgerService
    let app: (id: String, secret: String)
    /// How long answers were held.
    let pauses = Locked<[Duration]>([])
    /// The clock's time since the request came, in microseconds.
    let spent = Locked<Int64>(0)

    init() async throws {
        // The API is deployed, and its only Identity is not: a bad user credential to the asker.
        scene = try await ManagementScene()
        let desk = scene.desk
        try await desk.made("PUT", "environments/prod/deployments/\(scene.api)", "{}")
        let made = try await desk.made("POST", "apps", ManagementBodies.app(named: "web", apis: [scene.api]))
        app = (made.id, made["client_secret"]?.stringValue ?? "")
        let (pauses, spent) = (pauses, spent)
        let context = ServiceContext(
            store: desk.store, vaults: desk.vaults, keys: desk.keys, identities: desk.context.identities,
            configuration: desk.context.configuration, throttles: desk.context.throttles,
            clock: { Timestamp(microseconds: desk.time.now.microseconds + spent.withLock { $0 }) },
            monotonic: { spent.withLock { $0 } },
            pause: { duration in pauses.withLock { $0.append(duration) } })
        service = LedgerService(context)
    }

    func token(_ body: String, secret: String? = nil) async throws -> HTTPResponse {
        await service.answer(
            HTTPRequest(
                method: "POST", target: try RequestTarget(parsing: "/prod/oauth/access-token"),
                fields: [
                    "Authorization": "Basic \(Base64.encode(Array("\(app.id):\(secret ?? app.secret)".utf8)))",
                    "Content-Type": "application/x-www-form-urlencoded",
                ], body: Array(body.utf8), receivedAt: scene.desk.time.now.microseconds))
    }

    static let form = "grant_type=password&username=ana&password=geheim"

    @Test(
        arguments: [
            (0, 500), (1, 499), (120, 380), (499, 1), (500, 500), (501, 499), (1_730, 270),
        ] as [(Int64, Int64)])
    func `a refusal of a user's credentials leaves at the next multiple after arrival`(
        _ spentMilliseconds: Int64, _ rest: Int64
    ) async throws {
        try await scene.desk.made("PUT", "environments/prod/settings", #"{"refusal_quantum_ms":500}"#)
        spent.withLock { $0 = spentMilliseconds * 1_000 }
        let answer = try await token(Self.form)
        #expect(answer.status == 400)
        #expect(String(decoding: answer.body, as: UTF8.self).contains("invalid_grant"))
        // What was spent and the rest make whole multiples.
        #expect(pauses.withLock { $0 } == [.milliseconds(rest)])
    }

    @Test func `nothing is held where the quantum is not set, and other refusals never are`() async throws {
        #expect(try await token(Self.form).status == 400)
        try await scene.desk.made("PUT", "environments/prod/settings", #"{"refusal_quantum_ms":500}"#)
        #expect(try await token(Self.form, secret: String(repeating: "A", count: 43)).status == 401)
        #expect(try await token("grant_type=password&username=ana").status == 400)
        #expect(try await token("grant_type=magic").status == 400)
        #expect(pauses.withLock { $0 }.isEmpty)
    }
}
