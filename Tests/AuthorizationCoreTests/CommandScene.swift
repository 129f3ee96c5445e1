import AuthorizationCore

/// An estate made of events, and commands on it.
struct CommandScene {
    private(set) var estate = Estate()
    private var next = Position(0)

    static let api = APIID(bits: 1)
    static let identity = IdentityID(bits: 2)
    static let app = AppID(bits: 3)
    static let administrator = OperatorID(bits: 4)
    static let prod = EnvironmentName(text: "prod") ?? EnvironmentName()
    static let now = Timestamp(microseconds: 1_800_000_000_000_000)

    /// Folds events in.
    mutating func add(_ events: EventData...) { add(events) }
    mutating func add(_ events: [EventData]) {
        for data in events {
            estate.fold(
                Event(
                    position: next, recordedAt: Self.now, actor: .operator(Self.administrator), correlation: "c",
                    blind: Bytes16(), data: data))
            next = next.advanced(by: 1)
        }
    }

    /// Judges a command and folds what it does.
    mutating func done(_ command: some Command) throws(CommandRefusal) {
        add(try command.events(on: estate))
    }

    /// Why a command is refused; nil when it is not.
    func refusal(of command: some Command) -> CommandRefusal? {
        do {
            _ = try command.events(on: estate)
            return nil
        } catch {
            return error
        }
    }

    /// One of everything: `prod` with a key, an administrator, an API with the Password option, a linked Identity, an app.
    static func furnished() throws -> CommandScene {
        var scene = CommandScene()
        try scene.done(
            AddOperator(
                id: administrator, name: "admin".name, roles: [.administrator], key: SecretDigest(), now: now))
        try scene.done(CreateEnvironment(name: prod, issuer: "https://auth.example/prod", key: key(.es256)))
        try scene.done(RegisterAPI(id: api, content: apiRevision()))
        try scene.done(RegisterIdentity(id: identity, content: identityRevision(), apis: [api]))
        try scene.done(RegisterApp(id: app, content: appRevision(), secret: SecretDigest()))
        return scene
    }

    static func key(_ algorithm: TokenAlgorithm) -> TokenKeyFacts {
        TokenKeyFacts(algorithm: algorithm, kid: "kid-\(algorithm.rawValue)", publicKey: "{}", notBefore: now)
    }

    static func apiRevision(_ change: (inout APIRevision) -> Void = { _ in }) -> APIRevision {
        var content = APIRevision()
        content.name = "accounts".name
        content.basePath = "/accounts"
        content.version = "1"
        content.scopes = ["read", "write"]
        var interceptor = Interceptor()
        interceptor.grants = [.password]
        content.interceptors = [interceptor]
        change(&content)
        return content
    }

    static func identityRevision(_ change: (inout IdentityRevision) -> Void = { _ in }) -> IdentityRevision {
        var content = IdentityRevision()
        content.name = "staff".name
        content.version = "1"
        content.destination = Destination(url: "https://users.example/verify")
        change(&content)
        return content
    }

    static func appRevision(_ change: (inout AppRevision) -> Void = { _ in }) -> AppRevision {
        var content = AppRevision()
        content.name = "shop".name
        content.apis = [api]
        content.firstParty = true
        content.grants = [.password]
        change(&content)
        return content
    }
}

extension String {
    /// For names that are known to be names.
    var name: Name { Name(text: self) ?? Name() }
}
