/// A token key that was made and is kept, and that the log may therefore name.
public struct TokenKeyFacts: Sendable, Equatable {
    public var algorithm: TokenAlgorithm
    public var kid: String
    /// The public JWK as canonical JSON.
    public var publicKey: String
    public var notBefore: Timestamp

    public init(algorithm: TokenAlgorithm, kid: String, publicKey: String, notBefore: Timestamp) {
        self.algorithm = algorithm
        self.kid = kid
        self.publicKey = publicKey
        self.notBefore = notBefore
    }

    /// The key is named and signs from now on; its predecessor stays published until it is retired.
    func events(in environment: EnvironmentName) -> [EventData] {
        var added = KeyAdded()
        added.use = .token
        added.environment = environment
        added.alg = algorithm.rawValue
        added.kid = kid
        added.publicKey = publicKey
        added.notBefore = notBefore
        var activated = KeyActivated()
        activated.use = .token
        activated.environment = environment
        activated.kid = kid
        return [.ledger(.keyAdded(added)), .ledger(.keyActivated(activated))]
    }
}

/// The algorithm of token keys where an environment's settings do not say.
public let defaultTokenAlgorithm = TokenAlgorithm.es256

/// A command after which tokens are signed with another key than before.
public protocol TokenKeyCommand: Command {
    /// The key that ``algorithmWithoutKey(on:)`` asks for, once it was made.
    var key: TokenKeyFacts? { get set }

    /// The algorithm of the key that must be made and kept before the command can be done; nil when none is needed.
    func algorithmWithoutKey(on estate: Estate) -> TokenAlgorithm?
}

/// An environment with its first token key.
public struct CreateEnvironment: TokenKeyCommand {
    public static let name = "environment.create"
    public static let maximumEnvironments = 256
    public var environmentName: EnvironmentName
    public var issuer: String
    public var key: TokenKeyFacts?

    public init(name: EnvironmentName, issuer: String, key: TokenKeyFacts? = nil) {
        environmentName = name
        self.issuer = issuer
        self.key = key
    }

    public var subject: CommandSubject { .environment(environmentName) }
    public var environment: EnvironmentName? { environmentName }

    public func algorithmWithoutKey(on estate: Estate) -> TokenAlgorithm? {
        estate.environments[environmentName] == nil ? defaultTokenAlgorithm : nil
    }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        try demand(estate.environments[environmentName] == nil, else: .nameTaken, "name")
        try demand(estate.environments.count < Self.maximumEnvironments, else: .tooMany)
        guard let key else { throw CommandRefusal(.keyMissing) }
        var event = EnvironmentCreated()
        event.environment = environmentName
        event.issuer = issuer
        return [.environments(.created(event))] + key.events(in: environmentName)
    }
}

/// The settings of an environment, whole.
public struct ConfigureEnvironment: TokenKeyCommand {
    public static let name = "environment.configure"
    public var environmentName: EnvironmentName
    public var settings: EnvironmentSettings
    /// The key of another algorithm, where the active one is not of it.
    public var key: TokenKeyFacts?

    public init(name: EnvironmentName, settings: EnvironmentSettings, key: TokenKeyFacts? = nil) {
        environmentName = name
        self.settings = settings
        self.key = key
    }

    public var subject: CommandSubject { .environment(environmentName) }
    public var environment: EnvironmentName? { environmentName }

    public func algorithmWithoutKey(on estate: Estate) -> TokenAlgorithm? {
        guard let environment = estate.environments[environmentName] else { return nil }
        let wanted = settings.algorithm ?? defaultTokenAlgorithm
        let active = environment.activeKey.flatMap { estate.keys[$0] }
        return active?.alg == wanted.rawValue ? nil : wanted
    }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        guard let environment = estate.environments[environmentName] else { throw CommandRefusal(.notFound) }
        try settings.check()
        let weakens = settings.recording == .relaxed && environment.settings.recording != .relaxed
        try demand(!weakens || estate.operators.count == 1, else: .approvalNeeded, "recording")
        let wanted = algorithmWithoutKey(on: estate)
        guard settings != environment.settings || wanted != nil else { return [] }
        var event = EnvironmentConfigured()
        event.environment = environmentName
        event.settings = settings
        var events: [EventData] = [.environments(.configured(event))]
        if let wanted {
            guard let key, key.algorithm == wanted else { throw CommandRefusal(.keyMissing) }
            events += key.events(in: environmentName)
        }
        return events
    }
}

extension EnvironmentSettings {
    fileprivate func check() throws(CommandRefusal) {
        try demand(refusalQuantumMilliseconds, in: 0...10_000, "refusal_quantum_ms")
        try demand(lifetimes.accessToken, in: APIRevision.tokenLifetimes, "lifetimes.access_token_seconds")
        try demand(lifetimes.refreshIdle, in: 60...31_536_000, "lifetimes.refresh_idle_seconds")
        try demand(lifetimes.refreshAbsolute, in: 60...31_536_000, "lifetimes.refresh_absolute_seconds")
        try limits.check()
    }
}

/// The order of the levels of a scheme, lowest first.
public struct SetAssuranceScheme: Command {
    public static let name = "assurance_scheme.set"
    public static let maximumLevels = 32
    public var scheme: Name
    public var levels: [String]

    public init(scheme: Name, levels: [String]) {
        self.scheme = scheme
        self.levels = levels
    }

    public var subject: CommandSubject { .scheme(scheme) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        try demand(!levels.isEmpty && levels.allSatisfy(\.isWord), else: .invalidValue, "levels")
        try demandDistinct(levels, atMost: Self.maximumLevels, "levels")
        guard estate.schemes[scheme] != levels else { return [] }
        try demand(estate.schemes[scheme] != nil || !scheme.isAlike(estate.schemes.keys), else: .nameTaken)
        var event = AssuranceSchemeSet()
        event.scheme = scheme
        event.levels = levels
        return [.environments(.assuranceSchemeSet(event))]
    }
}
