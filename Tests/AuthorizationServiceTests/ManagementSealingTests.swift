import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import IdentityClient
import Testing

@Suite struct ManagementSealingTests {
    private static let secret = "k=s3cr3t-of-the-store"

    @Test func `the query of a destination is sealed and stands in no leaf and no answer`() async throws {
        let desk = try ManagementDesk()
        try await desk.made("POST", "environments", #"{"name":"prod"}"#)
        let body = ManagementBodies.identity(
            destination: "https://users.example/verify?\(Self.secret)",
            more: #","destinations":{"prod":"https://prod.example/verify?\#(Self.secret)2"}"#)
        let answer = try await desk.made("POST", "api-identities", body)

        #expect(desk.store.leaves.allSatisfy { !String(decoding: $0, as: UTF8.self).contains("s3cr3t") })
        #expect(!answer.body.contains("s3cr3t"))
        #expect(answer["destination"] == .string("https://users.example/verify"))
        #expect(answer["sealed_queries"] == .array([.string("destination"), .string("destinations.prod")]))

        let event = try #require(desk.store.events.last)
        let fields = SealedFields.of(event.data)
        #expect(fields.map(\.path) == ["content.destination.query", "content.destinations.0.destination.query"])
        for (field, expected) in zip(fields, [Self.secret, Self.secret + "2"]) {
            let record = try #require(
                FakeReader(desk.store.snapshot).sealedRecord(at: event.position, field: field.path))
            let opened = try await desk.vaults.open(record, of: field.value, field: field.path, blind: event.blind)
            #expect(opened == Array(expected.utf8))
        }
    }

    @Test func `what an app holds of its own is sealed`() async throws {
        let desk = try ManagementDesk()
        let answer = try await desk.made(
            "POST", "apps", #"{"name":"web","extra_info":{"tenant":"s3cr3t","a":[1,true]}}"#)
        #expect(answer["has_extra_info"] == .boolean(true))
        #expect(answer["extra_info"] == nil)
        #expect(!answer.body.contains("s3cr3t"))
        #expect(desk.store.leaves.allSatisfy { !String(decoding: $0, as: UTF8.self).contains("s3cr3t") })
        let event = try #require(desk.store.events.last)
        let field = try #require(SealedFields.of(event.data).first)
        #expect(field.path == "content.extra_info")
        let record = try #require(
            FakeReader(desk.store.snapshot).sealedRecord(at: event.position, field: field.path))
        let opened = try await desk.vaults.open(record, of: field.value, field: field.path, blind: event.blind)
        #expect(opened == Array(#"{"a":[1,true],"tenant":"s3cr3t"}"#.utf8))
    }

    @Test func `a secret is shown once and stands in no leaf`() async throws {
        let scene = try await ManagementScene()
        let answer = try await scene.desk.made("POST", "apps", ManagementBodies.app(named: "web", apis: []))
        let secret = try #require(answer["client_secret"]?.stringValue)
        #expect(secret.utf8.count == 43)
        #expect(scene.desk.store.leaves.allSatisfy { !String(decoding: $0, as: UTF8.self).contains(secret) })
        #expect(try await !scene.desk.send("GET", "apps/\(answer.id)").body.contains(secret))
    }

    @Test(arguments: [
        ("http://127.0.0.1/verify", "loopback"), ("http://localhost/verify", "loopback"),
        ("https://u:p@users.example/", "user_information"), ("https://169.254.1.1/", "link_local"),
        ("gopher://users.example/", "unsupported_scheme"),
    ])
    func `a destination that may not be asked is refused, and why is said`(
        url: String, reason: String
    ) async throws {
        let desk = try ManagementDesk(policy: DestinationPolicy())
        let answer = try await desk.send("POST", "api-identities", ManagementBodies.identity(destination: url))
        #expect(answer.reason == "destination_refused")
        #expect(answer["detail"] == .string(reason))
        #expect(desk.refusals.map(\.fields) == [["destination"]])
    }
}
