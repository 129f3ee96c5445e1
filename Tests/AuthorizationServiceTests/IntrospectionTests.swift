import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import LedgerCrypto
import Testing
import TokenFormat

/// RFC 7662 and RFC 9701.
@Suite struct IntrospectionTests {
    let desk: GrantDesk

    init() async throws { desk = try await GrantDesk() }

    static let inactive = #"{"active":false}"#

    @Test func `app and API learn what the token says, and both the same`() async throws {
        let token = try await desk.ownToken()
        let told = try await desk.introspect(token)
        #expect(told.status == 200)
        #expect(told.fields.first("Content-Type") == "application/json")
        #expect(told.fields.first("Cache-Control") == "no-store")
        #expect(told.isActive == true)
        #expect(told["token_type"]?.stringValue == "Bearer")
        #expect(told["client_id"]?.stringValue == desk.app.id)
        #expect(told["iss"]?.stringValue == "https://auth.example/prod")
        #expect(told["aud"]?.arrayValue?.compactMap(\.stringValue) == ["https://auth.example/prod/accounts"])
        #expect(told["scope"]?.stringValue == "read")
        for name in ["exp", "iat", "jti", "sub"] { #expect(told[name] != nil, "\(name)") }
        #expect(try await desk.introspect(token, by: desk.api).body == told.body)
        // What came once is kept, and says the same.
        #expect(try await desk.introspect(token).body == told.body)
        #expect(
            try await desk.post("introspect", "token=\(token)&token_type_hint=refresh_token", by: desk.app).body
                == told.body)
    }

    @Test func `a refresh token says how the user was recognised, and only to its app`() async throws {
        let token = try desk.family()
        let told = try await desk.introspect(token)
        #expect(told.isActive == true)
        #expect(told["amr"]?.arrayValue?.compactMap(\.stringValue) == ["pwd"])
        #expect(told["auth_time"] != nil && told["sub"] != nil && told["token_type"] == nil)
        #expect(try await desk.introspect(token, by: desk.api).body == Self.inactive)
        #expect(try await desk.introspect(token, by: desk.other).body == Self.inactive)
        desk.desk.time.advance(seconds: RefreshTerms.defaultIdleSeconds)
        #expect(try await desk.introspect(token).body == Self.inactive)
    }

    @Test func `whoever it is not meant for learns nothing`() async throws {
        let token = try await desk.ownToken()
        #expect(try await desk.introspect(token, by: desk.other).body == Self.inactive)
        let api = try await desk.desk.made(
            "POST", "apis", ManagementBodies.api(named: "elsewhere", basePath: "/elsewhere")
        ).id
        let made = try await desk.desk.made("POST", "apis/\(api)/credentials", "{}")
        let stranger = GrantDesk.Client(id: api, secret: made["client_secret"]?.stringValue ?? "")
        #expect(try await desk.introspect(token, by: stranger).body == Self.inactive)
        try await desk.desk.made("PUT", "environments/prod/deployments/\(api)", "{}")
        #expect(try await desk.introspect(token, by: stranger).body == Self.inactive)
        // In another environment it is nobody's.
        try await desk.desk.made("POST", "environments", #"{"name":"sandbox"}"#)
        #expect(try await desk.post("introspect", "token=\(token)", by: desk.app, in: "sandbox").body == Self.inactive)
    }

    @Test func `when its time is over it is inactive, kept or not`() async throws {
        let token = try await desk.ownToken()
        #expect(try await desk.introspect(token).isActive == true)
        desk.desk.time.advance(seconds: 299)
        #expect(try await desk.introspect(token).isActive == true)
        desk.desk.time.advance(seconds: 1)
        #expect(try await desk.introspect(token).body == Self.inactive)
    }

    @Test func `a stolen key mints nothing that counts`() async throws {
        let store = desk.desk.store
        let token = try await desk.ownToken()
        guard case .tokens(.issued(let issued)) = desk.newest(1)[0] else { return }
        let key = try desk.desk.keys.tokenKey(environment: desk.environment, kid: issued.kid)
        func minted(_ change: (inout TokenClaims) -> Void) throws -> String {
            var claims = issued.claims
            change(&claims)
            var text: [UInt8] = []
            Base64URL.append(try AccessTokenFormat.header(issued.header), to: &text)
            text.append(UInt8(ascii: "."))
            Base64URL.append(try AccessTokenFormat.claims(claims), to: &text)
            let signature = try key.sign(text)
            text.append(UInt8(ascii: "."))
            Base64URL.append(signature, to: &text)
            return String(decoding: text, as: UTF8.self)
        }
        // A valid signature over what was issued is as good as the first one.
        #expect(try await desk.introspect(try minted { _ in }).isActive == true)
        #expect(try await desk.introspect(try minted { $0.scope = "read write" }).body == Self.inactive)
        #expect(try await desk.introspect(try minted { $0.expiresAt += 60 }).body == Self.inactive)
        #expect(try await desk.introspect(try minted { $0.id = DecisionID(bits: 5) }).body == Self.inactive)
        #expect(
            try await desk.introspect(try minted { $0.extraInfo = .open(json: Array("1".utf8)) }).body == Self.inactive)
        // And what was issued, signed by nobody, is nothing either.
        let parts = token.split(separator: ".")
        #expect(try await desk.introspect("\(parts[0]).\(parts[1]).").body == Self.inactive)
        #expect(
            try await desk.introspect("\(parts[0]).\(parts[1]).\(String(repeating: "A", count: 86))").body
                == Self.inactive)
        let none = Base64URL.encode(Array(#"{"alg":"none","typ":"at+jwt"}"#.utf8))
        #expect(try await desk.introspect("\(none).\(parts[1]).").body == Self.inactive)
        #expect(store.events.last?.data.type == .tokenIssued, "to ask is no event")
    }

    @Test(arguments: ["x", "a.b.c", "..", "1.0.x", "%20", "e30.e30.e30"])
    func `what is no token is inactive`(_ text: String) async throws {
        #expect(try await desk.introspect(text).body == Self.inactive)
    }

    @Test func `a token whose key was retired or compromised is inactive`() async throws {
        let token = try await desk.ownToken()
        #expect(try await desk.introspect(token).isActive == true)
        guard case .tokens(.issued(let issued)) = desk.newest(1)[0] else { return }
        var retired = KeyRetired()
        retired.environment = desk.environment
        retired.kid = issued.kid
        desk.desk.store.add(.ledger(.keyRetired(retired)))
        #expect(try await desk.introspect(token).body == Self.inactive)
    }

    @Test(
        arguments: [
            (.vouchedBy, IdentityID(bits: 4).text, false), (.app, "app", true), (.key, "kid", true),
            (.account, AccountID(bits: 77).text, false),
        ] as [(TokenRevoked.Scope, String, Bool)])
    func `what ends many tokens at once is seen at once`(
        _ scope: TokenRevoked.Scope, _ name: String, _ endsIt: Bool
    ) async throws {
        let token = try await desk.ownToken()
        #expect(try await desk.introspect(token).isActive == true)
        guard case .tokens(.issued(let issued)) = desk.newest(1)[0] else { return }
        var data = TokenRevoked()
        data.scope = scope
        data.id = ["app": desk.app.id, "kid": issued.kid][name] ?? name
        try desk.desk.store.appendNow(
            Proposal(
                events: [
                    ProposedEvent(
                        actor: .service, correlation: "test", blind: Bytes16(), data: .tokens(.revoked(data)))
                ], consulted: desk.desk.store.state.consulted))
        #expect(try await desk.introspect(token).isActive == !endsIt)
        // What is issued afterwards is not meant.
        #expect(try await desk.introspect(try await desk.ownToken()).isActive == true)
    }

    @Test func `nobody, a wrong secret, a suspended and a retired app are told nothing, and it is recorded`()
        async throws
    {
        let token = try await desk.ownToken()
        let wrong = GrantDesk.Client(id: desk.app.id, secret: String(repeating: "A", count: 43))
        for client in [nil, wrong, GrantDesk.Client(id: desk.api.id, secret: wrong.secret)] as [GrantDesk.Client?] {
            let answer = try await desk.post("introspect", "token=\(token)", by: client)
            #expect(answer.status == 401 && answer.error == "invalid_client")
            #expect(answer.fields.first("WWW-Authenticate")?.hasPrefix("Basic") == true)
            #expect(desk.desk.refusals.last?.command == "token.introspect")
        }
        try await desk.desk.made("PUT", "apps/\(desk.app.id)/suspension", "{}")
        #expect(try await desk.introspect(token).status == 401)
        #expect(desk.desk.refusals.last?.reason == "app_suspended")
        try await desk.desk.made("POST", "apps/\(desk.app.id)/retirement", "{}")
        #expect(try await desk.introspect(token).status == 401)
        // To its API it is still what it was (D-9).
        #expect(try await desk.introspect(token, by: desk.api).isActive == true)
    }

    struct BadRequest: Sendable {
        var status: Int
        var reason: String
        var body: String
        var method = "POST"
        var type = "application/x-www-form-urlencoded"
        var endpoint = "introspect"
    }

    static let badRequests = [
        BadRequest(status: 405, reason: "method_not_allowed", body: "", method: "PUT"),
        BadRequest(status: 415, reason: "media_type", body: #"{"token":"x"}"#, type: "application/json"),
        BadRequest(status: 400, reason: "missing_token", body: "token_type_hint=access_token"),
        BadRequest(status: 400, reason: "missing_token", body: "token="),
        BadRequest(status: 400, reason: "repeated_parameter", body: "token=a&token=b"),
        BadRequest(status: 400, reason: "body", body: "token=%zz"),
        BadRequest(status: 400, reason: "two_authentication_methods", body: "token=a&client_secret=b"),
        BadRequest(status: 400, reason: "client_mismatch", body: "token=a&client_id=app_x"),
        BadRequest(status: 400, reason: "credentials_outside_body", body: "token=a", endpoint: "introspect?token=b"),
        BadRequest(
            status: 400, reason: "parameter_too_long", body: "token=" + String(repeating: "a", count: 65_537)),
    ]

    @Test(arguments: badRequests)
    func `a bad form is refused, and it is recorded by its fault`(_ bad: BadRequest) async throws {
        for door in ["introspect", "revoke"] {
            let answer = try await desk.post(
                bad.endpoint.replacing("introspect", with: door), bad.body, by: desk.app, method: bad.method,
                type: bad.type)
            #expect(answer.status == bad.status, "\(door)")
            #expect(answer.error == "invalid_request", "\(door)")
            #expect(desk.desk.refusals.last?.reason == bad.reason, "\(door)")
            #expect(desk.desk.refusals.last?.command == "token.\(door)")
        }
    }

    @Test func `asked for, the answer is a JWT for the asker alone, and no access token`() async throws {
        let token = try await desk.ownToken()
        let plain = try await desk.introspect(token, by: desk.api)
        let answer = try await desk.post(
            "introspect", "token=\(token)", by: desk.api,
            fields: [("Accept", "application/token-introspection+jwt")])
        #expect(answer.status == 200)
        #expect(answer.fields.first("Content-Type") == "application/token-introspection+jwt")
        let parts = answer.body.split(separator: ".").map(String.init)
        try #require(parts.count == 3)
        func object(_ index: Int) throws -> JSONObject {
            try #require(try JSON.parse(Base64URL.decode(parts[index]) ?? []).objectValue)
        }
        let (header, claims) = (try object(0), try object(1))
        #expect(header["typ"]?.stringValue == "token-introspection+jwt")
        #expect(claims["aud"]?.stringValue == desk.api.id)
        #expect(claims["iss"]?.stringValue == "https://auth.example/prod")
        #expect(claims["sub"] == nil && claims["exp"] == nil && claims["iat"] != nil)
        #expect(
            claims["token_introspection"].map { JSON.canonicalBytes(of: $0) }
                == JSON.canonicalBytes(of: .object(plain.object)))
        let key = try desk.desk.keys.tokenKey(
            environment: desk.environment, kid: header["kid"]?.stringValue ?? "")
        let signature = try #require(Base64URL.decode(parts[2]))
        #expect(try key.verificationKey.verify(signature, of: Array("\(parts[0]).\(parts[1])".utf8)))
        // It is none of the tokens that were issued.
        #expect(try await desk.introspect(answer.body, by: desk.api).body == Self.inactive)
        let inactive = try await desk.post(
            "introspect", "token=x", by: desk.api, fields: [("Accept", "application/token-introspection+jwt")])
        let content = try #require(Base64URL.decode(String(inactive.body.split(separator: ".")[1])))
        #expect(String(decoding: content, as: UTF8.self).contains(#""token_introspection":{"active":false}"#))
    }
}
