import CanonicalJSON
import EstateFiles
import CommandLineTools
import IdentityClient
import Testing

@testable import EstateApplication

@Suite struct ApplicationTests {
    @Test func `ids that come on the way stand in the requests after`() throws {
        let service = FakeService()
        let applied = try service.apply(sample)
        #expect(
            service.writes == [
                "POST manager/environments",
                "PUT manager/environments/prod/settings",
                "POST manager/environments",
                "POST manager/apis",
                "POST manager/apis",
                "POST manager/api-identities",
                "POST manager/api-identities",
                "POST manager/apps",
                "PUT manager/environments/prod/deployments/api_1",
                "PUT manager/environments/prod/deployments/api_2",
                "PUT manager/environments/prod/deployments/idn_1",
                "PUT manager/environments/prod/deployments/idn_2",
                "PUT manager/environments/prod/deployments/oauth",
                "PUT manager/environments/sandbox/deployments/api_1",
                "PUT manager/environments/sandbox/deployments/idn_2",
                "PUT manager/environments/sandbox/deployments/oauth",
            ])
        #expect(service.lists["apps"]?.first?["apis"] == .array([.string("api_2"), .string("api_1")]))
        #expect(service.lists["api-identities"]?.last?["apis"] == .array([.string("api_1"), .string("api_2")]))
        #expect(applied.apps == [.init(name: "shop", clientID: "app_1", clientSecret: "secret-1")])
        #expect(applied.steps.map(\.position) == (0..<16).map { 10 + 2 * $0 })
    }

    @Test func `same_user_store is said with the revision only`() throws {
        func text(_ url: String) -> String {
            #"{"api_identities": [{"name": "i", "destination": "\#(url)", "same_user_store": true}]}"#
        }
        let service = FakeService()
        try service.apply(text("https://a.example"))
        #expect(service.lists["api-identities"]?[0]["same_user_store"] == nil)
        try service.apply(text("https://b.example"))
        #expect(service.lists["api-identities"]?[0]["same_user_store"] == .boolean(true))
        #expect(service.writes == ["POST manager/api-identities", "POST manager/api-identities/idn_1/revisions"])
    }

    @Test func `when the estate moves, it is planned again from what stands then`() throws {
        let service = FakeService()
        service.beforeWrite = { if $0 == 5 { service.position += 1 } }
        let applied = try service.apply(sample)
        // The fifth write was refused and sent again; nothing was done twice.
        #expect(service.writes.count == 17)
        #expect(service.writes[4] == service.writes[5])
        #expect(applied.steps.count == 16)
        #expect(try service.plan(sample) == [])
    }

    @Test func `when the estate keeps moving, it is given up after three new plans`() throws {
        let service = FakeService()
        service.beforeWrite = { _ in service.position += 1 }
        #expect(throws: ApplyFailure.keepsMoving) { try service.apply(sample) }
        #expect(service.writes.count == 4)
    }

    @Test func `what was done before a refusal is told, secrets above all`() throws {
        let service = FakeService()
        service.refusal = (9, 422, "not_linkable")
        var applied = Applied()
        let file = try EstateFile(parsing: Array(sample.utf8))
        do {
            try Application(file: file, prune: false, api: service).run(into: &applied) { _ in true }
            Issue.record("it was applied")
        } catch let failure as ApplyFailure {
            #expect(
                failure.sentence == "The service refused to deploy the API orders in prod. No: name (not_linkable).")
            #expect(failure.status == .finding)
        }
        #expect(applied.steps.count == 8)
        #expect(applied.apps.map(\.clientSecret) == ["secret-1"])
        // Another run does the rest.
        service.refusal = nil
        #expect(try service.apply(sample).steps.count == 8)
    }

    @Test func `nothing is done without consent`() throws {
        let service = FakeService()
        var applied = Applied()
        let file = try EstateFile(parsing: Array(sample.utf8))
        try Application(file: file, prune: false, api: service).run(into: &applied) { plan in
            #expect(plan.steps.count == 16)
            return false
        }
        #expect(service.writes.isEmpty)
        #expect(applied == Applied())
    }

    @Test(arguments: [500, 503])
    func `a service that is in trouble is no refusal`(status: Int) throws {
        let service = FakeService()
        service.refusal = (1, status, "busy")
        do {
            try service.apply(sample)
            Issue.record("it was applied")
        } catch let failure as ApplyFailure {
            #expect(failure.status == .impossible)
        }
    }

    private struct Unfit: ManagementAPI {
        let answer: ManagementAnswer
        func ask(_ request: ManagementRequest, consulted: Int64?) throws(ApplyFailure) -> ManagementAnswer { answer }
    }

    @Test(arguments: [
        ManagementAnswer(status: 200, position: 1, object: [:]),
        ManagementAnswer(status: 200, position: nil, object: ["items": .array([]), "next": .null]),
        // A list that never ends.
        ManagementAnswer(status: 200, position: 1, object: ["items": .array([]), "next": .string("a")]),
        ManagementAnswer(status: 200, position: 1, object: ["items": .array([.object([:])]), "next": .null]),
    ])
    func `answers of another service are not taken for an estate`(_ answer: ManagementAnswer) {
        #expect(throws: ApplyFailure.notUnderstood("manager/environments")) {
            try EstateRead(api: Unfit(answer: answer)).estate()
        }
    }
}
