internal import AuthorizationCore
internal import HTTPMessages

/// A path below `/manager`, and what stands in it. Whether the names in it name anything is not judged here.
enum ManagementRoute: Equatable {
    case collection(Collection)
    case item(Collection, String)
    case revisions(Collection, String)
    case retirement(Collection, String)
    /// Of everything that an Identity vouched for.
    case revocation(String)
    case operatorRoles(String)
    case settings(String)
    case assuranceScheme(String)
    case credentials(String)
    case linkableAPIs
    case link(identity: String, api: String)
    case deployment(environment: String, thing: String)
    case secrets(String)
    case suspension(String)
    case identityChain(environment: String, api: String)
    case findings(String)
    case ledgerSettings
    case clockConfirmation

    enum Collection: String, CaseIterable {
        case operators, environments, apis, apps
        case identities = "api-identities"
        case schemes = "assurance-schemes"

        fileprivate var hasRevisions: Bool { self == .apis || self == .identities || self == .apps }
    }

    /// Nil for a path that nothing of ours has.
    init?(_ segments: [String]) {
        guard segments.first == "manager", (2...6).contains(segments.count) else { return nil }
        let rest = Array(segments.dropFirst())
        guard let collection = Collection(rawValue: rest[0]) else {
            switch rest {
            case ["linkable-apis"]: self = .linkableAPIs
            case ["settings"]: self = .ledgerSettings
            case ["clock", "confirmation"]: self = .clockConfirmation
            default: return nil
            }
            return
        }
        switch rest.count {
        case 1: self = .collection(collection)
        case 2: self = collection == .schemes ? .assuranceScheme(rest[1]) : .item(collection, rest[1])
        case 3: self.init(collection, rest[1], rest[2])
        case 4:
            switch (collection, rest[2]) {
            case (.identities, "apis"): self = .link(identity: rest[1], api: rest[3])
            case (.environments, "deployments"): self = .deployment(environment: rest[1], thing: rest[3])
            default: return nil
            }
        default:
            guard collection == .environments, rest[2] == "apis", rest[4] == "identity-chain" else { return nil }
            self = .identityChain(environment: rest[1], api: rest[3])
        }
    }

    private init?(_ collection: Collection, _ id: String, _ last: String) {
        switch (collection, last) {
        case (_, "revisions") where collection.hasRevisions: self = .revisions(collection, id)
        case (_, "retirement") where collection.hasRevisions: self = .retirement(collection, id)
        case (.identities, "revocation"): self = .revocation(id)
        case (.operators, "roles"): self = .operatorRoles(id)
        case (.environments, "settings"): self = .settings(id)
        case (.environments, "findings"): self = .findings(id)
        case (.apis, "credentials"): self = .credentials(id)
        case (.apps, "secrets"): self = .secrets(id)
        case (.apps, "suspension"): self = .suspension(id)
        default: return nil
        }
    }

    /// For `Allow` (RFC 9110, section 10.2.1).
    var methods: [String] {
        switch self {
        case .collection(.schemes): ["GET"]
        case .collection: ["GET", "POST"]
        case .item(.operators, _): ["GET", "DELETE"]
        case .item, .linkableAPIs, .identityChain, .findings: ["GET"]
        case .revisions, .retirement, .revocation, .credentials, .secrets: ["POST"]
        case .operatorRoles, .settings: ["PUT"]
        case .ledgerSettings: ["GET", "PUT"]
        case .clockConfirmation: ["GET", "POST"]
        case .assuranceScheme: ["GET", "PUT"]
        case .link, .deployment, .suspension: ["PUT", "DELETE"]
        }
    }

    /// What an operator must be to do this; an administrator may do everything.
    func role(for method: String) -> Role {
        switch self {
        case .collection(.operators), .item(.operators, _), .operatorRoles:
            method == "GET" ? .auditor : .administrator
        case .ledgerSettings, .clockConfirmation: method == "GET" ? .manager : .administrator
        case .deployment: .deployer
        case .collection, .item, .revisions, .retirement, .revocation, .settings, .assuranceScheme, .credentials,
            .linkableAPIs,
            .link, .secrets, .suspension, .identityChain, .findings:
            .manager
        }
    }

    /// Whether somebody who only watches or deploys may look.
    var isOpenToReaders: Bool {
        switch self {
        case .collection(.operators), .item(.operators, _), .operatorRoles: false
        case .collection, .item, .revisions, .retirement, .revocation, .settings, .assuranceScheme, .credentials,
            .linkableAPIs,
            .link, .deployment, .secrets, .suspension, .identityChain, .findings, .ledgerSettings, .clockConfirmation:
            true
        }
    }

    /// The name under which a refused command is recorded; nil for what only reads.
    func commandName(for method: String) -> String? {
        switch (self, method) {
        case (_, "GET"): nil
        case (.collection(.operators), _): AddOperator.name
        case (.collection(.environments), _): CreateEnvironment.name
        case (.collection(.apis), _): RegisterAPI.name
        case (.collection(.identities), _): RegisterIdentity.name
        case (.collection(.apps), _): RegisterApp.name
        case (.item(.operators, _), _): RemoveOperator.name
        case (.revisions(.apis, _), _): ReviseAPI.name
        case (.revisions(.identities, _), _): ReviseIdentity.name
        case (.revisions, _): ReviseApp.name
        case (.retirement(.apis, _), _): RetireAPI.name
        case (.retirement(.identities, _), _): RetireIdentity.name
        case (.retirement, _): RetireApp.name
        case (.revocation, _): RevokeVouchedBy.name
        case (.operatorRoles, _): ChangeOperatorRoles.name
        case (.settings, _): ConfigureEnvironment.name
        case (.assuranceScheme, _): SetAssuranceScheme.name
        case (.credentials, _): AddAPICredential.name
        case (.link, "PUT"): LinkIdentity.name
        case (.link, _): UnlinkIdentity.name
        case (.deployment, "PUT"): Deploy.name
        case (.deployment, _): Undeploy.name
        case (.secrets, _): RotateAppSecret.name
        case (.suspension, "PUT"): SuspendApp.name
        case (.suspension, _): ResumeApp.name
        case (.ledgerSettings, _): ConfigureLedger.name
        case (.clockConfirmation, _): ConfirmClock.name
        case (.collection(.schemes), _), (.item, _), (.linkableAPIs, _), (.identityChain, _), (.findings, _): nil
        }
    }

    /// The thing of ours that the path names, for the record; nil when what stands there has not the form of one.
    var target: String? {
        switch self {
        case .collection, .linkableAPIs, .ledgerSettings, .clockConfirmation: nil
        case .item(let collection, let id), .revisions(let collection, let id), .retirement(let collection, let id):
            Self.target(id, in: collection)
        case .revocation(let id): Self.target(id, in: .identities)
        case .operatorRoles(let id): Self.target(id, in: .operators)
        case .settings(let name), .findings(let name): Self.target(name, in: .environments)
        case .assuranceScheme(let name): Self.target(name, in: .schemes)
        case .credentials(let id): Self.target(id, in: .apis)
        case .link(let identity, _): Self.target(identity, in: .identities)
        case .deployment(_, let thing): Deployable(text: thing) == nil ? nil : thing
        case .secrets(let id), .suspension(let id): Self.target(id, in: .apps)
        case .identityChain(_, let api): Self.target(api, in: .apis)
        }
    }

    private static func target(_ text: String, in collection: Collection) -> String? {
        switch collection {
        case .operators: OperatorID(text: text)?.text
        case .environments: EnvironmentName(text: text)?.text
        case .schemes: Name(text: text)?.text
        case .apis: APIID(text: text)?.text
        case .identities: IdentityID(text: text)?.text
        case .apps: AppID(text: text)?.text
        }
    }
}
