import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import Testing

@Suite struct ManagementReadTests {
    @Test func `lists come in pages, in the order of identifiers`() async throws {
        let desk = try ManagementDesk()
        var made: [String] = []
        for index in 0..<5 {
            made.append(
                try await desk.made("POST", "apis", #"{"name":"api \#(index)","base_path":"/a\#(index)"}"#).id)
            desk.time.advance(seconds: 1)
        }
        let first = try await desk.send("GET", "apis?limit=2")
        #expect(first.items.map { $0["id"]?.stringValue } == made.prefix(2).map { $0 })
        #expect(first["next"] == .string(made[1]))
        let second = try await desk.send("GET", "apis?limit=2&after=\(made[1])")
        #expect(second.items.map { $0["id"]?.stringValue } == made[2...3].map { $0 })
        let last = try await desk.send("GET", "apis?limit=2&after=\(made[3])")
        #expect(last.items.map { $0["id"]?.stringValue } == [made[4]])
        #expect(last["next"] == .null)
        #expect(try await desk.send("GET", "apis").items.count == 5)
    }

    @Test(arguments: ["limit=0", "limit=1001", "limit=x", "page=2", "limit=1&limit=2"])
    func `a query that says nothing sensible is refused`(_ query: String) async throws {
        let desk = try ManagementDesk()
        #expect(try await desk.send("GET", "apis?\(query)").status == 400)
    }

    @Test(arguments: [
        "apis/x", "assurance-schemes/a", "environments/prod", "environments/prod/findings", "settings",
        "clock/confirmation", "linkable-apis", "environments/prod/apis/x/identity-chain", "operators",
    ])
    func `a parameter that nobody knows is refused and named`(_ path: String) async throws {
        let desk = try ManagementDesk()
        let answer = try await desk.send("GET", "\(path)?potision=1")
        #expect(answer.status == 400 && answer.reason == "unknown_parameter" && answer.faultyFields == ["potision"])
    }

    @Test(arguments: ["apis/x", "apps/app_01mcc5rm005vsnqkr5vfmdzagc", "environments/none", "assurance-schemes/a"])
    func `what is not there is not found, and reading is no command`(_ path: String) async throws {
        let desk = try ManagementDesk()
        let before = desk.store.events.count
        #expect(try await desk.send("GET", path).status == 404)
        #expect(desk.store.events.count == before)
    }

    @Test func `no digest of a secret is ever shown`() async throws {
        let scene = try await ManagementScene()
        try await scene.desk.made("POST", "apis/\(scene.api)/credentials")
        let digests =
            scene.desk.store.state.estate.apps.values.flatMap { $0.secrets.map(\.secret.digest.text) }
            + scene.desk.store.state.estate.operators.values.map(\.key.digest.text)
            + scene.desk.store.state.estate.apis.values.flatMap { $0.credentials.map(\.digest.text) }
        #expect(digests.count == 3)
        for path in ["apps", "operators", "apis"] {
            let body = try await scene.desk.send("GET", path).body
            #expect(digests.allSatisfy { !body.contains($0) })
        }
    }

    @Test func `a chain is shown as it stands, newest registration first`() async throws {
        let scene = try await ManagementScene(deployed: true)
        let newer = try await scene.desk.made(
            "POST", "api-identities", ManagementBodies.identity(named: "newer", apis: [scene.api])
        ).id
        try await scene.desk.made("PUT", "environments/prod/deployments/\(newer)", "{}")
        // Deploying it again, undeployed in between, does not move it.
        try await scene.desk.made("DELETE", "environments/prod/deployments/\(scene.identity)")
        try await scene.desk.made("PUT", "environments/prod/deployments/\(scene.identity)", "{}")

        let chain = try await scene.desk.send("GET", "environments/prod/apis/\(scene.api)/identity-chain")

        #expect(chain.identities == [newer, scene.identity])
        #expect(chain["position"]?.integerValue == Int64(scene.desk.store.events.count))
        let via = chain["chain"]?.arrayValue?.first?.objectValue?["via"]?.arrayValue?.first?.objectValue
        #expect(via?["api"] == .string(scene.api))
    }

    @Test func `a chain is shown as it stood at a position and at a time`() async throws {
        let scene = try await ManagementScene()
        let path = "environments/prod/apis/\(scene.api)/identity-chain"
        try await scene.desk.made("PUT", "environments/prod/deployments/\(scene.api)", "{}")
        let before = scene.desk.store.events.count
        let timeBefore = scene.desk.time.now
        scene.desk.time.advance(seconds: 60)
        try await scene.desk.made("PUT", "environments/prod/deployments/\(scene.identity)", "{}")
        let timeOf = scene.desk.time.now
        scene.desk.time.advance(seconds: 60)
        try await scene.desk.made("DELETE", "environments/prod/deployments/\(scene.identity)")

        #expect(try await scene.desk.send("GET", path).identities == [])
        #expect(try await scene.desk.send("GET", "\(path)?position=\(before)").identities == [])
        #expect(try await scene.desk.send("GET", "\(path)?position=\(before + 1)").identities == [scene.identity])
        #expect(try await scene.desk.send("GET", "\(path)?at=\(timeBefore.text)").identities == [])
        #expect(try await scene.desk.send("GET", "\(path)?at=\(timeOf.text)").identities == [scene.identity])
        let early = try await scene.desk.send("GET", "\(path)?position=0")
        #expect(early.status == 404)
    }

    @Test(arguments: [
        "position=-1", "position=999999", "position=x", "at=yesterday", "position=1&at=2026-01-01T00:00:00Z",
    ])
    func `a chain at no position is refused`(_ query: String) async throws {
        let scene = try await ManagementScene()
        let answer = try await scene.desk.send("GET", "environments/prod/apis/\(scene.api)/identity-chain?\(query)")
        #expect(answer.status == 400)
    }

    @Test func `findings say what cannot work`() async throws {
        let scene = try await ManagementScene(deployed: true)
        try await scene.desk.made("DELETE", "environments/prod/deployments/\(scene.identity)")
        let kinds = try await scene.desk.send("GET", "environments/prod/findings").items
            .compactMap { $0["kind"]?.stringValue }
        #expect(kinds == ["no_identity_here", "password_on", "no_access_rules"])
        #expect(try await scene.desk.send("GET", "environments/none/findings").status == 404)
    }
}

extension ManagementDesk.Answer {
    var identities: [String]? {
        object["chain"]?.arrayValue?.compactMap { $0.objectValue?["identity"]?.stringValue }
    }
}
