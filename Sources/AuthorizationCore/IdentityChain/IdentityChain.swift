/// The API Identities that may vouch for a user of some APIs in one environment, newest first.
///
/// An Identity is in the chain while it is linked to one of the APIs, both are deployed in the environment, API OAuth is
/// too, the API's deployed revision has the Password option on, and neither of them is retired nor the Identity suspended. Its
/// place comes from the position of its registration, so deploying it again does not move it.
public struct IdentityChain: Equatable, Sendable {
    /// How many Identities of a chain are asked at most.
    public static let maximumLength = 16

    public var environment: EnvironmentName
    /// Where API OAuth was deployed; nil while it is not, and then the chain is empty.
    public var oauthDeployedAt: Position?
    public var links: [Link]

    /// One Identity of a chain, with the events because of which it stands there.
    public struct Link: Equatable, Sendable {
        public var identity: IdentityID
        /// The revision deployed in the environment.
        public var revision: Int64
        /// What orders the chain.
        public var registeredAt: Position
        public var deployedAt: Position
        /// The APIs that lead to it, ascending by id.
        public var via: [Via]

        public var apis: [APIID] { via.map(\.api) }
    }

    /// An API that leads to an Identity.
    public struct Via: Equatable, Sendable {
        public var api: APIID
        public var linkedAt: Position
        public var apiDeployedAt: Position
    }

    /// The chain of the union of `apis`, without duplicates.
    public init(of apis: some Sequence<APIID>, in environment: EnvironmentName, _ estate: Estate) {
        self.environment = environment
        links = []
        guard let place = estate.environments[environment], let deployed = place.oauthDeployedAt else { return }
        oauthDeployedAt = deployed
        var found: [IdentityID: Link] = [:]
        for id in Set(apis) {
            guard let api = estate.apis[id], api.retiredAt == nil, let apiDeployment = place.apis[id],
                api.revision(apiDeployment.revision)?.allows(.password) == true
            else { continue }
            for identityID in api.linkedIdentities {
                guard let identity = estate.identities[identityID], let linkedAt = identity.links[id],
                    identity.suspendedAt == nil, identity.retiredAt == nil,
                    let deployment = place.identities[identityID]
                else { continue }
                let via = Via(api: id, linkedAt: linkedAt, apiDeployedAt: apiDeployment.at)
                found[
                    identityID,
                    default: Link(
                        identity: identityID, revision: deployment.revision, registeredAt: identity.registeredAt,
                        deployedAt: deployment.at, via: [])
                ].via.append(via)
            }
        }
        links = found.values.sorted { $0.registeredAt > $1.registeredAt }
        for index in links.indices { links[index].via.sort { $0.api < $1.api } }
    }
}
