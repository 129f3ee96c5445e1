/// The APIs of an app that a grant can reach in one environment, each at its deployed revision.
struct EligibleAPIs: Sendable {
    struct Entry: Sendable {
        var id: APIID
        var revision: APIRevision
        var resource: String
        var deployedAt: Position
        var linkedAt: Position?
    }

    private(set) var entries: [Entry]

    /// What the app names, the environment has deployed, and the deployed revision allows. In ascending order of ids.
    init(of app: App, in environment: Environment, _ estate: Estate, grant: Grant) {
        entries = app.content.apis.compactMap { id in
            guard let api = estate.apis[id], api.retiredAt == nil, let deployment = environment.apis[id],
                let revision = api.revision(deployment.revision), revision.allows(grant)
            else { return nil }
            return Entry(
                id: id, revision: revision, resource: revision.resource(in: environment.issuer),
                deployedAt: deployment.at)
        }
        entries.sort { $0.id < $1.id }
    }

    private init(_ entries: [Entry]) { self.entries = entries }

    var isEmpty: Bool { entries.isEmpty }
    var ids: [APIID] { entries.map(\.id) }

    /// Only those that `resources` names; nil when it names anything else. Without a list, all.
    func narrowed(to resources: [String]?) -> EligibleAPIs? {
        guard let resources else { return self }
        guard !resources.isEmpty, resources.allSatisfy({ name in entries.contains { $0.resource == name } }) else {
            return nil
        }
        return EligibleAPIs(entries.filter { resources.contains($0.resource) })
    }

    /// Those whose demand for a bound token the request can meet. An API that was named is never left out.
    func meetable(bound: Bool, named: Bool) -> EligibleAPIs {
        if bound { return self }
        let met = entries.filter { !$0.revision.requireBound }
        return EligibleAPIs(named && met.count < entries.count ? [] : met)
    }

    /// Only those that are an audience of the list.
    func within(_ audience: [String]) -> EligibleAPIs {
        EligibleAPIs(entries.filter { audience.contains($0.resource) })
    }

    /// Whether every one of them has the grant switched on.
    func allow(_ grant: Grant) -> Bool { entries.allSatisfy { $0.revision.allows(grant) } }

    /// Whether every scope is one that some API declares and the app may ask for.
    func declare(_ scope: [String], allowing allowed: [String]?) -> Bool {
        scope.allSatisfy { name in
            entries.contains { $0.revision.scopes.contains(name) } && allowed?.contains(name) != false
        }
    }

    /// Whether any of them has a link to an Identity that is not retired, deployed or not.
    func haveLink(in estate: Estate) -> Bool {
        entries.contains { entry in
            estate.apis[entry.id]?.linkedIdentities.contains { estate.identities[$0]?.retiredAt == nil } ?? false
        }
    }

    /// Those that lead to an Identity.
    func via(_ link: IdentityChain.Link) -> EligibleAPIs {
        EligibleAPIs(
            entries.compactMap { entry in
                guard let via = link.via.first(where: { $0.api == entry.id }) else { return nil }
                var entry = entry
                entry.linkedAt = via.linkedAt
                return entry
            })
    }

    /// The scopes of a list that one of them declares, in the order asked.
    func declared(of scope: [String]) -> [String] {
        var granted: [String] = []
        for name in scope
        where !granted.contains(name) && entries.contains(where: { $0.revision.scopes.contains(name) }) {
            granted.append(name)
        }
        return granted
    }

    func areUnambiguous(_ scope: [String]) -> Bool {
        scope.allSatisfy { name in entries.count { $0.revision.scopes.contains(name) } <= 1 }
    }

    /// Ascending, without duplicates.
    var audience: [String] { Array(Set(entries.map(\.resource))).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }

    /// The shortest lifetime that any of them allows.
    func lifetimeInSeconds(in environment: Environment) -> Int64 {
        shortest(in: environment)?.lifetime ?? environment.accessTokenLifetimeInSeconds
    }

    /// The newest event without which the audience would be another.
    var newestCause: Position {
        entries.map { max($0.deployedAt, $0.linkedAt ?? $0.deployedAt) }.max() ?? Position(0)
    }

    /// The event that decides the lifetime: the deployment of the API that states it, or else the environment's settings.
    func lifetimeCause(in environment: Environment) -> Position {
        guard let entry = shortest(in: environment)?.entry else { return newestCause }
        let settings = environment.settings.lifetimes.accessToken == nil ? nil : environment.settingsAt
        return entry.revision.tokenTTLSeconds == nil ? settings ?? entry.deployedAt : entry.deployedAt
    }

    private func shortest(in environment: Environment) -> (entry: Entry, lifetime: Int64)? {
        entries.map { ($0, $0.revision.tokenTTLSeconds ?? environment.accessTokenLifetimeInSeconds) }
            .min { $0.1 < $1.1 }
    }
}

/// How long an access token holds where neither the API nor the environment says.
public let defaultAccessTokenLifetimeInSeconds: Int64 = 300

extension Environment {
    fileprivate var accessTokenLifetimeInSeconds: Int64 {
        settings.lifetimes.accessToken ?? defaultAccessTokenLifetimeInSeconds
    }
}

extension APIRevision {
    /// The audience of tokens for this API: its resource, or the issuer followed by the base path.
    public func resource(in issuer: String) -> String { resource ?? issuer + basePath }
}
