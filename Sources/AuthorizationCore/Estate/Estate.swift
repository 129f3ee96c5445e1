/// What stands at a position of the log: environments, APIs, API Identities, apps, links, deployments, operators, keys.
///
/// It is the fold of the estate events alone, so that no token event is read to rebuild it. The writer holds one and
/// publishes copies; a copy never changes.
public struct Estate: Sendable, Equatable {
    /// Everything below this is folded, and nothing at or above it.
    public var size = Position(0)
    public var ledger = LedgerFacts()
    public var operators: [OperatorID: Operator] = [:]
    public var environments: [EnvironmentName: Environment] = [:]
    public var schemes: [Name: [String]] = [:]
    public var apis: [APIID: API] = [:]
    public var identities: [IdentityID: APIIdentity] = [:]
    public var apps: [AppID: App] = [:]
    public var keys: [KeyName: Key] = [:]

    public init() {}
}

/// The ledger's own facts.
public struct LedgerFacts: Sendable, Equatable {
    public var origin = ""
    public var verifierKey = ""
    public var incarnation: Int64 = 0
    /// The rules by which decisions are made.
    public var engine: Int64 = 1
    public var limits = Limits()
    public var operatorKeyDays: Int64?
    public var tagRetentionDays: Int64?
    public var unrecognisedRetentionDays: Int64?
    public var anchorEvery: LedgerConfigured.AnchorEvery?
    /// Where the settings were last set; nil while they never were.
    public var configuredAt: Position?
    /// The newest; nil while there is none.
    public var clockConfirmation: ClockConfirmation?

    public init() {}
}

/// What an operator said of a clock that did not fit the log.
public struct ClockConfirmation: Sendable, Equatable {
    /// What the clock said then.
    public var clock: Timestamp
    /// How far it was ahead, in microseconds; negative when it was behind.
    public var ahead: Int64
    public var at: Position
    /// The log's own time, which never runs backwards: later than ``clock`` where that was behind.
    public var recordedAt: Timestamp
}

public struct Operator: Sendable, Equatable {
    public var id: OperatorID
    public var name: Name
    public var roles: [Role]
    public var key: SecretDigest
    public var expiresAt: Timestamp
    public var addedAt: Position
    public var changedAt: Position
    public var changedBy: Actor
}

/// A place where APIs, Identities and API OAuth are deployed; the issuer of its tokens.
public struct Environment: Sendable, Equatable {
    public var name: EnvironmentName
    public var issuer: String
    public var createdAt: Position
    public var settings = EnvironmentSettings()
    public var settingsAt: Position?
    /// Where API OAuth was deployed; nil while it is not.
    public var oauthDeployedAt: Position?
    public var apis: [APIID: Deployment] = [:]
    public var identities: [IdentityID: Deployment] = [:]
    /// The activated token key.
    public var activeKey: KeyName?
}

/// Which revision is deployed, and the event that deployed it.
public struct Deployment: Sendable, Equatable {
    public var revision: Int64
    public var at: Position
}

/// One numbered revision and the event that made it.
public struct Revision<Content: Sendable & Equatable>: Sendable, Equatable {
    public var number: Int64
    public var content: Content
    public var at: Position
}

public struct API: Sendable, Equatable {
    public var id: APIID
    public var registeredAt: Position
    public var revisions: [Revision<APIRevision>]
    public var retiredAt: Position?
    public var credentials: [SecretDigest] = []
    /// The Identities linked to it, in no order.
    public var linkedIdentities: Set<IdentityID> = []

    public func revision(_ number: Int64) -> APIRevision? {
        revisions.last { $0.number == number }?.content
    }
    public var latest: Revision<APIRevision> { revisions[revisions.count - 1] }
}

public struct APIIdentity: Sendable, Equatable {
    public var id: IdentityID
    public var registeredAt: Position
    public var revisions: [Revision<IdentityRevision>]
    public var retiredAt: Position?
    public var suspendedAt: Position?
    public var suspensionCause: IdentitySuspended.Cause?
    /// The APIs it is linked to, and the events that linked them.
    public var links: [APIID: Position] = [:]

    public func revision(_ number: Int64) -> IdentityRevision? {
        revisions.last { $0.number == number }?.content
    }
    public var latest: Revision<IdentityRevision> { revisions[revisions.count - 1] }

    /// The user store behind a revision: the one it names, or its own.
    public func userStore(of revision: IdentityRevision) -> String { revision.userStore?.text ?? id.text }
}

public struct App: Sendable, Equatable {
    public var id: AppID
    public var registeredAt: Position
    public var revisions: [Revision<AppRevision>]
    public var secrets: [AppSecret]
    public var suspendedAt: Position?
    public var retiredAt: Position?

    public var latest: Revision<AppRevision> { revisions[revisions.count - 1] }
    public var content: AppRevision { latest.content }
}

/// A client secret and how long it still holds.
public struct AppSecret: Sendable, Equatable {
    public var secret: SecretDigest
    public var addedAt: Position
    /// nil: until it is rotated.
    public var holdsUntil: Timestamp?
}

/// A key's name: unique per use and environment.
public struct KeyName: Hashable, Sendable {
    public var use: KeyUse
    public var environment: EnvironmentName?
    public var kid: String

    public init(use: KeyUse, environment: EnvironmentName?, kid: String) {
        self.use = use
        self.environment = environment
        self.kid = kid
    }
}

public struct Key: Sendable, Equatable {
    public var name: KeyName
    public var alg: String
    public var publicKey: String?
    public var notBefore: Timestamp
    public var addedAt: Position
    public var activatedAt: Position?
    public var retiredAt: Position?
    public var compromisedSince: Timestamp?
}
