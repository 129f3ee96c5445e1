internal import CanonicalJSON
internal import IdentityClient
internal import EstateFiles

/// The ids of things by their names.
struct ThingIDs: Sendable {
    private var ids: [Kind: [String: String]] = [:]

    init(_ estate: CurrentEstate) {
        for (kind, things) in estate.things { ids[kind] = things.mapValues(\.id) }
    }

    subscript(_ kind: Kind, _ name: String) -> String? {
        get { ids[kind]?[name] }
        set { ids[kind, default: [:]][name] = newValue }
    }
}

extension Step {
    /// What the management API is asked for. Nil when the step names something that has no id yet, which a plan in
    /// its order never does.
    func request(_ ids: ThingIDs) -> ManagementRequest? {
        switch self {
        case .createEnvironment(let name):
            return ManagementRequest(.post, "manager/environments", body: ["name": .string(name)])
        case .configure(let environment, let settings):
            return ManagementRequest(.put, "manager/environments/\(environment)/settings", body: settings)
        case .register(let thing):
            guard let body = body(of: thing, ids, withLinks: true) else { return nil }
            return ManagementRequest(.post, "manager/\(thing.kind.collection)", body: body)
        case .revise(let thing, _):
            guard let id = ids[thing.kind, thing.name], var body = body(of: thing, ids, withLinks: thing.kind == .app)
            else { return nil }
            if let same = thing.sameUserStore { body["same_user_store"] = .boolean(same) }
            return ManagementRequest(.post, "manager/\(thing.kind.collection)/\(id)/revisions", body: body)
        case .link(let identity, let api):
            return link(identity, api, ids).map { ManagementRequest(.put, $0, body: JSONObject()) }
        case .unlink(let identity, let api):
            return link(identity, api, ids).map { ManagementRequest(.delete, $0) }
        case .deploy(let thing, let environment):
            return deployment(thing, environment, ids).map { ManagementRequest(.put, $0, body: JSONObject()) }
        case .undeploy(let thing, let environment, _):
            return deployment(thing, environment, ids).map { ManagementRequest(.delete, $0) }
        case .retire(let kind, let name):
            return ids[kind, name].map {
                ManagementRequest(.post, "manager/\(kind.collection)/\($0)/retirement", body: JSONObject())
            }
        }
    }

    /// An Identity's links are no part of its revisions; an app's APIs are.
    private func body(of thing: DeclaredThing, _ ids: ThingIDs, withLinks: Bool) -> JSONObject? {
        guard withLinks, thing.kind != .api else { return thing.content }
        let apis = thing.apis.compactMap { ids[.api, $0] }
        guard apis.count == thing.apis.count else { return nil }
        var body = thing.content
        body["apis"] = .array(apis.map { .string($0) })
        return body
    }

    private func link(_ identity: String, _ api: String, _ ids: ThingIDs) -> String? {
        guard let identity = ids[.identity, identity], let api = ids[.api, api] else { return nil }
        return "manager/api-identities/\(identity)/apis/\(api)"
    }

    private func deployment(_ thing: Deployable, _ environment: String, _ ids: ThingIDs) -> String? {
        let id: String?
        switch thing {
        case .oauth: id = "oauth"
        case .thing(let kind, let name): id = ids[kind, name]
        }
        return id.map { "manager/environments/\(environment)/deployments/\($0)" }
    }
}
