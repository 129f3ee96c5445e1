import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import Testing

@Suite struct ManagementConcurrencyTests {
    @Test func `a command is judged anew when the estate moved`() async throws {
        let desk = try ManagementDesk()
        desk.store.beforeNextAppend { store in
            var taken = APIRegistered()
            taken.api = APIID(bits: 7)
            taken.content.name = Name(text: "accounts") ?? Name()
            taken.content.basePath = "/other"
            store.add(.apis(.registered(taken)))
        }
        let answer = try await desk.send("POST", "apis", ManagementBodies.api)
        #expect(answer.reason == "name_taken")
        #expect(desk.store.state.estate.apis.count == 1)
    }

    @Test func `a command whose fences hold is done although the estate moved`() async throws {
        let desk = try ManagementDesk()
        desk.store.beforeNextAppend { store in
            var other = APIRegistered()
            other.api = APIID(bits: 7)
            other.content.name = Name(text: "other") ?? Name()
            store.add(.apis(.registered(other)))
        }
        #expect(try await desk.send("POST", "apis", ManagementBodies.api).status == 201)
        #expect(desk.store.state.estate.apis.count == 2)
    }

    @Test func `a command is given up after eight moves`() async throws {
        let desk = try ManagementDesk()
        desk.store.failNext(
            .moved(.estate), .moved(.estate), .moved(.estate), .moved(.estate), .moved(.estate), .moved(.estate),
            .moved(.estate))
        #expect(try await desk.send("POST", "environments", #"{"name":"a"}"#).status == 201)
        #expect(desk.keys.tokenKeysMade == 1)
        desk.store.beforeEachAppend { store in
            var changed = LedgerConfigured()
            changed.operatorKeyDays = 30
            store.add(.ledger(.configured(changed)))
        }
        let answer = try await desk.send("POST", "apis", ManagementBodies.api)
        #expect(answer.status == 503)
        #expect(answer.reason == "busy")
        #expect(desk.refusals.isEmpty)
    }

    @Test func `a deployment is judged against its environment`() async throws {
        let scene = try await ManagementScene()
        let other = try await scene.desk.made(
            "POST", "apis", ManagementBodies.api(named: "accounts 2", basePath: "/accounts"))
        let id = try #require(APIID(text: other.id))
        scene.desk.store.beforeNextAppend { store in
            var deployed = APIDeployed()
            deployed.api = id
            deployed.environment = EnvironmentName(text: "prod") ?? EnvironmentName()
            store.add(.apis(.deployed(deployed)))
        }
        let answer = try await scene.desk.send("PUT", "environments/prod/deployments/\(scene.api)", "{}")
        #expect(answer.reason == "resource_taken")
    }

    @Test func `a command that says what it was planned on is refused when that moved`() async throws {
        let scene = try await ManagementScene()
        let planned = try await scene.desk.send("GET", "apis")
        let position = try #require(planned.fields.first("Ledger-Consulted"))
        let first = try await scene.desk.send(
            "PUT", "environments/prod/deployments/\(scene.api)", "{}", fields: [("Ledger-Consulted", position)])
        #expect(first.status == 200)
        // The plan goes on from where its own command left off.
        let next = try #require(first.fields.first("Ledger-Consulted"))
        try await scene.desk.made("PUT", "apps/\(scene.app)/suspension")
        let late = try await scene.desk.send(
            "PUT", "environments/prod/deployments/\(scene.identity)", "{}", fields: [("Ledger-Consulted", next)])
        #expect(late.status == 409)
        #expect(late.reason == "moved")
        #expect(scene.desk.refusals.map(\.reason) == ["moved"])
    }

    @Test(arguments: ["-1", "x", "999999"])
    func `a stated position that is none of the ledger's is refused`(_ position: String) async throws {
        let desk = try ManagementDesk()
        let answer = try await desk.send(
            "POST", "apis", ManagementBodies.api, fields: [("Ledger-Consulted", position)])
        #expect(answer.status == 400)
    }

    @Test func `a suspension has queue space of its own, and a full queue is said to be full`() async throws {
        let scene = try await ManagementScene()
        scene.desk.store.failNext(.full)
        let answer = try await scene.desk.send("PUT", "apps/\(scene.app)/suspension")
        #expect(answer.status == 503)
        #expect(answer.reason == "busy")
        #expect(SuspendApp(id: AppID()).isUrgent)
    }

    @Test func `nothing is said when nothing can be recorded`() async throws {
        let desk = try ManagementDesk()
        desk.store.failNext(.stopped("disk"))
        #expect(try await desk.send("POST", "apis", ManagementBodies.api).reason == "ledger_unavailable")
        desk.store.failNext(.stopped("disk"))
        #expect(try await desk.send("POST", "apis", "{}").reason == "ledger_unavailable")
    }
}

@Suite struct ManagementIdempotencyTests {
    private let key = [("Idempotency-Key", "first-try")]

    @Test func `the same request gets its first answer again, without secrets`() async throws {
        let scene = try await ManagementScene()
        let body = ManagementBodies.app(named: "web", apis: [scene.api])
        let first = try await scene.desk.send("POST", "apps", body, fields: key)
        #expect(first.status == 201)
        #expect(first["client_secret"] != nil)
        try await scene.desk.made("PUT", "apps/\(first.id)/suspension")
        let before = scene.desk.store.events.count

        let again = try await scene.desk.send("POST", "apps", body, fields: key)

        #expect(again.status == 201)
        #expect(again.fields.first("Idempotency-Replayed") == "true")
        #expect(first.fields.first("Idempotency-Replayed") == nil)
        var expected = first.object
        expected["client_secret"] = nil
        #expect(JSONValue.object(again.object) == .object(expected))
        #expect(scene.desk.store.events.count == before)
    }

    @Test func `an environment is made once`() async throws {
        let desk = try ManagementDesk()
        let first = try await desk.send("POST", "environments", #"{"name":"prod"}"#, fields: key)
        try await desk.made("PUT", "environments/prod/deployments/oauth", "{}")
        let again = try await desk.send("POST", "environments", #"{"name":"prod"}"#, fields: key)
        #expect(again.body == first.body)
        #expect(desk.keys.tokenKeysMade == 1)
    }

    @Test func `the same key with another body is refused`() async throws {
        let desk = try ManagementDesk()
        try await desk.send("POST", "environments", #"{"name":"prod"}"#, fields: key)
        let answer = try await desk.send("POST", "environments", #"{"name":"test"}"#, fields: key)
        #expect(answer.status == 422)
        #expect(answer.reason == "idempotency_key_reused")
        #expect(desk.refusals.map(\.reason) == ["idempotency_key_reused"])
    }

    @Test func `another operator's key of the same text is another key`() async throws {
        let desk = try ManagementDesk()
        let anna = try desk.add(.manager)
        #expect(try await desk.send("POST", "environments", #"{"name":"prod"}"#, fields: key).status == 201)
        let other = try await desk.send("POST", "environments", #"{"name":"test"}"#, by: anna, fields: key)
        #expect(other.status == 201)
    }

    @Test func `two equal requests at a time are done once`() async throws {
        let desk = try ManagementDesk()
        async let one = desk.send("POST", "environments", #"{"name":"prod"}"#, fields: key)
        async let other = desk.send("POST", "environments", #"{"name":"prod"}"#, fields: key)
        let answers = try await [one, other]
        #expect(answers.map(\.status) == [201, 201])
        #expect(desk.store.events.count { $0.data.type == .environmentCreated } == 1)
        #expect(answers.count { $0.fields.first("Idempotency-Replayed") == "true" } == 1)
    }

    @Test(arguments: ["", "with space", String(repeating: "a", count: 256)])
    func `a key that is none is refused`(_ text: String) async throws {
        let desk = try ManagementDesk()
        let answer = try await desk.send(
            "POST", "environments", #"{"name":"prod"}"#, fields: [("Idempotency-Key", text)])
        #expect(answer.status == 400)
    }

    @Test func `neither the key nor the body stands in the log`() async throws {
        let desk = try ManagementDesk()
        try await desk.send("POST", "environments", #"{"name":"prod"}"#, fields: key)
        #expect(desk.store.leaves.allSatisfy { !String(decoding: $0, as: UTF8.self).contains("first-try") })
    }
}
