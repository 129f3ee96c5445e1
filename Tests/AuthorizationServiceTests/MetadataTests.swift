import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import HTTPMessages
import LedgerCrypto
import Testing

@Suite struct MetadataTests {
    let service: DoorsService
    let door: MetadataDoor
    let environment: EnvironmentName
    let issuer: String

    static let api = APIID(bits: 1)
    static let identity = IdentityID(bits: 2)

    init() throws {
        service = try DoorsService()
        door = MetadataDoor(service.context)
        environment = try #require(EnvironmentName(text: "prod"))
        issuer = "https://auth.example/prod"
        try create("prod", issuer: issuer)
    }

    func create(_ name: String, issuer: String) throws {
        var created = EnvironmentCreated()
        created.environment = try #require(EnvironmentName(text: name))
        created.issuer = issuer
        try service.store.record(.environments(.created(created)))
    }

    func get(_ path: String, method: String = "GET") throws -> HTTPResponse {
        door.answer(try DoorsService.request(path, method: method))
    }

    func document() throws -> String {
        let answer = try get("/.well-known/oauth-authorization-server/prod")
        #expect(answer.status == 200)
        #expect(answer.fields.first("Content-Type") == "application/json")
        return String(decoding: answer.body, as: UTF8.self)
    }

    // MARK: What stands, step by step

    enum Step: CaseIterable {
        case deployOAuth, registerAPI, deployAPI, registerIdentity, link, deployIdentity
    }

    func take(_ step: Step, grants: [Grant] = [.password], scopes: [String] = ["write", "read"]) throws {
        switch step {
        case .deployOAuth:
            var data = OAuthDeployed()
            data.environment = environment
            try service.store.record(.environments(.oauthDeployed(data)))
        case .registerAPI:
            var data = APIRegistered()
            data.api = Self.api
            var interceptor = Interceptor()
            interceptor.grants = grants
            data.content.interceptors = [interceptor]
            data.content.scopes = scopes
            try service.store.record(.apis(.registered(data)))
        case .deployAPI:
            var data = APIDeployed()
            data.api = Self.api
            data.environment = environment
            try service.store.record(.apis(.deployed(data)))
        case .registerIdentity:
            var data = IdentityRegistered()
            data.identity = Self.identity
            try service.store.record(.identities(.registered(data)))
        case .link:
            var data = IdentityLinked()
            data.api = Self.api
            data.identity = Self.identity
            try service.store.record(.identities(.linked(data)))
        case .deployIdentity:
            var data = IdentityDeployed()
            data.environment = environment
            data.identity = Self.identity
            try service.store.record(.identities(.deployed(data)))
        }
    }

    @Test func `a fresh installation announces no grant at all`() throws {
        #expect(
            try document()
                == #"{"introspection_endpoint":"https://auth.example/prod/oauth/introspect","#
                + #""introspection_endpoint_auth_methods_supported":["client_secret_basic"],"#
                + #""issuer":"https://auth.example/prod","jwks_uri":"https://auth.example/prod/oauth/jwks","#
                + #""response_types_supported":["none"],"#
                + #""revocation_endpoint":"https://auth.example/prod/oauth/revoke","#
                + #""revocation_endpoint_auth_methods_supported":["client_secret_basic"],"#
                + #""token_endpoint":"https://auth.example/prod/oauth/access-token","#
                + #""token_endpoint_auth_methods_supported":["client_secret_basic"]}"#)
    }

    @Test func `everything in place, password is announced`() throws {
        for step in Step.allCases { try take(step) }
        var scheme = AssuranceSchemeSet()
        scheme.scheme = try #require(Name(text: "loa"))
        scheme.levels = ["loa1", "loa2"]
        try service.store.record(.environments(.assuranceSchemeSet(scheme)))
        #expect(
            try document()
                == #"{"acr_values_supported":["loa1","loa2"],"grant_types_supported":["password"],"#
                + #""introspection_endpoint":"https://auth.example/prod/oauth/introspect","#
                + #""introspection_endpoint_auth_methods_supported":["client_secret_basic"],"#
                + #""issuer":"https://auth.example/prod","jwks_uri":"https://auth.example/prod/oauth/jwks","#
                + #""response_types_supported":["none"],"#
                + #""revocation_endpoint":"https://auth.example/prod/oauth/revoke","#
                + #""revocation_endpoint_auth_methods_supported":["client_secret_basic"],"#
                + #""scopes_supported":["read","write"],"#
                + #""token_endpoint":"https://auth.example/prod/oauth/access-token","#
                + #""token_endpoint_auth_methods_supported":["client_secret_basic"]}"#)
    }

    @Test(arguments: Step.allCases)
    func `without any one of the steps there is no password grant`(_ missing: Step) throws {
        for step in Step.allCases where step != missing { try take(step) }
        #expect(try !document().contains("grant_types_supported"))
    }

    @Test func `an API without the Password option brings neither it nor what comes with it`() throws {
        for step in Step.allCases { try take(step, grants: [.refreshToken, .clientCredentials]) }
        #expect(try document().contains(#""grant_types_supported":["client_credentials"]"#))
    }

    @Test func `refresh tokens are announced where they come with a password grant`() throws {
        for step in Step.allCases { try take(step, grants: [.password, .refreshToken, .clientCredentials]) }
        #expect(
            try document()
                .contains(#""grant_types_supported":["password","refresh_token","client_credentials"]"#))
    }

    enum Ending: CaseIterable { case undeployOAuth, undeployAPI, retireAPI, unlink, undeployIdentity, suspend, retire }

    @Test(arguments: Ending.allCases)
    func `what ends the chain takes password out of the metadata`(_ ending: Ending) throws {
        for step in Step.allCases { try take(step) }
        #expect(try document().contains(#""grant_types_supported":["password"]"#))
        switch ending {
        case .undeployOAuth:
            var data = OAuthUndeployed()
            data.environment = environment
            try service.store.record(.environments(.oauthUndeployed(data)))
        case .undeployAPI:
            var data = APIUndeployed()
            data.api = Self.api
            data.environment = environment
            try service.store.record(.apis(.undeployed(data)))
        case .retireAPI:
            var data = APIRetired()
            data.api = Self.api
            try service.store.record(.apis(.retired(data)))
        case .unlink:
            var data = IdentityUnlinked()
            data.api = Self.api
            data.identity = Self.identity
            try service.store.record(.identities(.unlinked(data)))
        case .undeployIdentity:
            var data = IdentityUndeployed()
            data.environment = environment
            data.identity = Self.identity
            try service.store.record(.identities(.undeployed(data)))
        case .suspend:
            var data = IdentitySuspended()
            data.identity = Self.identity
            try service.store.record(.identities(.suspended(data)))
        case .retire:
            var data = IdentityRetired()
            data.identity = Self.identity
            try service.store.record(.identities(.retired(data)))
        }
        #expect(try !document().contains("grant_types_supported"))
        #expect(try get("/prod/oauth/jwks").status == 200)
    }

    @Test func `what is deployed elsewhere is announced there`() throws {
        for step in Step.allCases { try take(step) }
        try create("sandbox", issuer: "https://auth.example/sandbox")
        let answer = try get("/.well-known/oauth-authorization-server/sandbox")
        let text = String(decoding: answer.body, as: UTF8.self)
        #expect(text.contains(#""issuer":"https://auth.example/sandbox""#))
        #expect(!text.contains("password"))
        #expect(!text.contains("scopes_supported"))
    }

    @Test(arguments: [
        ("/.well-known/oauth-authorization-server/prod", 200),
        ("/.well-known/oauth-authorization-server/base/deep", 200),
        ("/.well-known/oauth-authorization-server/deep", 200),
        ("/.well-known/oauth-authorization-server/base/prod", 404),
        ("/.well-known/oauth-authorization-server/other/deep", 404),
        ("/.well-known/oauth-authorization-server/dev", 404),
        ("/.well-known/oauth-authorization-server/", 404), ("/.well-known/oauth-authorization-server", 404),
        ("/.well-known/oauth-authorization-server/prod/", 404), ("/.well-known/oauth-authorization-server/PROD", 404),
        ("/.well-known/openid-configuration/prod", 404), ("/prod/oauth/jwks", 200), ("/dev/oauth/jwks", 404),
        ("/prod/oauth/jwks/", 404), ("/ledger/oauth/jwks", 404), ("/prod/oauth", 404), ("/", 404),
    ])
    func `an environment has one issuer, and others have none`(_ path: String, _ status: Int) throws {
        try create("deep", issuer: "https://auth.example/base/deep")
        let answer = try get(path)
        #expect(answer.status == status)
        if status == 404 {
            #expect(answer.body == Array(#"{"error":"not_found"}"#.utf8))
        } else {
            #expect(try get(path, method: "HEAD").status == 200)
            #expect(try get(path, method: "POST").status == 405)
        }
    }

    // MARK: Keys

    @discardableResult
    func addKey(_ algorithm: SignatureAlgorithm, in environment: EnvironmentName? = nil, use: KeyUse = .token) throws
        -> TokenSigningKey
    {
        let key = try TokenSigningKey.generate(algorithm)
        var data = KeyAdded()
        data.use = use
        data.environment = environment ?? self.environment
        data.alg = algorithm.rawValue
        data.kid = key.keyID
        let members = key.jwk.members.map { #""\#($0.name)":"\#($0.value)""# }.joined(separator: ",")
        data.publicKey = "{\(members)}"
        try service.store.record(.ledger(.keyAdded(data)))
        return key
    }

    func keyIDs() throws -> [String?] {
        let answer = try get("/prod/oauth/jwks")
        #expect(answer.status == 200)
        #expect(answer.fields.first("Cache-Control") == "public, max-age=300")
        let keys = try #require(try JSON.parse(answer.body).objectValue?["keys"]?.arrayValue)
        return keys.map { $0.objectValue?["kid"]?.stringValue }
    }

    @Test(arguments: SignatureAlgorithm.allCases)
    func `a published key verifies what its private key signs`(_ algorithm: SignatureAlgorithm) throws {
        let key = try addKey(algorithm)
        let answer = try get("/prod/oauth/jwks")
        let object = try #require(
            try JSON.parse(answer.body).objectValue?["keys"]?.arrayValue?.first?.objectValue)
        #expect(object["alg"]?.stringValue == algorithm.rawValue)
        #expect(object["use"]?.stringValue == "sig")
        #expect(object["kid"]?.stringValue == key.keyID)
        #expect(Set(object.members.map(\.name)) == Set(key.jwk.members.map(\.name) + ["alg", "kid", "use"]))
        let published = try TokenVerificationKey(PublicJWK { object[$0]?.stringValue })
        #expect(try published.verify(key.sign([1, 2, 3]), of: [1, 2, 3]))
    }

    @Test func `keys are published from when they are added until they are retired or compromised`() throws {
        #expect(String(decoding: try get("/prod/oauth/jwks").body, as: UTF8.self) == #"{"keys":[]}"#)
        let first = try addKey(.es256)
        let second = try addKey(.edDSA)
        let third = try addKey(.es256)
        try create("sandbox", issuer: "https://auth.example/sandbox")
        try addKey(.es256, in: EnvironmentName(text: "sandbox"))
        try addKey(.es256, use: .checkpoint)
        #expect(try keyIDs() == [first.keyID, second.keyID, third.keyID])

        var activated = KeyActivated()
        activated.environment = environment
        activated.kid = second.keyID
        try service.store.record(.ledger(.keyActivated(activated)))
        #expect(try keyIDs() == [first.keyID, second.keyID, third.keyID])

        var retired = KeyRetired()
        retired.environment = environment
        retired.kid = first.keyID
        try service.store.record(.ledger(.keyRetired(retired)))
        #expect(try keyIDs() == [second.keyID, third.keyID])

        var compromised = KeyCompromised()
        compromised.environment = environment
        compromised.kid = third.keyID
        try service.store.record(.ledger(.keyCompromised(compromised)))
        #expect(try keyIDs() == [second.keyID])
    }

    @Test func `nothing but the members of a public key goes out`() throws {
        var data = KeyAdded()
        data.environment = environment
        data.kid = "private"
        data.publicKey =
            #"{"crv":"Ed25519","d":"AAAA","kty":"OKP","x":"\#(Base64URL.encode([UInt8](repeating: 1, count: 32)))"}"#
        try service.store.record(.ledger(.keyAdded(data)))
        #expect(try keyIDs().isEmpty)
    }
}
