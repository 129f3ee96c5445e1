import Foundation
import Testing

/// An API Identity is a kind of API of its own: rows S1.1, S1.31 and S1.33.
@Suite struct IdentityKindTests {
    @Test func `the catalogue tells Identities from APIs, and an Identity cannot be used as one`() throws {
        let scene = try Scene()
        func catalogue(_ collection: String) throws -> [String] {
            let items = try scene.ledger.manage("GET", collection).json["items"] as? [[String: Any]] ?? []
            return items.map { "\($0["kind"] as? String ?? "") \($0["id"] as? String ?? "")" }
        }
        #expect(try catalogue("apis") == ["api \(scene.api)"])
        #expect(try catalogue("api-identities") == ["identity \(scene.identity)"])
        #expect(try catalogue("linkable-apis") == ["api \(scene.api)"])

        // No app can have it, nothing can be linked to it, no token opens it, and nothing answers at its base path.
        let app = try scene.ledger.manage(
            "POST", "apps", #"{"name":"x","apis":["\#(scene.identity)"],"first_party":true,"grants":["password"]}"#)
        #expect(app.status == 400 && app.json["fields"] as? [String] == ["apis"])
        #expect(
            try scene.ledger.manage("PUT", "api-identities/\(scene.identity)/apis/\(scene.identity)").status == 404)
        let named = try scene.ana(more: "&resource=\(scene.ledger.baseURL)/prod/store")
        #expect(named.status == 400 && named.error == "invalid_target")
        #expect(try scene.ledger.lastReason() == "target_unknown")
        #expect(scene.store.calls.isEmpty)
        for path in ["/store", "/prod/store", "/prod/store/"] {
            #expect(try Probe.send("POST", path, to: scene.ledger.port, body: Array("{}".utf8)).status == 404)
        }
        let audience = RunningLedger.claims(try scene.ana().token ?? "")["aud"] as? [String]
        #expect(audience == ["\(scene.ledger.baseURL)/prod/accounts"])

        // The list of what can be linked belongs to Identities alone.
        for path in ["apis/\(scene.api)/linkable-apis", "apps/\(scene.app.id)/linkable-apis"] {
            #expect(try scene.ledger.manage("GET", path).status == 404)
        }
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `an Identity has what an API has: name, version, base path, revisions, a flow, deployments`() throws {
        let scene = try Scene(identity: #","forward":[{"field":"caller","from":"app.name"}]"#)
        try scene.ledger.must(
            "POST", "api-identities/\(scene.identity)/revisions",
            #"{"name":"store","version":"2.0","base_path":"/store2","destination":"\#(scene.store.url)"}"#)
        let identity = try scene.ledger.manage("GET", "api-identities/\(scene.identity)").json
        #expect(identity["name"] as? String == "store")
        #expect(identity["version"] as? String == "2.0")
        #expect(identity["base_path"] as? String == "/store2")
        #expect(identity["revision"] as? Int == 2)
        #expect((identity["revisions"] as? [[String: Any]])?.compactMap { $0["revision"] as? Int } == [1, 2])
        #expect(identity["deployments"] as? [String: Int] == ["prod": 1])
        #expect(identity["destination"] as? String == scene.store.url)
        #expect((identity["forward"] as? [Any])?.isEmpty == true)
        // What is deployed is the first revision still, with its flow.
        #expect(try scene.ana().status == 200)
        #expect(scene.store.calls.first?.json["caller"] as? String == "portal")
        #expect(try scene.ledger.last("validation.attempted").number("revision") == 1)
        let api = try scene.ledger.manage("GET", "apis/\(scene.api)").json
        for member in ["name", "version", "base_path", "revision", "revisions", "deployments", "retired", "kind"] {
            #expect(identity[member] != nil && api[member] != nil, "\(member)")
        }
        try scene.ledger.verifyWholeLedger()
    }
}
