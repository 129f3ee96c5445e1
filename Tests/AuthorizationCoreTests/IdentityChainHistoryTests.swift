import AuthorizationCore
import Testing

/// Chains over random histories, beside a second way of finding them that folds nothing: it searches the events.
@Suite struct IdentityChainHistoryTests {
    @Test func `the chain is what a search of the history finds`() {
        var found = 0
        for seed: UInt64 in 0..<30 { found += compare(seed) }
        #expect(found > 100, "histories without chains show nothing")
    }

    /// How many links the chains of one history had.
    private func compare(_ seed: UInt64) -> Int {
        var random = SeededGenerator(seed: seed)
        var history = EstateHistory()
        let environments = [EnvironmentName.prod, .sandbox]
        let apis = (1...4).map { APIID.number($0) }
        let identities = (1...5).map { IdentityID.number($0) }
        var found = 0
        for round in 0..<160 {
            step(&history, &random, environments: environments, apis: apis, identities: identities)
            guard round % 4 == 3 else { continue }
            let environment = environments.randomElement(using: &random) ?? .prod
            let asked = apis.filter { _ in Bool.random(using: &random) }
            let chain = IdentityChain(of: asked, in: environment, history.estate)
            let search = HistorySearch(events: history.events, environment: environment)
            #expect(chain.links.map(\.identity) == search.chain(of: asked), "seed \(seed), round \(round)")
            for link in chain.links {
                #expect(link.apis == asked.filter { search.leads($0, to: link.identity) })
                #expect(link.revision == search.deployedRevision(of: link.identity))
            }
            found += chain.links.count
        }
        return found
    }

    private func step(
        _ history: inout EstateHistory, _ random: inout SeededGenerator, environments: [EnvironmentName],
        apis: [APIID], identities: [IdentityID]
    ) {
        let environment = environments.randomElement(using: &random) ?? .prod
        let api = apis.randomElement(using: &random) ?? .number(1)
        let identity = identities.randomElement(using: &random) ?? .number(1)
        let revision = Int64.random(in: 1...3, using: &random)
        let grants: [Grant] = Int.random(in: 0..<4, using: &random) == 0 ? [.clientCredentials] : [.password]
        switch Int.random(in: 0..<32, using: &random) {
        case 0...1 where history.estate.environments[environment] == nil: history.create(environment)
        case 2: history.deployOAuth(in: environment)
        case 3: if Bool.random(using: &random) { history.undeployOAuth(in: environment) }
        case 4...6 where history.estate.apis[api] == nil: history.register(api, grants: grants)
        case 7: history.revise(api, to: revision, grants: grants)
        case 8...12: history.deploy(api, revision: revision == 3 ? 1 : revision, in: environment)
        case 13: history.undeploy(api, in: environment)
        case 14: if Int.random(in: 0..<6, using: &random) == 0 { history.retire(api) }
        case 15...18 where history.estate.identities[identity] == nil:
            history.register(identity, for: apis.filter { _ in Bool.random(using: &random) })
        case 19: history.revise(identity, to: revision)
        case 20...22: history.link(identity, to: api)
        case 23: history.unlink(identity, from: api)
        case 24...28: history.deploy(identity, revision: revision == 3 ? 1 : revision, in: environment)
        case 29: history.undeploy(identity, in: environment)
        case 30: history.suspend(identity)
        case 31: Int.random(in: 0..<8, using: &random) == 0 ? history.retire(identity) : history.resume(identity)
        default: history.deployOAuth(in: environment)
        }
    }
}

/// Answers each question about a moment by searching the events before it for the last one that decides it.
private struct HistorySearch {
    var events: [Event]
    var environment: EnvironmentName

    func chain(of apis: [APIID]) -> [IdentityID] {
        guard oauthIsDeployed else { return [] }
        // Newest registration first: backwards through the log.
        return events.reversed().compactMap { event in
            guard case .identities(.registered(let data)) = event.data,
                apis.contains(where: { leads($0, to: data.identity) })
            else { return nil }
            return data.identity
        }
    }

    func leads(_ api: APIID, to identity: IdentityID) -> Bool {
        guard let revision = deployedRevision(of: api), grants(of: api, at: revision).contains(.password) else {
            return false
        }
        return isLinked(identity, to: api) && !isSuspended(identity) && deployedRevision(of: identity) != nil
    }

    private var oauthIsDeployed: Bool {
        environmentExists
            && last { event in
                switch event.data {
                case .environments(.oauthDeployed(let data)) where data.environment == environment: true
                case .environments(.oauthUndeployed(let data)) where data.environment == environment: false
                default: nil
                }
            } == true
    }

    /// The answer of the last event that gives one.
    private func last<Answer>(_ answer: (Event) -> Answer?) -> Answer? {
        for event in events.reversed() { if let found = answer(event) { return found } }
        return nil
    }

    private func before(_ event: Event) -> HistorySearch {
        HistorySearch(events: Array(events[..<Int(event.position.value)]), environment: environment)
    }

    private var environmentExists: Bool {
        events.contains { event in
            if case .environments(.created(let data)) = event.data { data.environment == environment } else { false }
        }
    }

    // MARK: APIs

    private func contents(of api: APIID) -> [(Int64, APIRevision)] {
        var found: [(Int64, APIRevision)] = []
        for event in events {
            switch event.data {
            case .apis(.registered(let data)) where data.api == api: found.append((data.revision, data.content))
            case .apis(.revised(let data)) where data.api == api && !found.isEmpty:
                found.append((data.revision, data.content))
            default: break
            }
        }
        return found
    }

    private func grants(of api: APIID, at revision: Int64) -> [Grant] {
        contents(of: api).last { $0.0 == revision }?.1.interceptors.flatMap(\.grants) ?? []
    }

    private func deployedRevision(of api: APIID) -> Int64? {
        let isRetired = events.contains { event in
            guard case .apis(.retired(let data)) = event.data, data.api == api else { return false }
            return !before(event).contents(of: api).isEmpty
        }
        if isRetired { return nil }
        return last { event -> Int64?? in
            switch event.data {
            case .apis(.deployed(let data)) where data.api == api && data.environment == environment:
                let then = before(event)
                let exists = then.environmentExists && then.contents(of: api).contains { $0.0 == data.revision }
                return exists ? .some(data.revision) : nil
            case .apis(.undeployed(let data)) where data.api == api && data.environment == environment:
                return .some(nil)
            default: return nil
            }
        } ?? nil
    }

    // MARK: API Identities

    private func revisions(of identity: IdentityID) -> [Int64] {
        var found: [Int64] = []
        for event in events {
            switch event.data {
            case .identities(.registered(let data)) where data.identity == identity: found.append(data.revision)
            case .identities(.revised(let data)) where data.identity == identity && !found.isEmpty:
                found.append(data.revision)
            default: break
            }
        }
        return found
    }

    func deployedRevision(of identity: IdentityID) -> Int64? {
        let isRetired = events.contains { event in
            guard case .identities(.retired(let data)) = event.data, data.identity == identity else { return false }
            return !before(event).revisions(of: identity).isEmpty
        }
        if isRetired { return nil }
        return last { event -> Int64?? in
            switch event.data {
            case .identities(.deployed(let data)) where data.identity == identity && data.environment == environment:
                let then = before(event)
                let exists = then.environmentExists && then.revisions(of: identity).contains(data.revision)
                return exists ? .some(data.revision) : nil
            case .identities(.undeployed(let data)) where data.identity == identity && data.environment == environment:
                return .some(nil)
            default: return nil
            }
        } ?? nil
    }

    private func isLinked(_ identity: IdentityID, to api: APIID) -> Bool {
        last { event in
            switch event.data {
            case .identities(.registered(let data)) where data.identity == identity && data.apis.contains(api):
                before(event).contents(of: api).isEmpty ? nil : true
            case .identities(.linked(let data)) where data.identity == identity && data.api == api:
                before(event).contents(of: api).isEmpty || before(event).revisions(of: identity).isEmpty ? nil : true
            case .identities(.unlinked(let data)) where data.identity == identity && data.api == api: false
            default: nil
            }
        } == true
    }

    private func isSuspended(_ identity: IdentityID) -> Bool {
        last { event in
            switch event.data {
            case .identities(.suspended(let data)) where data.identity == identity:
                before(event).revisions(of: identity).isEmpty ? nil : true
            case .identities(.resumed(let data)) where data.identity == identity: false
            default: nil
            }
        } == true
    }
}
