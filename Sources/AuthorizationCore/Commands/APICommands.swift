public struct RegisterAPI: Command {
    public static let name = "api.register"
    public var id: APIID
    public var content: APIRevision

    public init(id: APIID, content: APIRevision) {
        self.id = id
        self.content = content
    }

    public var subject: CommandSubject { .api(id) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        try content.check(of: id, on: estate)
        var event = APIRegistered()
        event.api = id
        event.content = content
        return [.apis(.registered(event))]
    }
}

/// A new immutable revision. What is deployed stays as it is until it is deployed again.
public struct ReviseAPI: Command {
    public static let name = "api.revise"
    public var id: APIID
    public var content: APIRevision

    public init(id: APIID, content: APIRevision) {
        self.id = id
        self.content = content
    }

    public var subject: CommandSubject { .api(id) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        let api = try estate.standing(id)
        try content.check(of: id, on: estate)
        var event = APIRevised()
        event.api = id
        event.content = content
        event.revision = api.latest.number + 1
        return [.apis(.revised(event))]
    }
}

/// The API leaves every environment, for good.
public struct RetireAPI: Command {
    public static let name = "api.retire"
    public var id: APIID

    public init(id: APIID) { self.id = id }

    public var subject: CommandSubject { .api(id) }
    public var isUrgent: Bool { true }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        guard let api = estate.apis[id] else { throw CommandRefusal(.notFound) }
        guard api.retiredAt == nil else { return [] }
        var event = APIRetired()
        event.api = id
        return [.apis(.retired(event))]
    }
}

/// What a resource server introspects tokens with.
public struct AddAPICredential: Command {
    public static let name = "api.add_credential"
    public static let maximumCredentials = 16
    public var id: APIID
    public var credential: SecretDigest

    public init(id: APIID, credential: SecretDigest) {
        self.id = id
        self.credential = credential
    }

    public var subject: CommandSubject { .api(id) }

    public func events(on estate: Estate) throws(CommandRefusal) -> [EventData] {
        let api = try estate.standing(id)
        try demand(api.credentials.count < Self.maximumCredentials, else: .tooMany)
        var event = APICredentialAdded()
        event.api = id
        event.credential = credential
        return [.apis(.credentialAdded(event))]
    }
}

extension Estate {
    /// The API, unless it is unknown or retired.
    func standing(_ id: APIID) throws(CommandRefusal) -> API {
        guard let api = apis[id] else { throw CommandRefusal(.notFound) }
        guard api.retiredAt == nil else { throw CommandRefusal(.retired) }
        return api
    }

    /// Whether another API that is deployed in the environment has this audience.
    func isAudience(_ resource: String, of environment: Environment, besides id: APIID) -> Bool {
        environment.apis.contains { other, deployment in
            other != id && apis[other]?.revision(deployment.revision)?.resource(in: environment.issuer) == resource
        }
    }

    /// The APIs that an Identity can be linked to, ascending by id: those whose latest revision has an OAuth or Access
    /// Token Validation interceptor with the Password option on.
    public var linkableAPIs: [API] {
        apis.values.filter(\.isLinkable).sorted { $0.id < $1.id }
    }
}

extension API {
    public var isLinkable: Bool { retiredAt == nil && latest.content.allows(.password) }
}

extension APIRevision {
    static let maximumScopes = 64
    static let tokenLifetimes: ClosedRange<Int64> = 30...86_400

    fileprivate func check(of id: APIID, on estate: Estate) throws(CommandRefusal) {
        if estate.apis[id]?.latest.content.name != name {
            let others = estate.apis.values.lazy.filter { $0.id != id && $0.retiredAt == nil }
            try demand(!name.isAlike(others.map(\.latest.content.name)), else: .nameTaken, "name")
        }
        try demand(basePath.isBasePath, else: .invalidValue, "base_path")
        try demand(version.isVersion, else: .invalidValue, "version")
        try demand(sector.map { Name(text: $0) != nil } != false, else: .invalidValue, "sector")
        try checkInterceptors()
        try demand(scopes.allSatisfy(\.isScopeToken), else: .invalidValue, "scopes")
        try demandDistinct(scopes, atMost: Self.maximumScopes, "scopes")
        if let tokenTTLSeconds {
            try demand(Self.tokenLifetimes.contains(tokenTTLSeconds), else: .invalidValue, "token_ttl_seconds")
        }
        try checkAccessRules()
        guard let resource else { return }
        try demand(resource.isAbsoluteURI, else: .invalidValue, "resource")
        for environment in estate.environments.values {
            try demand(
                !estate.isAudience(resource, of: environment, besides: id), else: .resourceTaken, "resource")
        }
    }

    private func checkInterceptors() throws(CommandRefusal) {
        try demandDistinct(interceptors.map(\.kind), atMost: Interceptor.Kind.allCases.count, "interceptors")
        for (index, interceptor) in interceptors.enumerated() {
            try demandDistinct(
                interceptor.grants, atMost: Grant.allCases.count, "interceptors.\(index).grants")
        }
    }
}
