internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog

/// The estate that a pack's events stood in: which events made the chains and policies of its APIs, from the beginning.
struct PackEstate {
    private let apis: Set<APIID>
    private let environments: Set<EnvironmentName>
    private let apps: Set<AppID>
    private let end: Int64
    /// Ever linked to one of the APIs.
    private var identities: Set<IdentityID> = []
    /// Of the estate events that the pack needs, ascending.
    private(set) var positions: [Position] = []
    private var chains: [Chain] = []
    private var policies = Policies()

    /// The versions of the identity chain of an API in an environment.
    private struct Chain {
        let api: APIID
        let environment: EnvironmentName
        var links: [IdentityChain.Link] = []
        var versions: [JSONValue] = []
    }

    /// Revisions by the events that made them.
    private struct Policies {
        var apis: [JSONValue] = []
        var identities: [JSONValue] = []
        var apps: [JSONValue] = []
    }

    /// What the question names counts; where it names nothing, what its events are about.
    init(_ question: HistoryFilter, concerns: PackConcerns, end: Int64) {
        apis = question.apis.isEmpty ? concerns.apis : question.apis
        environments = question.environments.isEmpty ? concerns.environments : question.environments
        apps = question.apps
        self.end = end
    }

    mutating func fold(_ reader: any LedgerReader) throws(AuditError) {
        let candidates: [Position]
        do throws(StoreError) {
            candidates = try reader.estatePositions(below: Position(end))
        } catch {
            throw .store(error)
        }
        var events: [Event] = []
        for position in candidates {
            let event = try reader.decodedEvent(at: position)
            noteLinks(event)
            events.append(event)
        }
        chains = apis.sorted().flatMap { api in
            environments.sorted().map { Chain(api: api, environment: $0) }
        }
        var estate = Estate()
        for event in events {
            estate.fold(event)
            guard isConcerned(event) else { continue }
            positions.append(event.position)
            notePolicy(event)
            for index in chains.indices { noteVersion(&chains[index], event, estate) }
        }
    }

    private mutating func noteLinks(_ event: Event) {
        switch event.data {
        case .identities(.registered(let data)) where !apis.isDisjoint(with: data.apis):
            identities.insert(data.identity)
        case .identities(.linked(let data)) where apis.contains(data.api): identities.insert(data.identity)
        default: break
        }
    }

    /// Credentials of APIs, operators, and apps that were not asked about are nobody's business here.
    private func isConcerned(_ event: Event) -> Bool {
        switch event.data {
        case .ledger(.configured), .ledger(.anchorReset), .ledger(.clockConfirmed), .operators, .tokens, .accounts,
            .access, .audit, .apis(.credentialAdded), .apps(.secretRotated):
            false
        case .ledger(.created), .ledger(.incarnated), .ledger(.engineActivated): true
        case .ledger(.keyAdded), .ledger(.keyActivated), .ledger(.keyRetired), .ledger(.keyCompromised):
            Mentions(event).environments.isSubset(of: environments)
        case .environments(.assuranceSchemeSet): true
        case .environments: !Mentions(event).environments.isDisjoint(with: environments)
        case .apis: isAbout(event, \.apis, apis)
        case .identities: isAbout(event, \.identities, identities)
        case .apps: !Mentions(event).apps.isDisjoint(with: apps)
        }
    }

    private func isAbout<ID>(_ event: Event, _ path: KeyPath<Mentions, Set<ID>>, _ wanted: Set<ID>) -> Bool {
        let mentions = Mentions(event)
        guard !mentions[keyPath: path].isDisjoint(with: wanted) else { return false }
        // A deploy elsewhere changes no chain here.
        switch event.data {
        case .apis(.deployed), .apis(.undeployed), .identities(.deployed), .identities(.undeployed):
            return !mentions.environments.isDisjoint(with: environments)
        default: return true
        }
    }

    private mutating func notePolicy(_ event: Event) {
        func entry(_ id: String, _ revision: Int64) -> JSONValue {
            .object(["id": .string(id), "position": .integer(event.position.value), "revision": .integer(revision)])
        }
        switch event.data {
        case .apis(.registered(let data)): policies.apis.append(entry(data.api.text, data.revision))
        case .apis(.revised(let data)): policies.apis.append(entry(data.api.text, data.revision))
        case .identities(.registered(let data)):
            policies.identities.append(entry(data.identity.text, data.revision))
        case .identities(.revised(let data)):
            policies.identities.append(entry(data.identity.text, data.revision))
        case .apps(.registered(let data)): policies.apps.append(entry(data.app.text, data.revision))
        case .apps(.revised(let data)): policies.apps.append(entry(data.app.text, data.revision))
        default: break
        }
    }

    private func noteVersion(_ chain: inout Chain, _ event: Event, _ estate: Estate) {
        let now = IdentityChain(of: [chain.api], in: chain.environment, estate)
        guard now.links != chain.links else { return }
        chain.links = now.links
        let links: [JSONValue] = now.links.compactMap { link in
            guard let via = link.via.first else { return nil }
            return .object([
                "api_deployed": .integer(via.apiDeployedAt.value), "deployed": .integer(link.deployedAt.value),
                "identity": .string(link.identity.text), "linked": .integer(via.linkedAt.value),
                "registered": .integer(link.registeredAt.value), "revision": .integer(link.revision),
            ])
        }
        chain.versions.append(
            .object([
                "chain": .array(links), "position": .integer(event.position.value),
                "recorded_at": .string(event.recordedAt.text),
            ]))
    }

    /// Each chain with its versions, oldest first; a version holds from behind its position on.
    var chainsJSON: [UInt8] {
        JSON.indented(
            .array(
                chains.filter { !$0.versions.isEmpty }.map { chain in
                    .object([
                        "api": .string(chain.api.text), "environment": .string(chain.environment.text),
                        "versions": .array(chain.versions),
                    ])
                }))
    }

    /// Which event holds which revision of what was decided by.
    var policiesJSON: [UInt8] {
        JSON.indented(
            .object([
                "api": .array(policies.apis), "app": .array(policies.apps),
                "identity": .array(policies.identities),
            ]))
    }
}
