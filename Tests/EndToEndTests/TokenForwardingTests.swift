import Foundation
import Testing

/// What of a token request reaches the store, and in which form.
@Suite struct TokenForwardingTests {
    /// A body as a client may write it, with what a careless copy would change.
    static let form =
        "grant_type=password&username=%61na&password=ge%68eim&tenant=Caf%C3%A9+%26+Co&empty=&nested=%7B%22a%22%3A1%7D"
    static let json =
        #"{ "grant_type": "password", "username":"ana","password":"geheim", "tenant":"Caf\u00e9 & Co", "nested":{"a":[1,2.50,1e3],"b":null}, "on":true,"big":123456789012345678901 }"#

    @Test func `the whole body goes to the store, byte for byte where its form is the store's`() throws {
        for body in ["form", "json"] {
            let scene = try Scene(identity: #","body":"\#(body)""#)
            let sent = body == "form" ? Self.form : Self.json
            let type = body == "form" ? "application/x-www-form-urlencoded" : "application/json"
            #expect(try scene.ledger.post(scene.app, sent, type: type).status == 200, "\(body)")
            let call = try #require(scene.store.calls.first)
            #expect(call.text == sent)
            #expect(call.contentType?.hasPrefix(type) == true)
            try scene.ledger.verifyWholeLedger()
        }
    }

    @Test func `a form becomes JSON with every value a string`() throws {
        let scene = try Scene(identity: #","body":"json""#)
        #expect(
            try scene.ledger.post(scene.app, Self.form + "&n=7&resource=\(scene.ledger.baseURL)/prod/accounts").status
                == 200)
        let call = try #require(scene.store.calls.first)
        #expect(call.contentType == "application/json")
        let json = try #require(call.json as? [String: String])
        #expect(
            json == [
                "grant_type": "password", "username": "ana", "password": "geheim", "tenant": "Café & Co", "empty": "",
                "nested": #"{"a":1}"#, "n": "7", "resource": "\(scene.ledger.baseURL)/prod/accounts",
            ])
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `JSON becomes a form with strings bare and other values as their JSON text`() throws {
        let scene = try Scene(identity: #","body":"form""#)
        #expect(try scene.ledger.post(scene.app, Self.json, type: "application/json").status == 200)
        let call = try #require(scene.store.calls.first)
        #expect(call.contentType == "application/x-www-form-urlencoded")
        let pairs = call.text.split(separator: "&").map { pair in
            pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                $0.replacingOccurrences(of: "+", with: " ").removingPercentEncoding ?? "?"
            }
        }
        #expect(
            pairs == [
                ["grant_type", "password"], ["username", "ana"], ["password", "geheim"], ["tenant", "Café & Co"],
                ["nested", #"{"a":[1,2.50,1e3],"b":null}"#], ["on", "true"], ["big", "123456789012345678901"],
            ])
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `what proves the app or carries a token never reaches a store, and the record holds names only`() throws
    {
        let scene = try Scene()
        let secrets = ["access_token", "id_token", "refresh_token", "assertion", "code", "subject_token"]
        let more = secrets.map { "&\($0)=leaked" }.joined() + "&tenant=acme&weird%20name=1"
        #expect(try scene.ana(more: more).status == 200)
        let call = try #require(scene.store.calls.first)
        #expect(!call.text.contains("leaked"))
        #expect(call.json["tenant"] as? String == "acme")
        #expect(call.request.field("Authorization") == nil)
        #expect(call.request.field("Cookie") == nil)
        let requested = try scene.ledger.last("token.requested")
        #expect(requested.texts("asked.fields") == ["grant_type", "password", "tenant", "username"])
        #expect(requested.number("asked.other_fields") == 1)
        #expect(!String(decoding: requested.leaf, as: UTF8.self).contains("acme"))
        try scene.ledger.verifyWholeLedger()
    }

    @Test func `the Identity's flow adds what its rules take from the app, and the client cannot override it`() throws {
        let scene = try Scene(
            identity:
                #","forward":[{"field":"tenant","from":"app.extra_info.tenant"},{"field":"limits","from":"app.extra_info.limits"},{"field":"caller","from":"app.id"},{"field":"absent","from":"app.extra_info.nothing"}]"#,
            app: #","extra_info":{"tenant":"acme","limits":{"max":5}}"#)
        #expect(try scene.ana(more: "&tenant=evil&other=1").status == 200)
        let first = try #require(scene.store.calls.first)
        #expect(first.json["tenant"] as? String == "acme")
        #expect((first.json["limits"] as? [String: Int]) == ["max": 5])
        #expect(first.json["caller"] as? String == scene.app.id)
        #expect(first.json["absent"] == nil)
        #expect(first.json["other"] as? String == "1")
        #expect(first.text.components(separatedBy: "tenant").count == 2)
        #expect(try scene.ledger.last("validation.attempted").number("revision") == 1)

        try scene.ledger.must(
            "POST", "api-identities/\(scene.identity)/revisions",
            #"{"name":"store","version":"2","base_path":"/store","destination":"\#(scene.store.url)","body":"form","forward":[{"field":"who","from":"app.name"}]}"#
        )
        try scene.ledger.must("PUT", "environments/prod/deployments/\(scene.identity)")
        #expect(try scene.ana(more: "&tenant=evil").status == 200)
        let second = try #require(scene.store.calls.last)
        #expect(second.text.hasSuffix("&tenant=evil&who=portal"))
        #expect(try scene.ledger.last("validation.attempted").number("revision") == 2)
        // Values of the app's own stand nowhere in the record in clear.
        for event in try scene.ledger.events() {
            #expect(!String(decoding: event.leaf, as: UTF8.self).contains("acme"))
        }
        try scene.ledger.verifyWholeLedger()
    }
}
