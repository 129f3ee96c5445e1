import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import Testing

/// A door, and who may go through it besides administrators.
struct DoorRow: CustomTestStringConvertible, Sendable {
    var method: String
    var path: String
    var body: String? = nil
    var roles: Set<Role>

    var testDescription: String { "\(method) \(path)" }
}

private let readers: Set<Role> = [.manager, .deployer, .auditor]
private let doors: [DoorRow] = [
    DoorRow(method: "GET", path: "operators", roles: [.auditor]),
    DoorRow(method: "POST", path: "operators", body: #"{"name":"Anna","roles":["auditor"]}"#, roles: []),
    DoorRow(method: "PUT", path: "operators/OPERATOR_ID/roles", body: #"{"roles":["administrator"]}"#, roles: []),
    DoorRow(method: "GET", path: "environments", roles: readers),
    DoorRow(method: "POST", path: "environments", body: #"{"name":"test"}"#, roles: [.manager]),
    DoorRow(method: "PUT", path: "environments/prod/settings", body: "{}", roles: [.manager]),
    DoorRow(method: "PUT", path: "assurance-schemes/nist", body: #"{"levels":["a"]}"#, roles: [.manager]),
    DoorRow(method: "GET", path: "assurance-schemes", roles: readers),
    DoorRow(method: "GET", path: "settings", roles: readers),
    DoorRow(method: "PUT", path: "settings", body: "{}", roles: []),
    DoorRow(method: "POST", path: "clock/confirmation", body: #"{"reason":"x"}"#, roles: []),
    DoorRow(method: "GET", path: "apis/API_ID", roles: readers),
    DoorRow(method: "POST", path: "apis", body: #"{"name":"x","base_path":"/x"}"#, roles: [.manager]),
    DoorRow(method: "POST", path: "apis/API_ID/credentials", roles: [.manager]),
    DoorRow(method: "POST", path: "apis/API_ID/retirement", roles: [.manager]),
    DoorRow(
        method: "POST", path: "api-identities/IDENTITY_ID/revocation", body: #"{"cause":"x"}"#, roles: [.manager]),
    DoorRow(method: "GET", path: "linkable-apis", roles: readers),
    DoorRow(method: "DELETE", path: "api-identities/IDENTITY_ID/apis/API_ID", roles: [.manager]),
    DoorRow(method: "PUT", path: "environments/prod/deployments/API_ID", body: "{}", roles: [.deployer]),
    DoorRow(method: "DELETE", path: "environments/prod/deployments/oauth", roles: [.deployer]),
    DoorRow(method: "POST", path: "apps/APP_ID/secrets", roles: [.manager]),
    DoorRow(method: "PUT", path: "apps/APP_ID/suspension", roles: [.manager]),
    DoorRow(method: "GET", path: "environments/prod/findings", roles: readers),
    DoorRow(method: "GET", path: "environments/prod/apis/API_ID/identity-chain", roles: readers),
]

@Suite struct ManagementRoleTests {
    @Test(arguments: doors)
    func `a door opens for its roles and for administrators, and for nobody else`(_ door: DoorRow) async throws {
        for role in Role.allCases {
            let scene = try await ManagementScene()
            let someone = try scene.desk.add(role)
            if door.path.hasPrefix("clock/") { scene.desk.time.advance(seconds: 7_200) }
            let before = scene.desk.store.events.count

            let answer = try await scene.desk.send(
                door.method, scene.filled(door.path), door.body.map(scene.filled), by: someone)

            if role == .administrator || door.roles.contains(role) {
                #expect(answer.status < 300, "\(role) \(answer.body)")
            } else {
                #expect(answer.status == 403, "\(role)")
                #expect(answer.reason == "role_missing")
                #expect(scene.desk.store.events.dropFirst(before).map(\.data.type) == [.commandRefused])
                #expect(scene.desk.store.events.last?.actor == .operator(someone.id))
            }
        }
    }

    @Test func `an expired key opens nothing, and its operator is on record`() async throws {
        let desk = try ManagementDesk()
        let old = try desk.add(.manager, days: 1)
        desk.time.advance(seconds: 86_401)
        let answer = try await desk.send("POST", "apis", ManagementBodies.api, by: old)
        #expect(answer.status == 401)
        #expect(answer.fields.first("WWW-Authenticate")?.hasPrefix("Bearer") == true)
        #expect(desk.refusals.map(\.reason) == ["operator_key_expired"])
        #expect(desk.store.events.last?.actor == .operator(old.id))
    }

    @Test func `a stranger is on record within the budget, and answered alike beyond it`() async throws {
        let desk = try ManagementDesk()
        let before = desk.store.events.count
        for _ in 0..<(RecordingBudget.sourceBurst + 10) {
            let answer = try await desk.send("GET", "apis", anonymously: true)
            #expect(answer.status == 401)
        }
        #expect(desk.store.events.count - before == Int(RecordingBudget.sourceBurst))
        #expect(desk.store.events.last?.actor == .stranger)
        #expect(desk.refusals.last?.reason == "unauthenticated")
        #expect(desk.context.counters.current.requestsSuppressed == 10)
    }

    @Test(arguments: ["Bearer", "Bearer x", "Basic eDp5", "Bearer opr_00000000000000000000000000.AAAA"])
    func `what is no operator's key opens nothing`(_ value: String) async throws {
        let desk = try ManagementDesk()
        let answer = try await desk.send("GET", "apis", fields: [("Authorization", value)], anonymously: true)
        #expect(answer.status == 401)
    }

    @Test func `whoever lost his role while the estate moved is not let through`() async throws {
        let desk = try ManagementDesk()
        let anna = try desk.add(.manager, .auditor)
        desk.store.beforeNextAppend { store in
            var changed = OperatorRolesChanged()
            changed.id = anna.id
            changed.roles = [.auditor]
            store.add(.operators(.rolesChanged(changed)))
        }
        let answer = try await desk.send("POST", "apis", ManagementBodies.api, by: anna)
        #expect(answer.status == 403)
        #expect(desk.store.state.estate.apis.isEmpty)
        #expect(desk.refusals.map(\.reason) == ["role_missing"])
    }
}
