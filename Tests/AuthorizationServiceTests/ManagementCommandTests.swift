import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import LedgerCrypto
import Testing

@Suite struct ManagementCommandTests {
    @Test(arguments: ManagementExamples.good)
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

    @Test(arguments: ManagementExamples.good.filter { $0.status == 201 || $0.method == "PUT" })
    func `what a command answers is what GET shows, but for what is shown once`(_ row: GoodCommand) async throws {
        let scene = try await ManagementScene(deployed: row.deployed)
        let answer = try await scene.desk.send(row.method, scene.filled(row.path), row.body.map(scene.filled))
        let parts = scene.filled(row.path).split(separator: "/").map(String.init)
        let id = answer["name"]?.stringValue ?? ""
        let path: String =
            switch parts[0] {
            case "environments": "environments/\(id)"
            case "assurance-schemes": "assurance-schemes/\(id)"
            case "settings": "settings"
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
