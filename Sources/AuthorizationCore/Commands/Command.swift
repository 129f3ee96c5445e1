/// Something that an operator asks for: a value that says what shall be, judged against what stands.
///
/// Identifiers, times and digests come in with it, so the same command on the same estate gives the same events.
public protocol Command: Sendable {
    /// How a refusal is recorded, such as `identity.link`.
    static var name: String { get }

    /// The thing that is asked about.
    var subject: CommandSubject { get }

    /// The environment whose standing the judgement looks at, where it looks at one in particular.
    var environment: EnvironmentName? { get }

    /// Whether it stops somebody, or takes a secret out of use: such a command has queue space of its own, which no flood
    /// of requests can fill, and is done when disk space is short.
    var isUrgent: Bool { get }

    /// The events that do it; none when everything already stands as asked.
    ///
    /// Throws the first reason against it, in the order of the guards.
    func events(on estate: Estate) throws(CommandRefusal) -> [EventData]
}

extension Command {
    public var environment: EnvironmentName? { nil }
    public var isUrgent: Bool { false }
}

/// What a command is about, and what its answer shows.
public enum CommandSubject: Hashable, Sendable {
    case `operator`(OperatorID)
    case environment(EnvironmentName)
    case scheme(Name)
    case api(APIID)
    case identity(IdentityID)
    case app(AppID)
    /// The settings of the whole ledger.
    case settings
    case clock

    /// An identifier or name of ours.
    public var text: String {
        switch self {
        case .operator(let id): id.text
        case .environment(let name): name.text
        case .scheme(let name): name.text
        case .api(let id): id.text
        case .identity(let id): id.text
        case .app(let id): id.text
        case .settings: "settings"
        case .clock: "clock"
        }
    }

    /// What the first event of a command is about; nil for an event that no command of ours begins with.
    public init?(of event: EventData) {
        switch event {
        case .ledger(.configured): self = .settings
        case .ledger(.clockConfirmed): self = .clock
        case .tokens(.revoked(let data)):
            guard data.scope == .vouchedBy, let id = IdentityID(text: data.id) else { return nil }
            self = .identity(id)
        case .ledger, .tokens, .accounts, .access, .audit: return nil
        case .operators(.added(let data)): self = .operator(data.id)
        case .operators(.rolesChanged(let data)): self = .operator(data.id)
        case .operators(.removed(let data)): self = .operator(data.id)
        case .environments(.created(let data)): self = .environment(data.environment)
        case .environments(.configured(let data)): self = .environment(data.environment)
        case .environments(.oauthDeployed(let data)): self = .environment(data.environment)
        case .environments(.oauthUndeployed(let data)): self = .environment(data.environment)
        case .environments(.assuranceSchemeSet(let data)): self = .scheme(data.scheme)
        case .apis(.registered(let data)): self = .api(data.api)
        case .apis(.revised(let data)): self = .api(data.api)
        case .apis(.retired(let data)): self = .api(data.api)
        case .apis(.deployed(let data)): self = .environment(data.environment)
        case .apis(.undeployed(let data)): self = .environment(data.environment)
        case .apis(.credentialAdded(let data)): self = .api(data.api)
        case .identities(.registered(let data)): self = .identity(data.identity)
        case .identities(.revised(let data)): self = .identity(data.identity)
        case .identities(.retired(let data)): self = .identity(data.identity)
        case .identities(.linked(let data)): self = .identity(data.identity)
        case .identities(.unlinked(let data)): self = .identity(data.identity)
        case .identities(.deployed(let data)): self = .environment(data.environment)
        case .identities(.undeployed(let data)): self = .environment(data.environment)
        case .identities(.suspended(let data)): self = .identity(data.identity)
        case .identities(.resumed(let data)): self = .identity(data.identity)
        case .apps(.registered(let data)): self = .app(data.app)
        case .apps(.revised(let data)): self = .app(data.app)
        case .apps(.suspended(let data)): self = .app(data.app)
        case .apps(.resumed(let data)): self = .app(data.app)
        case .apps(.secretRotated(let data)): self = .app(data.app)
        case .apps(.retired(let data)): self = .app(data.app)
        }
    }
}
