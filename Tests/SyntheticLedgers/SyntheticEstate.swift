public import AuthorizationCore

// What an operator does, with short words.
extension SyntheticLedger {
    /// The first events of every ledger.
    public mutating func create(origin: String = "example.test/ledger", verifierKey: String = "") {
        var created = LedgerCreated()
        created.origin = origin
        created.verifierKey = verifierKey
        record(.ledger(.created(created)), by: .service)
        var added = OperatorAdded()
        added.id = administrator
        added.name = Name(text: "ada") ?? Name()
        added.roles = [.administrator]
        record(.operators(.added(added)), by: .service)
    }

    /// An environment with a token key, in which API OAuth is deployed.
    public mutating func addEnvironment(_ name: String, alg: TokenAlgorithm = .es256) -> EnvironmentName {
        let environment = EnvironmentName(text: name) ?? EnvironmentName()
        var created = EnvironmentCreated()
        created.environment = environment
        created.issuer = "https://id.example/\(name)"
        record(.environments(.created(created)))
        addKey("\(name)-key-1", to: environment, alg: alg)
        deployOAuth(in: environment)
        return environment
    }

    public mutating func addKey(_ kid: String, to environment: EnvironmentName, alg: TokenAlgorithm = .es256) {
        var added = KeyAdded()
        added.kid = kid
        added.alg = alg.rawValue
        added.environment = environment
        record(.ledger(.keyAdded(added)), by: .service)
        var activated = KeyActivated()
        activated.kid = kid
        activated.environment = environment
        record(.ledger(.keyActivated(activated)), by: .service)
    }

    public mutating func deployOAuth(in environment: EnvironmentName) {
        var deployed = OAuthDeployed()
        deployed.environment = environment
        record(.environments(.oauthDeployed(deployed)))
    }

    public mutating func undeployOAuth(in environment: EnvironmentName) {
        var undeployed = OAuthUndeployed()
        undeployed.environment = environment
        record(.environments(.oauthUndeployed(undeployed)))
    }

    public mutating func configure(
        _ environment: EnvironmentName, _ change: (inout EnvironmentSettings) -> Void
    ) {
        var configured = EnvironmentConfigured()
        configured.environment = environment
        change(&configured.settings)
        record(.environments(.configured(configured)))
    }

    /// An API with the Password option on, deployed in the environments.
    public mutating func addAPI(
        _ name: String, in environments: [EnvironmentName], _ change: (inout APIRevision) -> Void = { _ in }
    ) -> APIID {
        var registered = APIRegistered()
        registered.api = identifier()
        registered.content.name = Name(text: name) ?? Name()
        registered.content.basePath = "/\(name)"
        registered.content.scopes = ["\(name).read", "\(name).write"]
        var interceptor = Interceptor()
        interceptor.grants = [.password]
        registered.content.interceptors = [interceptor]
        change(&registered.content)
        record(.apis(.registered(registered)))
        for environment in environments { deploy(registered.api, in: environment) }
        return registered.api
    }

    public mutating func revise(_ api: APIID, to number: Int64, _ change: (inout APIRevision) -> Void) {
        var revised = APIRevised()
        revised.api = api
        revised.revision = number
        revised.content = estate.apis[api]?.latest.content ?? APIRevision()
        change(&revised.content)
        record(.apis(.revised(revised)))
    }

    public mutating func deploy(_ api: APIID, revision: Int64 = 1, in environment: EnvironmentName) {
        var deployed = APIDeployed()
        deployed.api = api
        deployed.revision = revision
        deployed.environment = environment
        record(.apis(.deployed(deployed)))
    }

    public mutating func undeploy(_ api: APIID, from environment: EnvironmentName) {
        var undeployed = APIUndeployed()
        undeployed.api = api
        undeployed.environment = environment
        record(.apis(.undeployed(undeployed)))
    }

    /// An API Identity that is linked to APIs and deployed in the environments.
    public mutating func addIdentity(
        _ name: String, for apis: [APIID], in environments: [EnvironmentName],
        _ change: (inout IdentityRevision) -> Void = { _ in }
    ) -> IdentityID {
        var registered = IdentityRegistered()
        registered.identity = identifier()
        registered.apis = apis
        registered.content.name = Name(text: name) ?? Name()
        registered.content.destination.url = "https://\(name).example/check"
        change(&registered.content)
        record(.identities(.registered(registered)))
        for environment in environments { deploy(registered.identity, in: environment) }
        return registered.identity
    }

    public mutating func revise(_ identity: IdentityID, to number: Int64, _ change: (inout IdentityRevision) -> Void) {
        var revised = IdentityRevised()
        revised.identity = identity
        revised.revision = number
        revised.content = estate.identities[identity]?.latest.content ?? IdentityRevision()
        change(&revised.content)
        record(.identities(.revised(revised)))
    }

    public mutating func deploy(_ identity: IdentityID, revision: Int64 = 1, in environment: EnvironmentName) {
        var deployed = IdentityDeployed()
        deployed.identity = identity
        deployed.revision = revision
        deployed.environment = environment
        record(.identities(.deployed(deployed)))
    }

    public mutating func undeploy(_ identity: IdentityID, from environment: EnvironmentName) {
        var undeployed = IdentityUndeployed()
        undeployed.identity = identity
        undeployed.environment = environment
        record(.identities(.undeployed(undeployed)))
    }

    public mutating func link(_ identity: IdentityID, to api: APIID) {
        var linked = IdentityLinked()
        linked.identity = identity
        linked.api = api
        record(.identities(.linked(linked)))
    }

    public mutating func unlink(_ identity: IdentityID, from api: APIID) {
        var unlinked = IdentityUnlinked()
        unlinked.identity = identity
        unlinked.api = api
        record(.identities(.unlinked(unlinked)))
    }

    public mutating func suspend(_ identity: IdentityID) {
        var suspended = IdentitySuspended()
        suspended.identity = identity
        record(.identities(.suspended(suspended)))
    }

    public mutating func resume(_ identity: IdentityID) {
        var resumed = IdentityResumed()
        resumed.identity = identity
        record(.identities(.resumed(resumed)))
    }

    public mutating func addApp(
        _ name: String, for apis: [APIID], _ change: (inout AppRevision) -> Void = { _ in }
    ) -> AppID {
        var registered = AppRegistered()
        registered.app = identifier()
        registered.content.name = Name(text: name) ?? Name()
        registered.content.apis = apis
        registered.content.firstParty = true
        registered.content.grants = [.password]
        registered.secret = SecretDigest(id: identifier(), digest: Bytes32())
        change(&registered.content)
        record(.apps(.registered(registered)))
        return registered.app
    }

    public mutating func suspend(_ app: AppID) {
        var suspended = AppSuspended()
        suspended.app = app
        record(.apps(.suspended(suspended)))
    }

    public mutating func resume(_ app: AppID) {
        var resumed = AppResumed()
        resumed.app = app
        record(.apps(.resumed(resumed)))
    }

    public mutating func destroy(_ vault: VaultID) {
        var destroyed = VaultDestroyed()
        destroyed.vault = vault
        record(.accounts(.vaultDestroyed(destroyed)), by: .service)
    }
}
