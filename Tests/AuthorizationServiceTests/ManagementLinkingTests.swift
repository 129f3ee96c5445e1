import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import Testing

/// An API by its interceptors, and whether an Identity can be linked to it.
struct LinkableRow: CustomTestStringConvertible, Sendable {
    var name: String
    var interceptors: String
    var isLinkable: Bool

    var testDescription: String { name }
}

private func interceptor(_ type: String, _ grants: String) -> String { #"{"type":"\#(type)","grants":[\#(grants)]}"# }
private let oauth = "oauth"
private let validation = "access-token-validation"

private let fixtures: [LinkableRow] = [
    LinkableRow(name: "no interceptor", interceptors: "", isLinkable: false),
    LinkableRow(
        name: "OAuth without Password", interceptors: interceptor(oauth, #""client_credentials""#), isLinkable: false),
    LinkableRow(
        name: "validation without Password", interceptors: interceptor(validation, #""client_credentials""#),
        isLinkable: false),
    LinkableRow(
        name: "both without Password",
        interceptors: interceptor(oauth, #""refresh_token""#) + "," + interceptor(validation, ""), isLinkable: false),
    LinkableRow(name: "OAuth with Password", interceptors: interceptor(oauth, #""password""#), isLinkable: true),
    LinkableRow(
        name: "validation with Password", interceptors: interceptor(validation, #""password""#), isLinkable: true),
    LinkableRow(
        name: "both with Password",
        interceptors: interceptor(oauth, #""password""#) + "," + interceptor(validation, #""password""#),
        isLinkable: true),
    LinkableRow(
        name: "both, one with Password",
        interceptors: interceptor(oauth, "") + "," + interceptor(validation, #""password""#), isLinkable: true),
]

@Suite struct ManagementLinkingTests {
    @Test func `linkable are the APIs with OAuth or token validation and the Password option, and no others`()
        async throws
    {
        let desk = try ManagementDesk()
        var linkable: [String] = []
        for (index, row) in fixtures.enumerated() {
            let made = try await desk.made("POST", "apis", Self.body(row, named: "api \(index)", path: "/a\(index)"))
            if row.isLinkable { linkable.append(made.id) }
        }
        let shown = try await desk.send("GET", "linkable-apis").items.compactMap { $0["id"]?.stringValue }
        #expect(shown == linkable.sorted())
    }

    @Test(arguments: fixtures)
    func `an Identity is linked to a linkable API only`(_ row: LinkableRow) async throws {
        let desk = try ManagementDesk()
        let api = try await desk.made("POST", "apis", Self.body(row, named: "accounts", path: "/accounts")).id
        let identity = try await desk.made("POST", "api-identities", ManagementBodies.identity()).id
        let before = desk.store.events.count

        let linked = try await desk.send("PUT", "api-identities/\(identity)/apis/\(api)")
        let registered = try await desk.send(
            "POST", "api-identities", ManagementBodies.identity(named: "other", apis: [api]))

        let types = desk.store.events.dropFirst(before).map(\.data.type)
        if row.isLinkable {
            #expect(linked.status == 200 && registered.status == 201)
            #expect(types == [.identityLinked, .identityRegistered])
        } else {
            #expect(linked.reason == "not_linkable" && registered.reason == "not_linkable")
            #expect(linked.status == 422 && registered.status == 422)
            #expect(types == [.commandRefused, .commandRefused])
            #expect(desk.refusals.map(\.command) == ["identity.link", "identity.register"])
        }
    }

    @Test func `a link stands although the Password option went off later, and no new one is made`() async throws {
        let scene = try await ManagementScene()
        try await scene.desk.made(
            "POST", "apis/\(scene.api)/revisions", #"{"name":"accounts","base_path":"/accounts"}"#)
        let again = try await scene.desk.send("PUT", "api-identities/\(scene.identity)/apis/\(scene.api)")
        #expect(again.status == 200)
        try await scene.desk.made("DELETE", "api-identities/\(scene.identity)/apis/\(scene.api)")
        let anew = try await scene.desk.send("PUT", "api-identities/\(scene.identity)/apis/\(scene.api)")
        #expect(anew.reason == "not_linkable")
    }

    private static func body(_ row: LinkableRow, named name: String, path: String) -> String {
        #"{"name":"\#(name)","base_path":"\#(path)","interceptors":[\#(row.interceptors)]}"#
    }
}
