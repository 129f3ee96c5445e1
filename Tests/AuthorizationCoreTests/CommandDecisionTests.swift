import AuthorizationCore
import Testing

@Suite struct CommandDecisionTests {
    @Test func `the same command on the same estate gives the same events, and folding them makes it stand`() throws {
        var scene = try CommandScene.furnished()
        let command = DeploymentCase.api
        let first = try command.events(on: scene.estate).map(\.type)
        #expect(try command.events(on: scene.estate).map(\.type) == first)
        #expect(first == [.apiDeployed])
        try scene.done(command)
        #expect(try command.events(on: scene.estate).isEmpty)
    }

    private enum DeploymentCase {
        static let api = Deploy(.api(CommandScene.api), in: CommandScene.prod)
    }

    @Test func `a command is about what its first event is about`() throws {
        let scene = try CommandScene.furnished()
        let commands: [any Command] = [
            ReviseAPI(id: CommandScene.api, content: CommandScene.apiRevision()),
            AddAPICredential(id: CommandScene.api, credential: SecretDigest()), RetireAPI(id: CommandScene.api),
            ReviseIdentity(
                id: CommandScene.identity, content: CommandScene.identityRevision(), sameUserStore: nil),
            UnlinkIdentity(id: CommandScene.identity, api: CommandScene.api),
            RetireIdentity(id: CommandScene.identity),
            ReviseApp(id: CommandScene.app, content: CommandScene.appRevision()),
            RotateAppSecret(
                id: CommandScene.app, secret: SecretDigest(), overlapSeconds: 0, now: CommandScene.now),
            SuspendApp(id: CommandScene.app), RetireApp(id: CommandScene.app),
            Deploy(.oauth, in: CommandScene.prod), Deploy(.identity(CommandScene.identity), in: CommandScene.prod),
            SetAssuranceScheme(scheme: "nist".name, levels: ["aal1", "aal2"]),
            ConfigureEnvironment(
                name: CommandScene.prod, settings: edDSA, key: CommandScene.key(.edDSA)),
            AddOperator(
                id: OperatorID(bits: 7), name: "b".name, roles: [.auditor], key: SecretDigest(), now: CommandScene.now),
        ]
        for command in commands {
            let first = try #require(try command.events(on: scene.estate).first)
            #expect(CommandSubject(of: first) == command.subject, "\(type(of: command).name)")
        }
    }

    private var edDSA: EnvironmentSettings {
        var settings = EnvironmentSettings()
        settings.algorithm = .edDSA
        return settings
    }

    @Test func `every event of a command touches a fence that the command names`() throws {
        let scene = try CommandScene.furnished()
        let commands: [any Command] = [
            Deploy(.api(CommandScene.api), in: CommandScene.prod),
            ConfigureEnvironment(name: CommandScene.prod, settings: edDSA, key: CommandScene.key(.edDSA)),
            LinkIdentity(id: CommandScene.identity, api: CommandScene.api), RetireApp(id: CommandScene.app),
        ]
        for command in commands {
            var named: Set<FenceName> = [.estate]
            if let environment = command.environment { named.insert(.environment(environment)) }
            for event in try command.events(on: scene.estate) {
                #expect(!named.isDisjoint(with: event.touchedFences), "\(event.type)")
            }
        }
    }

    @Test func `another algorithm needs a key of it, and the same one needs none`() throws {
        let scene = try CommandScene.furnished()
        var command = ConfigureEnvironment(name: CommandScene.prod, settings: edDSA)
        #expect(command.algorithmWithoutKey(on: scene.estate) == .edDSA)
        #expect(scene.refusal(of: command)?.reason == .keyMissing)
        command.key = CommandScene.key(.es256)
        #expect(scene.refusal(of: command)?.reason == .keyMissing)
        command.key = CommandScene.key(.edDSA)
        #expect(
            try command.events(on: scene.estate).map(\.type) == [.environmentConfigured, .keyAdded, .keyActivated])
        let same = ConfigureEnvironment(name: CommandScene.prod, settings: EnvironmentSettings())
        #expect(same.algorithmWithoutKey(on: scene.estate) == nil)
    }

    @Test(
        arguments: [
            (nil, nil, CommandRefusal.Reason.sameUserStoreUnsaid), (true, nil, nil),
            (false, nil, .userStoreContradicted),
            (false, "new", nil), (true, "new", .userStoreContradicted),
        ] as [(Bool?, String?, CommandRefusal.Reason?)])
    func `whoever changes a destination says whether its users are the same`(
        said: Bool?, store: String?, reason: CommandRefusal.Reason?
    ) throws {
        let scene = try CommandScene.furnished()
        let content = CommandScene.identityRevision {
            $0.destination = Destination(url: "https://new.example/verify")
            $0.userStore = store?.name
        }
        let command = ReviseIdentity(id: CommandScene.identity, content: content, sameUserStore: said)
        #expect(scene.refusal(of: command)?.reason == reason)
    }

    @Test func `a resource of one API is not taken by another, before and at its deployment`() throws {
        var scene = try CommandScene.furnished()
        let other = APIID(bits: 11)
        let content = CommandScene.apiRevision {
            $0.name = "other".name
            $0.basePath = "/other"
            $0.resource = "https://auth.example/prod/accounts"
        }
        try scene.done(RegisterAPI(id: other, content: content))
        try scene.done(Deploy(.api(CommandScene.api), in: CommandScene.prod))
        #expect(scene.refusal(of: Deploy(.api(other), in: CommandScene.prod))?.reason == .resourceTaken)
        #expect(scene.refusal(of: ReviseAPI(id: other, content: content))?.reason == .resourceTaken)
        try scene.done(Undeploy(.api(CommandScene.api), from: CommandScene.prod))
        try scene.done(Deploy(.api(other), in: CommandScene.prod))
        #expect(scene.refusal(of: DeploymentCase.api)?.reason == .resourceTaken)
    }

    @Test func `what is retired takes no more commands, and frees its name`() throws {
        var scene = try CommandScene.furnished()
        try scene.done(Deploy(.api(CommandScene.api), in: CommandScene.prod))
        try scene.done(RetireAPI(id: CommandScene.api))
        #expect(scene.estate.environments[CommandScene.prod]?.apis.isEmpty == true)
        #expect(try RetireAPI(id: CommandScene.api).events(on: scene.estate).isEmpty)
        #expect(scene.refusal(of: DeploymentCase.api)?.reason == .retired)
        #expect(
            scene.refusal(of: LinkIdentity(id: CommandScene.identity, api: CommandScene.api))?.reason == .retired)
        #expect(scene.refusal(of: RegisterAPI(id: APIID(bits: 12), content: CommandScene.apiRevision())) == nil)
    }

    @Test func `the last administrator stays, whatever the others are`() throws {
        var scene = try CommandScene.furnished()
        let other = OperatorID(bits: 5)
        try scene.done(
            AddOperator(id: other, name: "b".name, roles: [.manager], key: SecretDigest(), now: CommandScene.now))
        let removal = RemoveOperator(id: CommandScene.administrator, now: CommandScene.now)
        #expect(scene.refusal(of: removal)?.reason == .lastAdministrator)
        try scene.done(ChangeOperatorRoles(id: other, roles: [.administrator], now: CommandScene.now))
        #expect(scene.refusal(of: removal) == nil)
        // The other's key has expired by then.
        let late = CommandScene.now.advanced(bySeconds: 91 * 86_400)
        #expect(
            scene.refusal(of: RemoveOperator(id: CommandScene.administrator, now: late))?.reason == .lastAdministrator)
    }

    @Test func `findings stand in the order of their kinds`() throws {
        var scene = try CommandScene.furnished()
        try scene.done(Deploy(.api(CommandScene.api), in: CommandScene.prod))
        let plain = IdentityID(bits: 8)
        try scene.done(
            RegisterIdentity(
                id: plain,
                content: CommandScene.identityRevision {
                    $0.name = "plain".name
                    $0.destination = Destination(url: "http://users.example/verify")
                    $0.probe = .off
                    $0.userStore = CommandScene.identity.text.name
                },
                apis: []))
        try scene.done(Deploy(.identity(plain), in: CommandScene.prod))
        try scene.done(Deploy(.identity(CommandScene.identity), in: CommandScene.prod))
        try scene.done(
            RegisterApp(
                id: AppID(bits: 13),
                content: CommandScene.appRevision {
                    $0.name = "third".name
                    $0.firstParty = false
                },
                secret: SecretDigest()))
        let environment = try #require(scene.estate.environments[CommandScene.prod])
        #expect(
            scene.estate.findings(in: environment).map(\.kind) == [
                .oauthNotDeployed, .thirdPartyPassword, .passwordOn, .plainHTTP, .sharedUserStore,
                .subjectIsUserName, .subjectIsUserName, .probeOff, .noAccessRules,
            ])
    }

    @Test(arguments: [
        ("http://users.example/", true), ("http://10.0.0.1:8080/", true), ("https://users.example/", false),
        ("http://localhost/", false), ("http://127.0.0.1:9/", false), ("http://[::1]/", false),
        ("http://a.localhost/", false), ("http://127.example/", true),
    ])
    func `plain http to another machine is found`(url: String, isFound: Bool) throws {
        var scene = try CommandScene.furnished()
        try scene.done(
            ReviseIdentity(
                id: CommandScene.identity, content: CommandScene.identityRevision { $0.destination.url = url },
                sameUserStore: true))
        try scene.done(Deploy(.identity(CommandScene.identity), in: CommandScene.prod))
        let environment = try #require(scene.estate.environments[CommandScene.prod])
        #expect(scene.estate.findings(in: environment).contains { $0.kind == .plainHTTP } == isFound)
    }
}
