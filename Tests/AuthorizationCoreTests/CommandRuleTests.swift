import AuthorizationCore
import Testing

/// A revision of an API, changed in one place.
struct APIRow: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var reason: CommandRefusal.Reason?
    var field: String?
    var change: @Sendable (inout APIRevision) -> Void

    init(
        _ name: String, _ reason: CommandRefusal.Reason? = nil, _ field: String? = nil,
        _ change: @escaping @Sendable (inout APIRevision) -> Void
    ) {
        testDescription = name
        self.reason = reason
        self.field = field
        self.change = change
    }
}

private let apiRows: [APIRow] = [
    APIRow("nothing is changed") { _ in },
    APIRow("a base path of several segments") { $0.basePath = "/a/b-c/d.e" },
    APIRow("the root", .invalidValue, "base_path") { $0.basePath = "/" },
    APIRow("an empty segment", .invalidValue, "base_path") { $0.basePath = "/a//b" },
    APIRow("a dot segment", .invalidValue, "base_path") { $0.basePath = "/a/./b" },
    APIRow("percent-encoding", .invalidValue, "base_path") { $0.basePath = "/a%62" },
    APIRow("a query", .invalidValue, "base_path") { $0.basePath = "/a?b" },
    APIRow("256 bytes of base path") { $0.basePath = "/" + String(repeating: "a", count: 255) },
    APIRow("257 bytes of base path", .invalidValue, "base_path") {
        $0.basePath = "/" + String(repeating: "a", count: 256)
    },
    APIRow("a resource that is a URN") { $0.resource = "urn:example:accounts" },
    APIRow("a resource with a query") { $0.resource = "https://a.example/x?y=%20" },
    APIRow("a resource with half a triplet", .invalidValue, "resource") { $0.resource = "https://a.example/%2" },
    APIRow("a resource that is only a scheme", .invalidValue, "resource") { $0.resource = "https:" },
    APIRow("a scope of 64 bytes") { $0.scopes = [String(repeating: "a", count: 64)] },
    APIRow("a scope of 65 bytes", .invalidValue, "scopes") { $0.scopes = [String(repeating: "a", count: 65)] },
    APIRow("an empty scope", .invalidValue, "scopes") { $0.scopes = [""] },
    APIRow("a scope with a quote", .invalidValue, "scopes") { $0.scopes = ["a\"b"] },
    APIRow("64 scopes") { $0.scopes = (0..<64).map { "s\($0)" } },
    APIRow("65 scopes", .tooMany, "scopes") { $0.scopes = (0..<65).map { "s\($0)" } },
    APIRow("the shortest lifetime") { $0.tokenTTLSeconds = 30 },
    APIRow("the longest lifetime") { $0.tokenTTLSeconds = 86_400 },
    APIRow("a longer lifetime", .invalidValue, "token_ttl_seconds") { $0.tokenTTLSeconds = 86_401 },
    APIRow("a grant twice", .repeatedValue, "interceptors.0.grants") {
        $0.interceptors[0].grants = [.password, .password]
    },
    APIRow("a sector that is no name", .invalidValue, "sector") { $0.sector = "a/b" },
    APIRow("256 rules") { $0.accessRules = Array(repeating: rule { _ in }, count: 256) },
    APIRow("257 rules", .tooMany, "access_rules") { $0.accessRules = Array(repeating: rule { _ in }, count: 257) },
    APIRow("a rule with everything") {
        $0.accessRules = [
            rule {
                $0.path = "/{user}/orders/**"
                $0.require.scopes = ["read"]
                $0.require.acr = "aal2"
                $0.require.maximumAgeSeconds = 300
                $0.require.bound = true
                $0.require.subjectType = .user
                $0.require.caller = .confirmed
                $0.require.vot = ["P1.Cb"]
                $0.require.vtm = "https://trust.example/"
                $0.require.equal = [
                    MapEntry(name: "{user}", value: "sub"), MapEntry(name: "issued_to_client", value: "'app_1'"),
                ]
            }
        ]
    },
    APIRow("a rule on actions") {
        $0.accessRules = [
            rule {
                ($0.methods, $0.path) = (nil, nil)
                ($0.actions, $0.resourceType) = (["can_read"], "record")
            }
        ]
    },
    APIRow("methods and actions", .invalidValue, "access_rules.0.actions") {
        $0.accessRules = [rule { $0.actions = ["can_read"] }]
    },
    APIRow("neither methods nor actions", .invalidValue, "access_rules.0.actions") {
        $0.accessRules = [rule { ($0.methods, $0.path) = (nil, nil) }]
    },
    APIRow("any method beside another", .invalidValue, "access_rules.0.methods") {
        $0.accessRules = [rule { $0.methods = ["*", "GET"] }]
    },
    APIRow("no methods", .invalidValue, "access_rules.0.methods") { $0.accessRules = [rule { $0.methods = [] }] },
    APIRow("a relative path", .invalidValue, "access_rules.0.path") { $0.accessRules = [rule { $0.path = "a" }] },
    APIRow("a wildcard in the middle", .invalidValue, "access_rules.0.path") {
        $0.accessRules = [rule { $0.path = "/**/a" }]
    },
    APIRow("one star", .invalidValue, "access_rules.0.path") { $0.accessRules = [rule { $0.path = "/a*" }] },
    APIRow("a parameter twice", .invalidValue, "access_rules.0.path") {
        $0.accessRules = [rule { $0.path = "/{a}/{a}" }]
    },
    APIRow("an empty parameter", .invalidValue, "access_rules.0.path") { $0.accessRules = [rule { $0.path = "/{}" }] },
    APIRow("an equality with a parameter that the path has not", .invalidValue, "access_rules.0.require.equal") {
        $0.accessRules = [rule { $0.require.equal = [MapEntry(name: "{other}", value: "sub")] }]
    },
    APIRow("an equality with an open quote", .invalidValue, "access_rules.0.require.equal") {
        $0.accessRules = [rule { $0.require.equal = [MapEntry(name: "sub", value: "'a")] }]
    },
    APIRow("the client as caller", .clientIsNoCaller, "access_rules.0.require.equal") {
        $0.accessRules = [rule { $0.require.equal = [MapEntry(name: "client_id", value: "'app_1'")] }]
    },
    APIRow("a vector of trust without its trustmark", .votWithoutVTM, "access_rules.0.require.vtm") {
        $0.accessRules = [rule { $0.require.vot = ["P1"] }]
    },
    APIRow("a vector of trust that is none", .invalidValue, "access_rules.0.require.vot") {
        $0.accessRules = [rule { ($0.require.vot, $0.require.vtm) = (["p1"], "https://trust.example/") }]
    },
]

private func rule(_ change: (inout AccessRule) -> Void) -> AccessRule {
    var rule = AccessRule()
    rule.name = "read"
    rule.methods = ["GET"]
    rule.path = "/"
    change(&rule)
    return rule
}

/// A revision of an API Identity, changed in one place.
struct IdentityRow: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var reason: CommandRefusal.Reason?
    var field: String?
    var change: @Sendable (inout IdentityRevision) -> Void

    init(
        _ name: String, _ reason: CommandRefusal.Reason? = nil, _ field: String? = nil,
        _ change: @escaping @Sendable (inout IdentityRevision) -> Void
    ) {
        testDescription = name
        self.reason = reason
        self.field = field
        self.change = change
    }
}

private let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\nAQ==\n-----END CERTIFICATE-----\n"

private let identityRows: [IdentityRow] = [
    IdentityRow("nothing is changed") { _ in },
    IdentityRow("no destination", .destinationMissing, "destination") { $0.destination.url = "" },
    IdentityRow("another destination in prod") {
        $0.destinations = [
            EnvironmentDestination(environment: CommandScene.prod, destination: Destination(url: "https://p.example/"))
        ]
    },
    IdentityRow("two destinations in prod", .repeatedValue, "destinations") {
        let one = EnvironmentDestination(
            environment: CommandScene.prod, destination: Destination(url: "https://p.example/"))
        $0.destinations = [one, one]
    },
    IdentityRow("a destination nowhere", .unknownReference, "destinations.test") {
        $0.destinations = [
            EnvironmentDestination(
                environment: EnvironmentName(text: "test") ?? EnvironmentName(),
                destination: Destination(url: "https://p.example/"))
        ]
    },
    IdentityRow("a base path like an API's") { $0.basePath = "/login" },
    IdentityRow("a base path that is none", .invalidValue, "base_path") { $0.basePath = "login" },
    IdentityRow("the shortest timeout") { $0.timeoutMilliseconds = 100 },
    IdentityRow("the longest timeout") { $0.timeoutMilliseconds = 10_000 },
    IdentityRow("a longer timeout", .invalidValue, "timeout_ms") { $0.timeoutMilliseconds = 10_001 },
    IdentityRow("nothing in flight", .invalidValue, "maximum_in_flight") { $0.maximumInFlight = 0 },
    IdentityRow("256 in flight") { $0.maximumInFlight = 256 },
    IdentityRow("two certificates") { $0.certificateAuthority = certificate + certificate },
    IdentityRow("a certificate that does not end", .invalidValue, "ca") {
        $0.certificateAuthority = String(certificate.dropLast(26))
    },
    IdentityRow("a private key", .invalidValue, "ca") {
        $0.certificateAuthority = certificate.replacing("CERTIFICATE", with: "PRIVATE KEY")
    },
    IdentityRow("more than 16 KiB of certificates", .tooMany, "ca") {
        $0.certificateAuthority = String(repeating: certificate, count: 400)
    },
    IdentityRow("a status that is no acceptance", .invalidValue, "accept.status") { $0.accept.statuses = [404] },
    IdentityRow("a content type with a parameter", .invalidValue, "accept.content_type") {
        $0.accept.contentType = "application/json; charset=utf-8"
    },
    IdentityRow("a field from the app") { $0.forward = [forward("tenant", "app.extra_info.tenant")] },
    IdentityRow("a field twice", .repeatedValue, "forward") {
        $0.forward = [forward("tenant", "app.id"), forward("tenant", "app.name")]
    },
    IdentityRow("the user name", .reservedField, "forward.0.field") { $0.forward = [forward("username", "app.id")] },
    IdentityRow("the password in other letters", .reservedField, "forward.0.field") {
        $0.forward = [forward("Password", "app.id")]
    },
    IdentityRow("a client's secret", .reservedField, "forward.0.field") {
        $0.forward = [forward("client_secret", "app.id")]
    },
    IdentityRow("a value deep in the app's own", .invalidValue, "forward.0.from") {
        $0.forward = [forward("tenant", "app.extra_info.a.b")]
    },
    IdentityRow("methods that are registered") { $0.assurance.amr = ["pwd", "otp"] },
    IdentityRow("a vector of trust with its trustmark") {
        ($0.assurance.vot, $0.assurance.vtm) = ("P1.Cc.Ab", "https://trust.example/vtm")
    },
    IdentityRow("a vector of trust that repeats itself", .invalidValue, "assurance.vot") {
        ($0.assurance.vot, $0.assurance.vtm) = ("P1.P1", "https://trust.example/vtm")
    },
    IdentityRow("an origin in another system") { $0.migratedFrom = "oauth directory 7" },
    IdentityRow("an origin that is free text", .invalidValue, "migrated_from") { $0.migratedFrom = "a: b" },
]

private func forward(_ field: String, _ from: String) -> ForwardRule {
    var rule = ForwardRule()
    rule.field = field
    rule.from = from
    return rule
}

@Suite struct CommandRuleTests {
    @Test(arguments: apiRows)
    func `a revision of an API is judged by its form`(_ row: APIRow) throws {
        let scene = try CommandScene.furnished()
        let command = ReviseAPI(id: CommandScene.api, content: CommandScene.apiRevision(row.change))
        let refusal = scene.refusal(of: command)
        #expect(refusal?.reason == row.reason)
        #expect(refusal?.fields ?? [] == (row.field.map { [$0] } ?? []))
    }

    @Test(arguments: identityRows)
    func `a revision of an API Identity is judged by its form`(_ row: IdentityRow) throws {
        let scene = try CommandScene.furnished()
        let content = CommandScene.identityRevision {
            $0.name = "other".name
            row.change(&$0)
        }
        let refusal = scene.refusal(of: RegisterIdentity(id: IdentityID(bits: 9), content: content, apis: []))
        #expect(refusal?.reason == row.reason)
        #expect(refusal?.fields ?? [] == (row.field.map { [$0] } ?? []))
    }

    @Test func `every reason has a status of its own kind`() {
        for reason in CommandRefusal.Reason.allCases {
            #expect([404, 409, 422, 503].contains(reason.status))
        }
    }
}
