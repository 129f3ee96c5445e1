import AuthorizationCore
import FieldCoding
import Testing

/// What each event makes of the estate.
@Suite struct EstateFoldTests {
    // MARK: All types

    /// Types that make something out of nothing; all others act on what stands already.
    private static let creators: Set<EventType> = [
        .ledgerCreated, .ledgerConfigured, .keyAdded, .engineActivated, .ledgerIncarnated, .operatorAdded,
        .environmentCreated, .assuranceSchemeSet, .apiRegistered, .identityRegistered, .appRegistered, .clockConfirmed,
    ]

    private func example(of type: EventType, at position: Position = 0) throws -> Event {
        var data = EventData(empty: type)
        var sampler = FieldSampler()
        try data.visit(&sampler)
        // The examples of these say what holds from the start.
        switch data {
        case .ledger(.engineActivated(var activated)):
            activated.engine = 2
            data = .ledger(.engineActivated(activated))
        case .ledger(.incarnated(var incarnated)):
            incarnated.incarnation = 2
            data = .ledger(.incarnated(incarnated))
        default: break
        }
        return Event(
            position: position, recordedAt: .example, actor: .service, correlation: "", blind: Bytes16(), data: data)
    }

    @Test(arguments: EventType.allCases)
    func `an event about what does not stand changes nothing but the size`(_ type: EventType) throws {
        var estate = Estate()
        estate.fold(try example(of: type))
        #expect(estate.size == 1)
        estate.size = 0
        #expect((estate == Estate()) == !Self.creators.contains(type))
    }

    @Test(arguments: EventType.allCases.filter { !EventData(empty: $0).isEstate })
    func `an event outside the estate changes nothing but the size`(_ type: EventType) throws {
        var estate = try wholeEstate()
        let before = estate
        estate.fold(try example(of: type, at: estate.size))
        #expect(estate.size == before.size.advanced(by: 1))
        estate.size = before.size
        #expect(estate == before)
    }

    @Test(arguments: EventType.allCases.filter { EventData(empty: $0).isEstate })
    func `an estate event about what stands changes it`(_ type: EventType) throws {
        var estate = try wholeEstate(before: type)
        let before = estate
        estate.fold(try example(of: type, at: estate.size))
        estate.size = before.size
        #expect((estate == before) == (type == .anchorReset))
    }

    /// Everything that the examples name stands, but for what would make `type` a repetition.
    private func wholeEstate(before type: EventType? = nil) throws -> Estate {
        var estate = Estate()
        let undone: [EventType] = [
            .identityResumed, .appResumed, .apiUndeployed, .identityUndeployed, .oauthUndeployed,
        ]
        let order: [EventType] =
            [
                .ledgerCreated, .keyAdded, .operatorAdded, .environmentCreated, .apiRegistered, .identityRegistered,
                .appRegistered, .keyActivated, .apiDeployed, .identityDeployed, .oauthDeployed,
            ] + (type.map { undone.contains($0) } == true ? [.identitySuspended, .appSuspended] : [])
        for earlier in order where earlier != type {
            estate.fold(try example(of: earlier, at: estate.size))
        }
        return estate
    }

    // MARK: One by one

    @Test func `a revision is kept beside the ones before it, and none is deployed by being made`() {
        var history = EstateHistory()
        history.create(.prod)
        history.register(APIID.number(1)) { $0.scopes = ["one"] }
        history.deploy(APIID.number(1), in: .prod)
        history.revise(APIID.number(1), to: 2) { $0.scopes = ["two"] }
        let api = history.estate.apis[.number(1)]
        #expect(api?.revision(1)?.scopes == ["one"])
        #expect(api?.revision(2)?.scopes == ["two"])
        #expect(api?.latest.number == 2)
        #expect(api?.revision(3) == nil)
        #expect(history.estate.environments[.prod]?.apis[.number(1)]?.revision == 1)
    }

    @Test func `a revision that was never made is not deployed`() {
        var history = EstateHistory()
        history.create(.prod)
        history.register(APIID.number(1))
        history.register(IdentityID.number(1))
        history.deploy(APIID.number(1), revision: 2, in: .prod)
        history.deploy(IdentityID.number(1), revision: 2, in: .prod)
        #expect(history.estate.environments[.prod]?.apis.isEmpty == true)
        #expect(history.estate.environments[.prod]?.identities.isEmpty == true)
    }

    @Test func `what is retired leaves every environment`() {
        var history = EstateHistory()
        for environment in [EnvironmentName.prod, .sandbox] { history.create(environment) }
        history.register(APIID.number(1))
        history.register(IdentityID.number(1), for: [.number(1)])
        for environment in [EnvironmentName.prod, .sandbox] {
            history.deploy(APIID.number(1), in: environment)
            history.deploy(IdentityID.number(1), in: environment)
        }
        history.retire(APIID.number(1))
        history.retire(IdentityID.number(1))
        for environment in history.estate.environments.values {
            #expect(environment.apis.isEmpty)
            #expect(environment.identities.isEmpty)
        }
        #expect(history.estate.apis[.number(1)]?.retiredAt != nil)
        #expect(history.estate.identities[.number(1)]?.retiredAt != nil)
    }

    @Test func `a link stands on both sides, and only between what is registered`() {
        var history = EstateHistory()
        history.register(APIID.number(1))
        let registered = history.register(IdentityID.number(1), for: [.number(1), .number(2)])
        history.link(.number(2), to: .number(1))
        #expect(history.estate.apis[.number(1)]?.linkedIdentities == [.number(1)])
        #expect(history.estate.identities[.number(1)]?.links == [.number(1): registered])
        history.unlink(.number(1), from: .number(1))
        #expect(history.estate.apis[.number(1)]?.linkedIdentities == [])
        #expect(history.estate.identities[.number(1)]?.links == [:])
    }

    @Test func `settings are whole: what is absent has its default again`() {
        var history = EstateHistory()
        history.create(.prod)
        history.configure(.prod, accessTokenSeconds: 60)
        #expect(history.estate.environments[.prod]?.settings.lifetimes.accessToken == 60)
        let last = history.configure(.prod, accessTokenSeconds: nil)
        #expect(history.estate.environments[.prod]?.settings == EnvironmentSettings())
        #expect(history.estate.environments[.prod]?.settingsAt == last)
    }

    @Test func `a key takes the place of the active one, and leaves it when it retires`() {
        var history = EstateHistory()
        history.create(.prod)
        history.addTokenKey("one", in: .prod)
        history.addTokenKey("two", in: .prod)
        #expect(history.estate.environments[.prod]?.activeKey?.kid == "two")

        var retired = KeyRetired()
        retired.environment = .prod
        retired.kid = "one"
        history.append(.ledger(.keyRetired(retired)))
        #expect(history.estate.environments[.prod]?.activeKey?.kid == "two")
        retired.kid = "two"
        history.append(.ledger(.keyRetired(retired)))
        #expect(history.estate.environments[.prod]?.activeKey == nil)
        #expect(history.estate.keys.count == 2)
    }

    @Test func `a key that was never added signs nothing`() {
        var history = EstateHistory()
        history.create(.prod)
        var activated = KeyActivated()
        activated.environment = .prod
        activated.kid = "never added"
        history.append(.ledger(.keyActivated(activated)))
        #expect(history.estate.environments[.prod]?.activeKey == nil)
    }

    @Test(arguments: [nil, Timestamp(microseconds: 5_000_000)])
    func `an earlier secret holds until the overlap ends`(_ end: Timestamp?) {
        var history = EstateHistory()
        history.register(AppID.number(1), for: [])
        var rotated = AppSecretRotated()
        rotated.app = .number(1)
        rotated.secret.id = .number(2)
        rotated.overlapUntil = end
        history.append(.apps(.secretRotated(rotated)))
        let secrets = history.estate.apps[.number(1)]?.secrets ?? []
        #expect(secrets.map(\.secret.id) == (end == nil ? [.number(2)] : [.number(1), .number(2)]))
        #expect(secrets.last?.holdsUntil == nil)
        if let end { #expect(secrets.first?.holdsUntil == end) }

        // A second rotation never lets the first secret hold longer than it would have.
        rotated.secret.id = .number(3)
        rotated.overlapUntil = Timestamp(microseconds: 9_000_000)
        history.append(.apps(.secretRotated(rotated)))
        if let end { #expect(history.estate.apps[.number(1)]?.secrets.first?.holdsUntil == end) }
    }

    @Test func `an operator has the roles that were given last, and by whom`() {
        var history = EstateHistory()
        var added = OperatorAdded()
        added.id = .number(1)
        added.roles = [.administrator]
        history.append(.operators(.added(added)))
        var changed = OperatorRolesChanged()
        changed.id = .number(1)
        changed.roles = [.auditor]
        let position = history.append(.operators(.rolesChanged(changed)))
        #expect(history.estate.operators[.number(1)]?.roles == [.auditor])
        #expect(history.estate.operators[.number(1)]?.changedAt == position)
        #expect(history.estate.operators[.number(1)]?.changedBy == .operator(.number(9)))
        var removed = OperatorRemoved()
        removed.id = .number(1)
        history.append(.operators(.removed(removed)))
        #expect(history.estate.operators.isEmpty)
    }

    // MARK: Order

    /// Events about one thing keep their order; those about different things may come in any.
    @Test(arguments: 0..<50)
    func `independent events make the same estate in any order`(_ seed: UInt64) {
        var streams: [[Event]] = []
        for thing in 1...6 {
            var history = EstateHistory()
            history.register(APIID.number(thing))
            history.revise(APIID.number(thing), to: 2)
            history.register(AppID.number(thing), for: [.number(thing)])
            history.suspend(AppID.number(thing))
            let environment = EnvironmentName(text: "env-\(thing)") ?? .prod
            history.create(environment)
            history.deploy(APIID.number(thing), revision: 2, in: environment)
            history.addTokenKey("key", in: environment)
            history.register(IdentityID.number(thing), for: [.number(thing)])
            history.deploy(IdentityID.number(thing), in: environment)
            streams.append(history.events)
        }
        var straight = Estate()
        for event in streams.joined() { straight.fold(event) }

        var random = SeededGenerator(seed: seed)
        var shuffled = Estate()
        var rest = streams.map { $0[...] }
        while let index = rest.indices.filter({ !rest[$0].isEmpty }).randomElement(using: &random) {
            shuffled.fold(rest[index].removeFirst())
        }
        shuffled.size = straight.size
        #expect(shuffled == straight)
    }
}
