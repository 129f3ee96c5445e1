/// What can be deployed in an environment.
public enum Deployable: Hashable, Sendable {
    /// API OAuth, the flow of `POST /access-token`.
    case oauth
    case api(APIID)
    case identity(IdentityID)

    /// Reads an identifier, or the word `oauth`.
    public init?(text: String) {
        if text == "oauth" {
            self = .oauth
        } else if let id = APIID(text: text) {
            self = .api(id)
        } else if let id = IdentityID(text: text) {
            self = .identity(id)
        } else {
            return nil
        }
    }
}

public struct Deploy: Command {
    public static let name = "deployment.deploy"
    public var thing: Deployable
    public var environmentName: EnvironmentName
    /// nil: the latest.
    public var revision: Int64?

    public init(_ thing: Deployable, in environment: EnvironmentName, revision: Int64? = nil) {
        self.thing = thing
        environmentName = environment
        self.revision = revision
    }

    public var subject: CommandSubject { .environment(environmentName) }
    public var environment: EnvironmentName? { environmentName }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        guard let environment = estate.environments[environmentName] else { throw CommandRefusal(.notFound) }
        switch thing {
        case .oauth: return try deployOAuth(in: environment)
        case .api(let id): return try deploy(estate.standing(id), in: environment, estate)
        case .identity(let id): return try deploy(estate.standing(id), in: environment)
        }
    }

    private func deployOAuth(in environment: Environment) throws(CommandRefusal) -> [EventData] {
        // API OAuth is part of the service and has no revisions of its own.
        try demand(revision == nil, else: .revisionNotFound, "revision")
        guard environment.oauthDeployedAt == nil else { return [] }
        var event = OAuthDeployed()
        event.environment = environmentName
        return [.environments(.oauthDeployed(event))]
    }

    private func deploy(
        _ api: API, in environment: Environment, _ estate: Estate
    ) throws(CommandRefusal) -> [EventData] {
        let revision = revision ?? api.latest.number
        guard let content = api.revision(revision) else { throw CommandRefusal(.revisionNotFound, "revision") }
        // RFC 8707: an audience names one API.
        try demand(
            !estate.isAudience(content.resource(in: environment.issuer), of: environment, besides: api.id),
            else: .resourceTaken, "resource")
        guard environment.apis[api.id]?.revision != revision else { return [] }
        var event = APIDeployed()
        event.api = api.id
        event.environment = environmentName
        event.revision = revision
        return [.apis(.deployed(event))]
    }

    private func deploy(_ identity: APIIdentity, in environment: Environment) throws(CommandRefusal) -> [EventData] {
        let revision = revision ?? identity.latest.number
        try demand(identity.revision(revision) != nil, else: .revisionNotFound, "revision")
        guard environment.identities[identity.id]?.revision != revision else { return [] }
        var event = IdentityDeployed()
        event.identity = identity.id
        event.environment = environmentName
        event.revision = revision
        return [.identities(.deployed(event))]
    }
}

public struct Undeploy: Command {
    public static let name = "deployment.undeploy"
    public var thing: Deployable
    public var environmentName: EnvironmentName

    public init(_ thing: Deployable, from environment: EnvironmentName) {
        self.thing = thing
        environmentName = environment
    }

    public var subject: CommandSubject { .environment(environmentName) }
    public var environment: EnvironmentName? { environmentName }
    public var isUrgent: Bool { true }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        guard let environment = estate.environments[environmentName] else { throw CommandRefusal(.notFound) }
        switch thing {
        case .oauth:
            guard environment.oauthDeployedAt != nil else { return [] }
            var event = OAuthUndeployed()
            event.environment = environmentName
            return [.environments(.oauthUndeployed(event))]
        case .api(let id):
            try demand(estate.apis[id] != nil, else: .notFound)
            guard environment.apis[id] != nil else { return [] }
            var event = APIUndeployed()
            event.api = id
            event.environment = environmentName
            return [.apis(.undeployed(event))]
        case .identity(let id):
            try demand(estate.identities[id] != nil, else: .notFound)
            guard environment.identities[id] != nil else { return [] }
            var event = IdentityUndeployed()
            event.identity = id
            event.environment = environmentName
            return [.identities(.undeployed(event))]
        }
    }
}
