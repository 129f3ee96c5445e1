import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import LedgerCrypto
import Testing
import Threads

/// The OAuth doors of a ledger in memory: environment `prod`, API `accounts` with a credential of its own, and the app
/// `shop`, which may have tokens of its own and refresh tokens. `other` is another app of the same API.
struct GrantDesk {
    struct Client: Sendable {
        var id: String
        var secret: String
        var basic: String { "Basic " + Base64.encode(Array("\(id):\(secret)".utf8)) }
    }

    let desk: ManagementDesk
    let service: LedgerService
    let api: Client
    let app: Client
    let other: Client
    let environment: EnvironmentName

    init() async throws {
        desk = try ManagementDesk()
        environment = try #require(EnvironmentName(text: "prod"))
        try await desk.made("POST", "environments", #"{"name":"prod"}"#)
        try await desk.made("PUT", "environments/prod/deployments/oauth", "{}")
        let grants = #"["password","refresh_token","client_credentials"]"#
        let api = try await desk.made(
            "POST", "apis",
            #"{"name":"accounts","base_path":"/accounts","interceptors":[{"type":"oauth","grants":\#(grants)}],"#
                + #""scopes":["read","write"]}"#
        ).id
        try await desk.made("PUT", "environments/prod/deployments/\(api)", "{}")
        self.api = try await Self.client(of: desk, "apis/\(api)/credentials", "{}")
        let body: (String) -> String = {
            #"{"name":"\#($0)","apis":["\#(api)"],"first_party":true,"grants":\#(grants)}"#
        }
        app = try await Self.client(of: desk, "apps", body("shop"))
        other = try await Self.client(of: desk, "apps", body("other"))
        let table = desk.context.revocations
        desk.store.onCommit { events in table.withLock { table in events.forEach { table.fold($0) } } }
        service = LedgerService(desk.context)
    }

    private static func client(of desk: ManagementDesk, _ path: String, _ body: String) async throws -> Client {
        let made = try await desk.made("POST", path, body)
        return Client(
            id: made["client_id"]?.stringValue ?? "", secret: made["client_secret"]?.stringValue ?? "")
    }

    struct Answer {
        var status: Int
        var body: String
        var fields: HTTPFields
        var object: JSONObject

        subscript(_ name: String) -> JSONValue? { object[name] }
        var error: String? { object["error"]?.stringValue }
        var isActive: Bool? { object["active"].map { $0 == .boolean(true) } }
    }

    /// Posts a form to `/prod/oauth/{endpoint}`.
    @discardableResult
    func post(
        _ endpoint: String, _ body: String, by client: Client?, fields more: [(String, String)] = [],
        method: String = "POST", type: String = "application/x-www-form-urlencoded", in environment: String = "prod"
    ) async throws -> Answer {
        var fields = HTTPFields(more.map { HTTPFields.Field(name: $0.0, value: $0.1) })
        fields.append("Content-Type", type)
        if let client { fields.append("Authorization", client.basic) }
        let response = await service.answer(
            HTTPRequest(
                method: method, target: try RequestTarget(parsing: "/\(environment)/oauth/\(endpoint)"),
                fields: fields, body: Array(body.utf8), receivedAt: desk.time.now.microseconds))
        #expect(response.isWellFormed)
        let object = (try? JSON.parse(response.body, maximumBytes: 1 << 20))?.objectValue
        return Answer(
            status: response.status, body: String(decoding: response.body, as: UTF8.self), fields: response.fields,
            object: object ?? JSONObject())
    }

    /// A token of the app's own.
    func ownToken(scope: String = "read", by client: Client? = nil) async throws -> String {
        let answer = try await post(
            "access-token", "grant_type=client_credentials&scope=\(scope)", by: client ?? app)
        return try #require(answer["access_token"]?.stringValue, "\(answer.body)")
    }

    func introspect(_ token: String, by client: Client? = nil) async throws -> Answer {
        try await post("introspect", "token=\(token)", by: client ?? app)
    }

    func refresh(_ token: String, more: String = "", by client: Client? = nil) async throws -> Answer {
        try await post("access-token", "grant_type=refresh_token&refresh_token=\(token)\(more)", by: client ?? app)
    }

    /// The refresh token of a family that a password grant is supposed to have begun.
    func family() throws -> String {
        let secret = try IssuedSecret.draw()
        let now = desk.time.now
        var issued = TokenIssued()
        issued.account = AccountID(bits: 77)
        issued.family = FamilyID(milliseconds: now.microseconds / 1_000, random: UInt128(try SecureRandom.uint64()))
        issued.claims.id = DecisionID(
            milliseconds: now.microseconds / 1_000, random: UInt128(try SecureRandom.uint64()))
        issued.claims.issuer = "https://auth.example/prod"
        issued.claims.clientID = try #require(AppID(text: app.id))
        issued.claims.subject = AccountID(bits: 77).text
        issued.claims.audience = ["https://auth.example/prod/accounts"]
        issued.claims.scope = "read write"
        issued.claims.amr = ["pwd"]
        issued.claims.authTime = now.seconds
        issued.claims.issuedAt = now.seconds
        issued.claims.expiresAt = now.seconds + 300
        issued.because = ["amr", "auth_time", "scope", "sub", "subject_type"].map {
            Justification(claim: $0, event: .position(Position(0)))
        }
        issued.decidedAt = now
        var refresh = RefreshIssued()
        refresh.family = try #require(issued.family)
        refresh.secretDigest = secret.digest
        refresh.endsAt = now.advanced(bySeconds: RefreshTerms.defaultAbsoluteSeconds)
        refresh.expiresAt = now.advanced(bySeconds: RefreshTerms.defaultIdleSeconds)
        issued.refresh = refresh
        let commit = try #require(desk.store.add(.tokens(.issued(issued))))
        return "\(commit.first.value).0.\(secret.text)"
    }

    // MARK: The record

    /// The data of the newest events, in order.
    func newest(_ count: Int) -> [EventData] { desk.store.events.suffix(count).map(\.data) }

    var lastRefusal: TokenRefused? {
        desk.store.events.reversed().lazy.compactMap { event in
            if case .tokens(.refused(let data)) = event.data { data } else { nil }
        }.first
    }
}
