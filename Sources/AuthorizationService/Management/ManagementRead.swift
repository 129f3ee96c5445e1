internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
internal import HTTPMessages

/// What GET shows below `/manager`.
struct ManagementRead {
    let context: ServiceContext

    func answer(_ route: ManagementRoute, _ request: HTTPRequest) async -> HTTPResponse {
        do throws(Problem) {
            let state = context.store.state
            let answer = EstateAnswer(state.estate, size: state.consulted)
            switch route {
            case .collection(let collection):
                return answer.response(
                    try Page(request).value(of: items(of: collection, answer.view)))
            case .linkableAPIs:
                let items = state.estate.linkableAPIs.map { ($0.id.text, answer.view.object(of: $0)) }
                return answer.response(try Page(request).value(of: items))
            case .item(let collection, let id): return try one(id, in: collection, answer, request)
            case .assuranceScheme(let name): return try one(name, in: .schemes, answer, request)
            case .findings(let name):
                try Query(request).finish()
                return answer.response(try findings(name, state.estate))
            case .ledgerSettings: return try one(.settings, answer, request)
            case .clockConfirmation: return try one(.clock, answer, request)
            case .identityChain(let environment, let api):
                return try await IdentityChainRead(context: context).answer(environment, api, request)
            case .revisions, .retirement, .revocation, .operatorRoles, .settings, .credentials, .link, .deployment,
                .secrets,
                .suspension:
                throw .notFound
            }
        } catch {
            return error.response()
        }
    }

    private func one(
        _ id: String, in collection: ManagementRoute.Collection, _ answer: EstateAnswer, _ request: HTTPRequest
    ) throws(Problem) -> HTTPResponse {
        let subject: CommandSubject? =
            switch collection {
            case .operators: OperatorID(text: id).map { .operator($0) }
            case .environments: EnvironmentName(text: id).map { .environment($0) }
            case .schemes: Name(text: id).map { .scheme($0) }
            case .apis: APIID(text: id).map { .api($0) }
            case .identities: IdentityID(text: id).map { .identity($0) }
            case .apps: AppID(text: id).map { .app($0) }
            }
        return try one(subject, answer, request)
    }

    private func one(
        _ subject: CommandSubject?, _ answer: EstateAnswer, _ request: HTTPRequest
    ) throws(Problem) -> HTTPResponse {
        try Query(request).finish()
        guard let subject, let object = answer.view.object(of: subject) else { throw .notFound }
        return answer.response(.object(object))
    }

    private func items(
        of collection: ManagementRoute.Collection, _ view: EstateView
    ) -> [(cursor: String, object: JSONObject)] {
        let estate = view.estate
        return switch collection {
        case .operators: estate.operators.values.map { ($0.id.text, view.object(of: $0)) }
        case .environments: estate.environments.values.map { ($0.name.text, view.object(of: $0)) }
        case .schemes: estate.schemes.map { ($0.key.text, view.scheme($0.key, $0.value)) }
        case .apis: estate.apis.values.map { ($0.id.text, view.object(of: $0)) }
        case .identities: estate.identities.values.map { ($0.id.text, view.object(of: $0)) }
        case .apps: estate.apps.values.map { ($0.id.text, view.object(of: $0)) }
        }
    }

    private func findings(_ name: String, _ estate: Estate) throws(Problem) -> JSONValue {
        guard let name = EnvironmentName(text: name), let environment = estate.environments[name] else {
            throw .notFound
        }
        let findings = estate.findings(in: environment)
        return .object(["items": .array(findings.map { .object($0.object) }), "next": .null])
    }
}

extension Finding {
    fileprivate var object: JSONObject {
        ["kind": .string(kind.rawValue), "about": .texts(about), "text": .string(text)]
    }
}

/// One page of a list: `?after=&limit=`.
struct Page {
    static let defaultLimit = 100
    static let limits = 1...1_000

    private let after: String?
    private let limit: Int

    init(_ request: HTTPRequest) throws(Problem) {
        var query = try Query(request)
        after = query.text("after")
        let text = query.text("limit")
        try query.finish()
        guard let limit = text.map({ Int($0) }) ?? Self.defaultLimit, Self.limits.contains(limit) else {
            throw Problem(
                status: 400, title: "A limit is a number from 1 to 1000", reason: "malformed", fields: ["limit"])
        }
        self.limit = limit
    }

    /// The items behind the cursor in ascending order of their cursors, and the cursor of the last one when there are
    /// more.
    func value(of items: [(cursor: String, object: JSONObject)]) -> JSONValue {
        let rest = items.filter { item in after.map { item.cursor > $0 } ?? true }.sorted { $0.cursor < $1.cursor }
        let page = rest.prefix(limit)
        let next = rest.count > limit ? page.last?.cursor : nil
        return .object([
            "items": .array(page.map { .object($0.object) }), "next": next.map { .string($0) } ?? .null,
        ])
    }
}
