import AuthorizationCore

/// A history of events and the estate that it makes, with short words for what tests do most.
struct EstateHistory: Sendable {
    private(set) var events: [Event] = []
    private(set) var estate = Estate()

    /// Appends an event and says where it stands.
    @discardableResult
    mutating func append(_ data: EventData) -> Position {
        let position = Position(Int64(events.count))
        let event = Event(
            position: position, recordedAt: .example, actor: .operator(.number(9)), correlation: "",
            blind: Bytes16(), data: data)
        events.append(event)
        estate.fold(event)
        return position
    }

    // MARK: Environments

    /// An environment in which API OAuth is deployed.
    mutating func create(_ environment: EnvironmentName) {
        var created = EnvironmentCreated()
        created.environment = environment
        created.issuer = "https://auth.example/\(environment.text)"
        append(.environments(.created(created)))
        deployOAuth(in: environment)
    }

    @discardableResult
    mutating func deployOAuth(in environment: EnvironmentName) -> Position {
        var deployed = OAuthDeployed()
        deployed.environment = environment
        return append(.environments(.oauthDeployed(deployed)))
    }

    mutating func undeployOAuth(in environment: EnvironmentName) {
        var undeployed = OAuthUndeployed()
        undeployed.environment = environment
        append(.environments(.oauthUndeployed(undeployed)))
    }

    @discardableResult
    mutating func configure(_ environment: EnvironmentName, accessTokenSeconds: Int64?) -> Position {
        var configured = EnvironmentConfigured()
        configured.environment = environment
        configured.settings.lifetimes.accessToken = accessTokenSeconds
        return append(.environments(.configured(configured)))
    }

    /// A token key that signs in the environment.
    mutating func addTokenKey(_ kid: String, alg: TokenAlgorithm = .es256, in environment: EnvironmentName) {
        var added = KeyAdded()
        added.kid = kid
        added.alg = alg.rawValue
        added.environment = environment
        append(.ledger(.keyAdded(added)))
        var activated = KeyActivated()
        activated.kid = kid
        activated.environment = environment
        append(.ledger(.keyActivated(activated)))
    }

    // MARK: APIs

    @discardableResult
    mutating func register(
        _ api: APIID, grants: [Grant] = [.password], _ change: (inout APIRevision) -> Void = { _ in }
    ) -> Position {
        var registered = APIRegistered()
        registered.api = api
        registered.content = .test(api, grants: grants, change)
        return append(.apis(.registered(registered)))
    }

    mutating func revise(
        _ api: APIID, to revision: Int64, grants: [Grant] = [.password],
        _ change: (inout APIRevision) -> Void = { _ in }
    ) {
        var revised = APIRevised()
        revised.api = api
        revised.revision = revision
        revised.content = .test(api, grants: grants, change)
        append(.apis(.revised(revised)))
    }

    @discardableResult
    mutating func deploy(_ api: APIID, revision: Int64 = 1, in environment: EnvironmentName) -> Position {
        var deployed = APIDeployed()
        deployed.api = api
        deployed.revision = revision
        deployed.environment = environment
        return append(.apis(.deployed(deployed)))
    }

    mutating func undeploy(_ api: APIID, in environment: EnvironmentName) {
        var undeployed = APIUndeployed()
        undeployed.api = api
        undeployed.environment = environment
        append(.apis(.undeployed(undeployed)))
    }

    mutating func retire(_ api: APIID) {
        var retired = APIRetired()
        retired.api = api
        append(.apis(.retired(retired)))
    }

    // MARK: API Identities

    @discardableResult
    mutating func register(
        _ identity: IdentityID, for apis: [APIID] = [], _ change: (inout IdentityRevision) -> Void = { _ in }
    ) -> Position {
        var registered = IdentityRegistered()
        registered.identity = identity
        registered.apis = apis
        change(&registered.content)
        return append(.identities(.registered(registered)))
    }

    mutating func revise(
        _ identity: IdentityID, to revision: Int64, _ change: (inout IdentityRevision) -> Void = { _ in }
    ) {
        var revised = IdentityRevised()
        revised.identity = identity
        revised.revision = revision
        change(&revised.content)
        append(.identities(.revised(revised)))
    }

    @discardableResult
    mutating func link(_ identity: IdentityID, to api: APIID) -> Position {
        var linked = IdentityLinked()
        linked.identity = identity
        linked.api = api
        return append(.identities(.linked(linked)))
    }

    mutating func unlink(_ identity: IdentityID, from api: APIID) {
        var unlinked = IdentityUnlinked()
        unlinked.identity = identity
        unlinked.api = api
        append(.identities(.unlinked(unlinked)))
    }

    @discardableResult
    mutating func deploy(_ identity: IdentityID, revision: Int64 = 1, in environment: EnvironmentName) -> Position {
        var deployed = IdentityDeployed()
        deployed.identity = identity
        deployed.revision = revision
        deployed.environment = environment
        return append(.identities(.deployed(deployed)))
    }

    mutating func undeploy(_ identity: IdentityID, in environment: EnvironmentName) {
        var undeployed = IdentityUndeployed()
        undeployed.identity = identity
        undeployed.environment = environment
        append(.identities(.undeployed(undeployed)))
    }

    mutating func suspend(_ identity: IdentityID) {
        var suspended = IdentitySuspended()
        suspended.identity = identity
        append(.identities(.suspended(suspended)))
    }

    mutating func resume(_ identity: IdentityID) {
        var resumed = IdentityResumed()
        resumed.identity = identity
        append(.identities(.resumed(resumed)))
    }

    mutating func retire(_ identity: IdentityID) {
        var retired = IdentityRetired()
        retired.identity = identity
        append(.identities(.retired(retired)))
    }

    // MARK: Apps

    @discardableResult
    mutating func register(
        _ app: AppID, for apis: [APIID], _ change: (inout AppRevision) -> Void = { _ in }
    ) -> Position {
        var registered = AppRegistered()
        registered.app = app
        registered.content.apis = apis
        registered.content.firstParty = true
        registered.content.grants = [.password]
        registered.secret = SecretDigest(id: .number(1), digest: .example)
        change(&registered.content)
        return append(.apps(.registered(registered)))
    }

    /// Another revision of the app, made from the newest one.
    @discardableResult
    mutating func revise(_ app: AppID, _ change: (inout AppRevision) -> Void) -> Position {
        var revised = AppRevised()
        revised.app = app
        revised.revision = (estate.apps[app]?.latest.number ?? 0) + 1
        revised.content = estate.apps[app]?.content ?? AppRevision()
        change(&revised.content)
        return append(.apps(.revised(revised)))
    }

    mutating func suspend(_ app: AppID) {
        var suspended = AppSuspended()
        suspended.app = app
        append(.apps(.suspended(suspended)))
    }

    mutating func retire(_ app: AppID) {
        var retired = AppRetired()
        retired.app = app
        append(.apps(.retired(retired)))
    }
}

extension APIRevision {
    fileprivate static func test(_ api: APIID, grants: [Grant], _ change: (inout APIRevision) -> Void) -> APIRevision {
        var revision = APIRevision()
        revision.basePath = "/\(api.bits)"
        var interceptor = Interceptor()
        interceptor.grants = grants
        revision.interceptors = [interceptor]
        change(&revision)
        return revision
    }
}

extension Identifier {
    /// One that a test tells apart by its number.
    static func number(_ number: Int) -> Self { Self(bits: UInt128(number)) }
}

extension EnvironmentName {
    static let prod = EnvironmentName(text: "prod") ?? EnvironmentName()
    static let sandbox = EnvironmentName(text: "sandbox") ?? EnvironmentName()
}

/// Numbers that look random and are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
