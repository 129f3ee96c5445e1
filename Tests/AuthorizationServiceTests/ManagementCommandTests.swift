import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import LedgerCrypto
import Testing

/// One command that is done: what it answers, and the events that it leaves.
struct GoodCommand: CustomTestStringConvertible, Sendable {
    var name: String
    var method: String
    var path: String
    var body: String? = nil
    var status = 200
    var events: [EventType]
    /// Members of the answer, as JSON text.
    var shows: [String: String] = [:]
    var deployed = false

    var testDescription: String { name }
}

private let goodCommands: [GoodCommand] = [
    GoodCommand(
        name: "an operator is added, and his key shown", method: "POST", path: "operators",
        body: #"{"name":"Anna","roles":["manager","deployer"]}"#, status: 201, events: [.operatorAdded],
        shows: ["roles": #"["manager","deployer"]"#]),
    GoodCommand(
        name: "roles that are the same already change nothing", method: "PUT", path: "operators/OPERATOR_ID/roles",
        body: #"{"roles":["gateway","privacy","auditor","deployer","manager","administrator"]}"#, events: []),
    GoodCommand(
        name: "an environment comes with its issuer and an active token key", method: "POST", path: "environments",
        body: #"{"name":"sandbox"}"#, status: 201, events: [.environmentCreated, .keyAdded, .keyActivated],
        shows: ["name": #""sandbox""#, "issuer": #""https://auth.example/sandbox""#, "oauth": "false"]),
    GoodCommand(
        name: "settings are put whole", method: "PUT", path: "environments/prod/settings",
        body: #"{"lifetimes":{"access_token_seconds":600},"limits":{"user_failures":5},"profile":"sensedia"}"#,
        events: [.environmentConfigured]),
    GoodCommand(
        name: "another algorithm comes with a key of it", method: "PUT", path: "environments/prod/settings",
        body: #"{"algorithm":"EdDSA"}"#, events: [.environmentConfigured, .keyAdded, .keyActivated]),
    GoodCommand(
        name: "settings that stand already change nothing", method: "PUT", path: "environments/prod/settings",
        body: "{}", events: []),
    GoodCommand(
        name: "an assurance scheme is set", method: "PUT", path: "assurance-schemes/nist",
        body: #"{"levels":["aal1","aal2","aal3"]}"#, events: [.assuranceSchemeSet],
        shows: ["levels": #"["aal1","aal2","aal3"]"#, "name": #""nist""#]),
    GoodCommand(
        name: "an API is registered with access rules", method: "POST", path: "apis",
        body: ManagementBodies.api(
            named: "orders", basePath: "/orders",
            more: #","access_rules":[\#(ManagementBodies.accessRule)],"resource":"https://orders.example/v1""#
                + #","sector":"shop","require_bound":true,"token_ttl_seconds":60,"version":"2.1""#),
        status: 201, events: [.apiRegistered],
        shows: ["kind": #""api""#, "revision": "1", "version": #""2.1""#, "token_ttl_seconds": "60"]),
    GoodCommand(
        name: "an API is revised", method: "POST", path: "apis/API_ID/revisions", body: ManagementBodies.api,
        status: 201, events: [.apiRevised], shows: ["revision": "2"]),
    GoodCommand(
        name: "an API gets a credential, which is shown", method: "POST", path: "apis/API_ID/credentials", body: "{}",
        status: 201, events: [.apiCredentialAdded], shows: ["client_id": #""API_ID""#]),
    GoodCommand(
        name: "an API is retired and is deployed nowhere", method: "POST", path: "apis/API_ID/retirement",
        events: [.apiRetired], shows: ["retired": "true", "deployments": "{}"], deployed: true),
    GoodCommand(
        name: "an Identity is registered with its first links", method: "POST", path: "api-identities",
        body: ManagementBodies.identity(
            named: "customers", apis: ["API_ID"],
            more: #","base_path":"/login","version":"1.0","user_store":"customers","subject_from":"answer","#
                + #""body":"form","accept":{"status":[200],"content_type":"application/json","#
                + #""subject_required":true},"on_unavailable":"stop","probe":"off","timeout_ms":500,"#
                + #""maximum_in_flight":8,"forward":[{"field":"tenant","from":"app.extra_info.tenant"}],"#
                + #""assurance":{"acr":"aal1","amr":["pwd"],"vot":"P1.Cb","vtm":"https://trust.example/"},"#
                + #""migrated_from":"oauth directory 7","destinations":{"prod":"https://prod.example/verify"}"#),
        status: 201, events: [.identityRegistered],
        shows: [
            "kind": #""identity""#, "apis": #"["API_ID"]"#, "destination": #""https://users.example/verify""#,
            "destinations": #"{"prod":"https://prod.example/verify"}"#, "timeout_ms": "500",
            "migrated_from": #""oauth directory 7""#, "user_store": #""customers""#,
        ]),
    GoodCommand(
        name: "an Identity is revised", method: "POST", path: "api-identities/IDENTITY_ID/revisions",
        body: #"{"name":"staff","destination":"https://users.example/verify","timeout_ms":900}"#, status: 201,
        events: [.identityRevised], shows: ["revision": "2", "timeout_ms": "900", "apis": #"["API_ID"]"#]),
    GoodCommand(
        name: "a destination changes, and its users are the same", method: "POST",
        path: "api-identities/IDENTITY_ID/revisions",
        body: #"{"name":"staff","destination":"https://new.example/verify","same_user_store":true}"#, status: 201,
        events: [.identityRevised], shows: ["destination": #""https://new.example/verify""#]),
    GoodCommand(
        name: "a destination changes, and its users are others", method: "POST",
        path: "api-identities/IDENTITY_ID/revisions",
        body: #"{"name":"staff","destination":"https://new.example/v","same_user_store":false,"user_store":"new"}"#,
        status: 201, events: [.identityRevised], shows: ["user_store": #""new""#]),
    GoodCommand(
        name: "a link that stands already changes nothing", method: "PUT",
        path: "api-identities/IDENTITY_ID/apis/API_ID", events: [], shows: ["apis": #"["API_ID"]"#]),
    GoodCommand(
        name: "an Identity is unlinked", method: "DELETE", path: "api-identities/IDENTITY_ID/apis/API_ID",
        events: [.identityUnlinked], shows: ["apis": "[]"]),
    GoodCommand(
        name: "an Identity is retired and is deployed nowhere", method: "POST",
        path: "api-identities/IDENTITY_ID/retirement", events: [.identityRetired],
        shows: ["retired": "true", "deployments": "{}"], deployed: true),
    GoodCommand(
        name: "API OAuth is deployed already", method: "PUT", path: "environments/prod/deployments/oauth", body: "{}",
        events: [], shows: ["oauth": "true"]),
    GoodCommand(
        name: "API OAuth is undeployed", method: "DELETE", path: "environments/prod/deployments/oauth",
        events: [.oauthUndeployed], shows: ["oauth": "false"]),
    GoodCommand(
        name: "an API is deployed at its latest revision", method: "PUT",
        path: "environments/prod/deployments/API_ID", body: "{}", events: [.apiDeployed],
        shows: ["apis": #"{"API_ID":1}"#]),
    GoodCommand(
        name: "an API that is deployed at this revision stays as it is", method: "PUT",
        path: "environments/prod/deployments/API_ID", body: #"{"revision":1}"#, events: [], deployed: true),
    GoodCommand(
        name: "an API is undeployed", method: "DELETE", path: "environments/prod/deployments/API_ID",
        events: [.apiUndeployed], shows: ["apis": "{}"], deployed: true),
    GoodCommand(
        name: "an Identity is deployed at a revision", method: "PUT",
        path: "environments/prod/deployments/IDENTITY_ID", body: #"{"revision":1}"#, events: [.identityDeployed],
        shows: ["api_identities": #"{"IDENTITY_ID":1}"#]),
    GoodCommand(
        name: "an Identity is undeployed", method: "DELETE", path: "environments/prod/deployments/IDENTITY_ID",
        events: [.identityUndeployed], shows: ["api_identities": "{}"], deployed: true),
    GoodCommand(
        name: "what is not deployed can be undeployed", method: "DELETE",
        path: "environments/prod/deployments/IDENTITY_ID", events: []),
    GoodCommand(
        name: "an app is registered", method: "POST", path: "apps",
        body: ManagementBodies.app(
            named: "web", apis: ["API_ID"],
            more: #","scopes":["read"],"sector":"shop","extra_info":{"tenant":"7"},"#
                + #""certificates":[{"dns":"web.example"}],"jwks":{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","#
                + #""x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#),
        status: 201, events: [.appRegistered],
        shows: ["kind": #""app""#, "has_extra_info": "true", "scopes": #"["read"]"#, "first_party": "true"]),
    GoodCommand(
        name: "an app is revised", method: "POST", path: "apps/APP_ID/revisions",
        body: ManagementBodies.app(apis: ["API_ID"]), status: 201, events: [.appRevised], shows: ["revision": "2"]),
    GoodCommand(
        name: "an app gets a new secret, and the old one holds for a while", method: "POST",
        path: "apps/APP_ID/secrets", body: #"{"overlap_seconds":3600}"#, status: 201, events: [.appSecretRotated],
        shows: ["client_id": #""APP_ID""#]),
    GoodCommand(
        name: "an app is suspended", method: "PUT", path: "apps/APP_ID/suspension", events: [.appSuspended],
        shows: ["suspended": "true"]),
    GoodCommand(
        name: "an app that is not suspended goes on", method: "DELETE", path: "apps/APP_ID/suspension", events: [],
        shows: ["suspended": "false"]),
    GoodCommand(
        name: "an app is retired", method: "POST", path: "apps/APP_ID/retirement", body: "{}", events: [.appRetired],
        shows: ["retired": "true"]),
]

@Suite struct ManagementCommandTests {
    @Test(arguments: goodCommands)
    func `a command leaves its events and answers with the thing and its place`(_ row: GoodCommand) async throws {
        let scene = try await ManagementScene(deployed: row.deployed)
        let before = scene.desk.store.events.count

        let answer = try await scene.desk.send(row.method, scene.filled(row.path), row.body.map(scene.filled))

        #expect(answer.status == row.status, "\(answer.body)")
        let added = Array(scene.desk.store.events.dropFirst(before))
        #expect(added.map(\.data.type) == row.events)
        #expect(added.allSatisfy { $0.actor == .operator(scene.desk.first.id) })
        #expect(Set(added.map(\.correlation)).count == (row.events.isEmpty ? 0 : 1))
        for (name, json) in row.shows {
            let value = try JSON.parse(Array("{\"v\":\(scene.filled(json))}".utf8)).objectValue?["v"]
            #expect(answer[name] == value, "\(name) in \(answer.body)")
        }
        if row.events.isEmpty {
            #expect(answer["ledger"] == nil)
        } else {
            let leaf = try #require(scene.desk.store.leafHash(at: before))
            #expect(answer["ledger"]?.objectValue?["position"]?.integerValue == Int64(before))
            #expect(answer["ledger"]?.objectValue?["leaf_hash"]?.stringValue == leaf)
        }
    }

    @Test(arguments: goodCommands.filter { $0.status == 201 || $0.method == "PUT" })
    func `what a command answers is what GET shows, but for what is shown once`(_ row: GoodCommand) async throws {
        let scene = try await ManagementScene(deployed: row.deployed)
        let answer = try await scene.desk.send(row.method, scene.filled(row.path), row.body.map(scene.filled))
        let parts = scene.filled(row.path).split(separator: "/").map(String.init)
        let id = answer["name"]?.stringValue ?? ""
        let path: String =
            switch parts[0] {
            case "environments": "environments/\(id)"
            case "assurance-schemes": "assurance-schemes/\(id)"
            default: "\(parts[0])/\(answer.id)"
            }

        let shown = try await scene.desk.send("GET", path)

        #expect(shown.status == 200)
        var expected = answer.object
        for name in ["ledger", "key", "client_secret"] { expected[name] = nil }
        if parts[0] == "apis" { expected["client_id"] = nil }
        #expect(JSONValue.object(shown.object) == .object(expected))
    }

    @Test func `an operator goes, and his key opens nothing any more`() async throws {
        let desk = try ManagementDesk()
        let other = try desk.add(.manager)
        let answer = try await desk.send("DELETE", "operators/\(other.id.text)")
        #expect(answer.status == 200)
        #expect(answer["removed"] == .boolean(true))
        #expect(try await desk.send("GET", "operators/\(other.id.text)").status == 404)
        #expect(try await desk.send("GET", "apis", by: other).status == 401)
    }

    @Test func `a key that is shown opens the doors of its roles`() async throws {
        let desk = try ManagementDesk()
        let added = try await desk.made("POST", "operators", #"{"name":"Anna","roles":["manager"]}"#)
        let id = try #require(OperatorID(text: added.id))
        let anna = TestOperator(id: id, key: try #require(added["key"]?.stringValue))
        #expect(try await desk.send("POST", "apis", ManagementBodies.api, by: anna).status == 201)
        #expect(try await desk.send("POST", "environments", #"{"name":"prod"}"#, by: anna).status == 201)
    }

    @Test func `a key expires after the days that the ledger says`() async throws {
        let desk = try ManagementDesk()
        var settings = LedgerConfigured()
        settings.operatorKeyDays = 7
        desk.store.add(.ledger(.configured(settings)))
        let added = try await desk.made("POST", "operators", #"{"name":"Anna","roles":["manager"]}"#)
        #expect(added["expires_at"]?.stringValue == desk.time.now.advanced(bySeconds: 7 * 86_400).text)
    }

    @Test func `a new algorithm leaves the old key published`() async throws {
        let scene = try await ManagementScene()
        let answer = try await scene.desk.made("PUT", "environments/prod/settings", #"{"algorithm":"RS256"}"#)
        let keys = answer["keys"]?.arrayValue?.compactMap(\.objectValue) ?? []
        #expect(keys.map { $0["alg"] } == [.string("ES256"), .string("RS256")])
        #expect(keys.map { $0["active"] } == [.boolean(false), .boolean(true)])
        #expect(keys.map { $0["retired"] } == [.boolean(false), .boolean(false)])
    }

    @Test func `the key of an environment is kept before any event names it`() async throws {
        let desk = try ManagementDesk()
        desk.keys.breakDown()
        let before = desk.store.events.count
        let answer = try await desk.send("POST", "environments", #"{"name":"prod"}"#)
        #expect(answer.status == 503)
        #expect(desk.store.events.count == before)
    }

    @Test func `a rotated secret overlaps as long as was asked`() async throws {
        let scene = try await ManagementScene()
        let answer = try await scene.desk.made("POST", "apps/\(scene.app)/secrets", #"{"overlap_seconds":60}"#)
        let secrets = answer["secrets"]?.arrayValue?.compactMap(\.objectValue) ?? []
        #expect(secrets.count == 2)
        #expect(secrets.first?["holds_until"]?.stringValue == scene.desk.time.now.advanced(bySeconds: 60).text)
        let next = try await scene.desk.made("POST", "apps/\(scene.app)/secrets")
        #expect(next["secrets"]?.arrayValue?.count == 1)
    }
}

extension FakeStore {
    func leafHash(at place: Int) -> String? {
        let reader = FakeReader(snapshot)
        return reader.event(at: Position(Int64(place)))?.leafHash.hex
    }
}
