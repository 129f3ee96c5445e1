import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import Testing

@Suite struct ManagementRefusalTests {
    @Test(arguments: ManagementExamples.bad)
    func `a refused command leaves exactly one refusal and nothing else`(_ row: BadCommand) async throws {
        let scene = try await ManagementScene(deployed: true)
        let before = scene.desk.store.events.count

        let answer = try await scene.desk.send(row.method, scene.filled(row.path), row.body.map(scene.filled))

        #expect(answer.status == row.status, "\(answer.body)")
        #expect(answer.reason == row.reason, "\(answer.body)")
        #expect(answer.faultyFields == row.fields)
        #expect(answer.fields.first("Content-Type") == "application/problem+json")
        let added = Array(scene.desk.store.events.dropFirst(before))
        #expect(added.map(\.data.type) == [.commandRefused])
        #expect(added.first?.actor == .operator(scene.desk.first.id))
        let refusal = try #require(scene.desk.refusals.last)
        #expect(refusal.status == Int64(row.status))
        #expect(refusal.reason == row.reason)
        #expect(refusal.fields == row.fields)
        #expect(!refusal.command.isEmpty)
    }

    @Test func `what is not JSON is refused by its media type`() async throws {
        let desk = try ManagementDesk()
        let answer = try await desk.send("POST", "apis", ManagementBodies.api, contentType: "text/plain")
        #expect(answer.status == 415)
        #expect(desk.refusals.map(\.reason) == ["media_type_unsupported"])
    }

    @Test func `a refusal holds names of ours only, never what was typed`() async throws {
        let desk = try ManagementDesk()
        try await desk.send("POST", "apis", #"{"my password is hunter2":1,"hunter3":"hunter4"}"#)
        let refusal = try #require(desk.refusals.last)
        #expect(refusal.fields == ["hunter3"])
        let leaf = String(decoding: try #require(desk.store.leaves.last), as: UTF8.self)
        #expect(!leaf.contains("hunter2") && !leaf.contains("hunter4"))
    }

    @Test func `a retired thing takes no more commands`() async throws {
        let scene = try await ManagementScene()
        for (path, revision) in [
            ("apps/\(scene.app)", ManagementBodies.app(apis: [])),
            ("api-identities/\(scene.identity)", ManagementBodies.identity()),
            ("apis/\(scene.api)", ManagementBodies.api),
        ] {
            try await scene.desk.made("POST", "\(path)/retirement")
            try await scene.desk.made("POST", "\(path)/retirement")
            let body = revision.replacing(#","apis":[]"#, with: path.hasPrefix("api-") ? "" : #","apis":[]"#)
            let answer = try await scene.desk.send("POST", "\(path)/revisions", body)
            #expect(answer.reason == "retired", "\(answer.body)")
        }
        let deploy = try await scene.desk.send("PUT", "environments/prod/deployments/\(scene.api)", "{}")
        #expect(deploy.reason == "retired")
    }

    @Test func `a name is taken by whoever cannot be told from it, and never by its own thing`() async throws {
        let scene = try await ManagementScene()
        let desk = scene.desk
        // Its own name in another spelling, and as it is.
        for name in ["Accounts", "Accounts", "accounts"] {
            try await desk.made(
                "POST", "apis/\(scene.api)/revisions", ManagementBodies.api(named: name, basePath: "/accounts"))
        }
        let other = try await desk.made("POST", "apis", ManagementBodies.api(named: "orders", basePath: "/orders"))
        let renamed = try await desk.send(
            "POST", "apis/\(other.id)/revisions", ManagementBodies.api(named: "ACCOUNTS", basePath: "/orders"))
        #expect(renamed.status == 409 && renamed.reason == "name_taken")
        // What is retired leaves its name free, in every spelling.
        try await desk.made("POST", "apps/\(scene.app)/retirement")
        try await desk.made("POST", "apps", ManagementBodies.app(named: "Shop", apis: []))
        try await desk.made("PUT", "assurance-schemes/nist", #"{"levels":["a"]}"#)
        let scheme = try await desk.send("PUT", "assurance-schemes/NIST", #"{"levels":["a"]}"#)
        #expect(scheme.status == 409 && scheme.reason == "name_taken")
        try await desk.made("PUT", "assurance-schemes/nist", #"{"levels":["a","b"]}"#)
    }

    @Test func `two APIs of one audience are not deployed side by side`() async throws {
        let scene = try await ManagementScene(deployed: true)
        let other = try await scene.desk.made(
            "POST", "apis", ManagementBodies.api(named: "accounts 2", basePath: "/accounts"))
        let answer = try await scene.desk.send("PUT", "environments/prod/deployments/\(other.id)", "{}")
        #expect(answer.status == 409)
        #expect(answer.reason == "resource_taken")
    }

    @Test func `weaker recording needs a second operator's approval, unless there is one operator only`() async throws {
        let scene = try await ManagementScene()
        try await scene.desk.made("PUT", "environments/prod/settings", #"{"recording":"relaxed"}"#)
        try await scene.desk.made("PUT", "environments/prod/settings", #"{"recording":"durable"}"#)
        _ = try scene.desk.add(.manager)
        let answer = try await scene.desk.send("PUT", "environments/prod/settings", #"{"recording":"relaxed"}"#)
        #expect(answer.reason == "approval_needed")
    }

    @Test func `an expired administrator does not count as one`() async throws {
        let desk = try ManagementDesk()
        _ = try desk.add(.administrator, days: -1)
        let answer = try await desk.send("DELETE", "operators/\(desk.first.id.text)")
        #expect(answer.reason == "last_administrator")
        _ = try desk.add(.administrator, named: "third")
        #expect(try await desk.send("DELETE", "operators/\(desk.first.id.text)").status == 200)
    }

    @Test(arguments: [
        ("DELETE", "apis", "GET, POST"), ("POST", "linkable-apis", "GET"),
        ("GET", "apps/x/secrets", "POST"), ("POST", "environments/prod/deployments/oauth", "PUT, DELETE"),
    ])
    func `another method is answered with those that are allowed`(
        method: String, path: String, allowed: String
    ) async throws {
        let desk = try ManagementDesk()
        let answer = try await desk.send(method, path)
        #expect(answer.status == 405)
        #expect(answer.fields.first("Allow") == allowed)
    }

    @Test(arguments: ["", "nothing", "apis/x/y", "apis/x/y/z", "operators/x/revisions", "environments/a/b/c/d/e"])
    func `a path that is none of ours is not found`(_ path: String) async throws {
        let desk = try ManagementDesk()
        #expect(try await desk.send("GET", path).status == 404)
    }
}
