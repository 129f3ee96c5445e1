internal import AuthorizationCore
public import EventLog

/// Asks which API Identities could vouch for users of an API at a moment. The estate is folded from estate events
/// alone by the function that the service itself uses.
public struct ChainAt {
    /// The newest event when nil; a position counts itself, a time everything recorded at it.
    public var place: Place?
    public var environment: String
    /// The id or the name of an API.
    public var api: String

    public init(api: String, environment: String, at place: Place? = nil) {
        self.place = place
        self.environment = environment
        self.api = api
    }

    /// Throws ``AuditError`` when the place is beyond the ledger, when environment or API did not exist then, and when
    /// an event that is read is damaged.
    public func run(_ reader: any LedgerReader) throws(AuditError) -> ChainReport {
        let size = try size(reader)
        let estate = try reader.estate(ofSize: size)
        guard let environment = EnvironmentName(text: environment), let place = estate.environments[environment] else {
            throw .noSuchEnvironment(self.environment, known: estate.environments.keys.sorted().map(\.text))
        }
        let api = try api(in: estate)
        let chain = IdentityChain(of: [api.id], in: environment, estate)
        let marks = Marks(reader)
        let obstacles = try obstacles(of: api, in: place, marks)

        var links: [ChainReport.Link] = []
        for (index, link) in chain.links.enumerated() {
            guard let identity = estate.identities[link.identity], let via = link.via.first else { continue }
            let revision = identity.revision(link.revision)
            links.append(
                ChainReport.Link(
                    ordinal: index + 1, identity: Self.named(identity), revision: link.revision,
                    destination: revision?.destination(in: environment).url ?? "",
                    registered: try marks.mark(link.registeredAt), linked: try marks.mark(via.linkedAt),
                    deployed: try marks.mark(link.deployedAt), apiDeployed: try marks.mark(via.apiDeployedAt)))
        }
        var absent: [ChainReport.Absent] = []
        let others = api.linkedIdentities.filter { id in !chain.links.contains { $0.identity == id } }
            .compactMap { estate.identities[$0] }.sorted { $0.registeredAt < $1.registeredAt }
        for identity in others {
            guard let linkedAt = identity.links[api.id] else { continue }
            absent.append(
                ChainReport.Absent(
                    identity: Self.named(identity), linked: try marks.mark(linkedAt),
                    reasons: try reasons(of: identity, in: place, marks)))
        }
        return ChainReport(
            environment: environment, api: .init(id: api.id, name: api.latest.content.name.text), size: size,
            last: try marks.mark(Position(size - 1)),
            oauthDeployed: try place.oauthDeployedAt.map { (position) throws(AuditError) in try marks.mark(position) },
            obstacles: obstacles, links: links, absent: absent)
    }

    private func size(_ reader: any LedgerReader) throws(AuditError) -> Int64 {
        let head = try reader.headSize()
        guard let place else {
            guard head > 0 else { throw .beyondHead(0, size: 0) }
            return head
        }
        if case .position(let position) = place, position.value >= head { throw .beyondHead(position, size: head) }
        let size = try reader.size(through: place)
        if case .time(let time) = place, size == 0 { throw .beforeFirst(time) }
        return size
    }

    private func api(in estate: Estate) throws(AuditError) -> API {
        if let id = APIID(text: api) {
            guard let found = estate.apis[id] else { throw .noSuchAPI(api) }
            return found
        }
        let named = estate.apis.values.filter { $0.latest.content.name.text == api }.sorted { $0.id < $1.id }
        guard let found = named.first else { throw .noSuchAPI(api) }
        guard named.count == 1 else { throw .ambiguousAPI(api, named.map(\.id)) }
        return found
    }

    private func obstacles(of api: API, in place: Environment, _ marks: Marks) throws(AuditError) -> [ChainObstacle] {
        var obstacles: [ChainObstacle] = []
        if place.oauthDeployedAt == nil { obstacles.append(.oauthNotDeployed) }
        if let retiredAt = api.retiredAt { obstacles.append(.apiRetired(try marks.mark(retiredAt))) }
        if let deployment = place.apis[api.id] {
            if api.revision(deployment.revision)?.allows(.password) != true {
                obstacles.append(.passwordNotAllowed(revision: deployment.revision))
            }
        } else if api.retiredAt == nil {
            obstacles.append(.apiNotDeployed)
        }
        return obstacles
    }

    private func reasons(
        of identity: APIIdentity, in place: Environment, _ marks: Marks
    ) throws(AuditError) -> [AbsenceReason] {
        var reasons: [AbsenceReason] = []
        if let retiredAt = identity.retiredAt { reasons.append(.retired(try marks.mark(retiredAt))) }
        if let suspendedAt = identity.suspendedAt {
            reasons.append(.suspended(try marks.mark(suspendedAt), identity.suspensionCause ?? .byOperator))
        }
        if identity.retiredAt == nil, place.identities[identity.id] == nil { reasons.append(.notDeployed) }
        return reasons.isEmpty ? [.obstacle] : reasons
    }

    private static func named(_ identity: APIIdentity) -> ChainReport.Named<IdentityID> {
        .init(id: identity.id, name: identity.latest.content.name.text)
    }
}
