import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import LedgerCrypto
import Testing

/// RFC 7009.
@Suite struct RevocationTests {
    let desk: GrantDesk

    init() async throws { desk = try await GrantDesk() }

    private func revoke(_ token: String, by client: GrantDesk.Client? = nil, more: String = "") async throws
        -> GrantDesk.Answer
    {
        try await desk.post("revoke", "token=\(token)\(more)", by: client ?? desk.app)
    }

    private var revocations: [TokenRevoked] {
        desk.desk.store.events.compactMap { event in
            if case .tokens(.revoked(let data)) = event.data { data } else { nil }
        }
    }

    @Test(arguments: ["", "&token_type_hint=access_token", "&token_type_hint=refresh_token", "&token_type_hint=magic"])
    func `an access token ends at once and alone, whatever the hint`(_ hint: String) async throws {
        let (token, rest) = (try await desk.ownToken(), try await desk.ownToken())
        #expect(try await desk.introspect(token).isActive == true)
        let answer = try await revoke(token, more: hint)
        #expect(answer.status == 200 && answer.body.isEmpty)
        #expect(try await desk.introspect(token).body == IntrospectionTests.inactive)
        #expect(try await desk.introspect(token, by: desk.api).body == IntrospectionTests.inactive)
        #expect(try await desk.introspect(rest).isActive == true)
        let event = try #require(revocations.last)
        #expect(event.scope == .token && event.count == 1 && event.cause == .client && event.by == desk.app.id)
        // Again it changes nothing, and is recorded no second time.
        #expect(try await revoke(token).status == 200)
        #expect(revocations.count == 1)
    }

    @Test func `a token that was never asked about ends as well`() async throws {
        let token = try await desk.ownToken()
        #expect(try await revoke(token).status == 200)
        #expect(try await desk.introspect(token).body == IntrospectionTests.inactive)
    }

    @Test(arguments: [0, 1])
    func `a refresh token takes its family along, the one that was used already as well`(_ which: Int) async throws {
        let first = try desk.family()
        let answer = try await desk.refresh(first)
        let access = try #require(answer["access_token"]?.stringValue)
        let second = try #require(answer["refresh_token"]?.stringValue)
        #expect(try await revoke(which == 0 ? first : second).status == 200)
        #expect(try await desk.introspect(access).body == IntrospectionTests.inactive)
        #expect(try await desk.introspect(second).body == IntrospectionTests.inactive)
        #expect(try await desk.refresh(second).error == "invalid_grant")
        let event = try #require(revocations.last)
        #expect(event.scope == .family && event.count == 3)
        #expect(try await revoke(second).status == 200)
        #expect(revocations.count == 1)
    }

    @Test(arguments: ["x", "a.b.c", "0.0." + String(repeating: "A", count: 43)])
    func `an unknown token is as good as revoked`(_ token: String) async throws {
        let answer = try await revoke(token)
        #expect(answer.status == 200 && answer.body.isEmpty)
        #expect(revocations.isEmpty)
    }

    @Test func `another app's token is refused, and nothing ends`() async throws {
        let (token, refresh) = (try await desk.ownToken(), try desk.family())
        for text in [token, refresh] {
            let answer = try await revoke(text, by: desk.other)
            #expect(answer.status == 400 && answer.error == "invalid_grant")
            #expect(desk.desk.refusals.last?.reason == "foreign_token")
            #expect(try await desk.introspect(text).isActive == true)
        }
        // A secret that is wrong says nothing about whose the family is.
        let wrong = refresh.dropLast(43) + String(repeating: "A", count: 43)
        #expect(try await revoke(String(wrong), by: desk.other).status == 200)
        #expect(revocations.isEmpty)
    }

    @Test func `an API cannot revoke, and neither can nobody`() async throws {
        let token = try await desk.ownToken()
        #expect(try await revoke(token, by: desk.api).error == "invalid_client")
        #expect(try await desk.post("revoke", "token=\(token)", by: nil).status == 401)
        #expect(desk.desk.refusals.last?.command == "token.revoke")
        #expect(try await desk.introspect(token).isActive == true)
    }

    @Test func `a JWT of another kind is not revoked here`() async throws {
        let header = Base64URL.encode(Array(#"{"alg":"ES256","typ":"dpop+jwt"}"#.utf8))
        let answer = try await revoke("\(header).e30.e30")
        #expect(answer.status == 400 && answer.error == "unsupported_token_type")
    }

    @Test func `a suspended app may still end what it has, and so it may when space is short`() async throws {
        let token = try await desk.ownToken()
        try await desk.desk.made("PUT", "apps/\(desk.app.id)/suspension", "{}")
        #expect(try await revoke(token).status == 200)
        #expect(try await desk.introspect(token, by: desk.api).body == IntrospectionTests.inactive)
    }

    @Test func `what cannot be recorded is not revoked, and the asker hears so`() async throws {
        let token = try await desk.ownToken()
        desk.desk.store.failNext(.full)
        let answer = try await revoke(token)
        #expect(answer.status == 503 && answer.fields.first("Retry-After") != nil)
        #expect(try await desk.introspect(token).isActive == true)
        #expect(try await revoke(token).status == 200)
    }

    @Test func `it outlives API OAuth, and a program that starts anew finds it in the log`() async throws {
        let (ended, standing) = (try await desk.ownToken(), try await desk.ownToken())
        #expect(try await revoke(ended).status == 200)
        try await desk.desk.made("DELETE", "environments/prod/deployments/oauth")
        #expect(try await desk.introspect(standing).isActive == true)
        #expect(try await revoke(standing).status == 200)
        // Without anything in memory.
        let anew = LedgerService(desk.desk.context { _ in })
        for token in [ended, standing] {
            let response = await anew.answer(
                HTTPRequest(
                    method: "POST", target: try RequestTarget(parsing: "/prod/oauth/introspect"),
                    fields: [
                        "Authorization": desk.app.basic, "Content-Type": "application/x-www-form-urlencoded",
                    ], body: Array("token=\(token)".utf8), receivedAt: desk.desk.time.now.microseconds))
            #expect(String(decoding: response.body, as: UTF8.self) == IntrospectionTests.inactive)
        }
    }
}
