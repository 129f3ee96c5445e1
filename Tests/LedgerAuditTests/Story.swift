import AuthorizationCore
import EventLog
import LedgerCrypto

/// A ledger's life in a few hundred events, the same at every run.
struct Story {
    static let origin = "example.test/ledger"
    static let signer = signer(seed: 7)

    /// A checkpoint key of this ledger's name.
    static func signer(seed: UInt8) -> NoteSigner {
        let secret = SecretBytes(copying: [UInt8](repeating: seed, count: 32))
        guard let name = KeyName(origin), let key = try? Ed25519PrivateKey(seed: secret) else {
            preconditionFailure("a test key")
        }
        return NoteSigner(name: name, privateKey: key)
    }

    static let prod = name("prod")
    static let sandbox = name("sandbox")
    static let accounts = APIID(bits: 101)
    static let payments = APIID(bits: 102)
    static let newest = IdentityID(bits: 203)
    static let middle = IdentityID(bits: 202)
    static let oldest = IdentityID(bits: 201)
    static let web = AppID(bits: 301)
    static let mobile = AppID(bits: 302)
    static let openVault = VaultID(bits: 401)
    static let destroyedVault = VaultID(bits: 402)
    static let administrator = OperatorID(bits: 501)

    private(set) var events: [ProposedEvent] = []
    private var blinds: UInt64 = 0
    private var decisions: UInt128 = 0

    static func decision(_ number: Int) -> DecisionID { DecisionID(bits: UInt128(9_000 + number)) }

    private static func name(_ text: String) -> EnvironmentName { EnvironmentName(text: text) ?? EnvironmentName() }

    /// Registration, deployment, and `decisions` token requests of every kind.
    static func told(decisions: Int) -> [ProposedEvent] {
        var story = Story()
        story.setUp()
        for number in 0..<decisions { story.decide(number) }
        story.cleanUp()
        return story.events
    }

    mutating func add(
        _ data: EventData, by actor: Actor = .operator(administrator), of correlation: String = "cmd_test",
        sealed: [SealedRecord] = []
    ) {
        blinds += 1
        events.append(
            ProposedEvent(
                actor: actor, correlation: correlation, blind: Bytes16(high: 5, low: blinds), data: data, sealed: sealed
            ))
    }

    private mutating func setUp() {
        var created = LedgerCreated()
        created.origin = Self.origin
        created.verifierKey = Self.signer.verifierKey.text
        add(.ledger(.created(created)), by: .service)
        var added = OperatorAdded()
        added.id = Self.administrator
        added.name = Name(text: "ada") ?? Name()
        added.roles = [.administrator]
        add(.operators(.added(added)))
        for environment in [Self.prod, Self.sandbox] {
            var created = EnvironmentCreated()
            created.environment = environment
            created.issuer = "https://id.example/\(environment.text)"
            add(.environments(.created(created)))
        }
        register(Self.accounts, "accounts")
        register(Self.payments, "payments")
        for (identity, name, apis) in [
            (Self.oldest, "directory", [Self.accounts]), (Self.middle, "staff", [Self.accounts, Self.payments]),
            (Self.newest, "partners", [Self.accounts]),
        ] {
            var registered = IdentityRegistered()
            registered.identity = identity
            registered.apis = apis
            registered.content.name = Name(text: name) ?? Name()
            registered.content.destination.url = "https://\(name).example/check"
            add(.identities(.registered(registered)))
        }
        for (app, name) in [(Self.web, "web"), (Self.mobile, "mobile")] {
            var registered = AppRegistered()
            registered.app = app
            registered.content.name = Name(text: name) ?? Name()
            registered.content.apis = [Self.accounts]
            registered.content.firstParty = true
            registered.content.grants = [.password]
            add(.apps(.registered(registered)))
        }
        var oauth = OAuthDeployed()
        oauth.environment = Self.prod
        add(.environments(.oauthDeployed(oauth)))
        deploy(Self.accounts)
        for identity in [Self.oldest, Self.middle, Self.newest] { deploy(identity) }
    }

    private mutating func register(_ api: APIID, _ name: String) {
        var registered = APIRegistered()
        registered.api = api
        registered.content.name = Name(text: name) ?? Name()
        registered.content.basePath = "/\(name)"
        var interceptor = Interceptor()
        interceptor.grants = [.password]
        registered.content.interceptors = [interceptor]
        add(.apis(.registered(registered)))
    }

    mutating func deploy(_ api: APIID) {
        var deployed = APIDeployed()
        deployed.api = api
        deployed.environment = Self.prod
        add(.apis(.deployed(deployed)))
    }

    mutating func deploy(_ identity: IdentityID) {
        var deployed = IdentityDeployed()
        deployed.identity = identity
        deployed.environment = Self.prod
        add(.identities(.deployed(deployed)))
    }

    mutating func suspend(_ identity: IdentityID) {
        var suspended = IdentitySuspended()
        suspended.identity = identity
        add(.identities(.suspended(suspended)))
    }

    mutating func unlink(_ identity: IdentityID, from api: APIID) {
        var unlinked = IdentityUnlinked()
        unlinked.identity = identity
        unlinked.api = api
        add(.identities(.unlinked(unlinked)))
    }

    /// Four kinds in turn: issued, refused after attempts, refused before any, issued by another app.
    private mutating func decide(_ number: Int) {
        let decision = Self.decision(number)
        let app = number % 4 == 3 ? Self.mobile : Self.web
        var request = TokenRequest()
        request.client.app = app
        request.client.credential = CredentialID(bits: 1)
        request.environment = number % 8 == 7 ? Self.sandbox : Self.prod
        request.grant = "password"
        let vault = number % 2 == 0 ? Self.openVault : Self.destroyedVault
        if number % 4 == 2 {
            var refused = TokenRefused()
            refused.reason = .grantNotAllowed
            refused.request = request
            return add(.tokens(.refused(refused)), by: .app(app), of: decision.text)
        }
        let (value, record) = Self.sealed(number, in: vault)
        request.userName = value
        add(
            .tokens(.requested(request)), by: .app(app), of: decision.text,
            sealed: vault == Self.openVault ? [record] : [])
        for (index, identity) in [Self.newest, Self.middle].enumerated() {
            var attempt = ValidationAttempted()
            attempt.identity = identity
            attempt.ordinal = Int64(index + 1)
            attempt.outcome = index == 1 && number % 4 != 1 ? .accepted : .rejected
            attempt.via = [Self.accounts]
            add(.tokens(.attempted(attempt)), by: .service, of: decision.text)
        }
        if number % 4 == 1 {
            var refused = TokenRefused()
            refused.reason = .credentialsRejected
            add(.tokens(.refused(refused)), by: .app(app), of: decision.text)
        } else {
            var issued = TokenIssued()
            issued.winner = Self.middle
            issued.claims.clientID = app
            issued.claims.id = decision
            issued.claims.audience = ["https://id.example/prod/accounts"]
            add(.tokens(.issued(issued)), by: .app(app), of: decision.text)
        }
    }

    private mutating func cleanUp() {
        var revoked = TokenRevoked()
        revoked.scope = .token
        revoked.id = Self.decision(0).text
        add(.tokens(.revoked(revoked)))
        var destroyed = VaultDestroyed()
        destroyed.vault = Self.destroyedVault
        destroyed.day = 20_000
        add(.accounts(.vaultDestroyed(destroyed)), by: .service)
    }

    /// A sealed value and its record. Verifying needs no key, so none is used.
    static func sealed(_ number: Int, in vault: VaultID) -> (SealedValue, SealedRecord) {
        let record = [UInt8]("record \(number)".utf8)
        let value = SealedValue(
            vault: vault, commitment: Bytes32(SHA256.hash([UInt8]("value \(number)".utf8))),
            ciphertextHash: Bytes32(SHA256.hash(record)))
        return (value, SealedRecord(field: "user_name", vault: vault, bytes: record))
    }
}
