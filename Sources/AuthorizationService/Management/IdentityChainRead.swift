internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
internal import HTTPMessages

/// The identity chain of one API in one environment, now or as it stood.
struct IdentityChainRead {
    let context: ServiceContext

    func answer(_ environment: String, _ api: String, _ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        var query = try Query(request)
        let position = query.text("position")
        let time = query.text("at")
        try query.finish()
        guard let environment = EnvironmentName(text: environment), let api = APIID(text: api) else {
            throw .notFound
        }
        let estate = try await estate(position: position, time: time)
        guard estate.environments[environment] != nil, estate.apis[api] != nil else { throw .notFound }
        let chain = IdentityChain(of: [api], in: environment, estate)
        return EstateAnswer(estate, size: estate.size).response(.object(object(of: chain, api, estate)))
    }

    /// The estate as it stood: below a position, or at the end of a moment.
    private func estate(position: String?, time: String?) async throws(Problem) -> Estate {
        let state = context.store.state
        switch (position, time) {
        case (nil, nil):
            var estate = state.estate
            estate.size = state.consulted
            return estate
        case (let text?, nil):
            guard let value = Int64(text), (0...state.head.size).contains(value) else { throw .malformed("position") }
            return try await read { (reader) throws(StoreError) in try Estate(below: Position(value), in: reader) }
        case (nil, let text?):
            guard let time = Timestamp(rfc3339: text) else { throw .malformed("at") }
            return try await read { (reader) throws(StoreError) in
                try Estate(below: try reader.size(at: time), in: reader)
            }
        case (_?, _?): throw .malformed("at")
        }
    }

    private func read(
        _ body: @escaping @Sendable (any LedgerReader) throws(StoreError) -> Estate
    ) async throws(Problem) -> Estate {
        do throws(StoreError) {
            return try await context.store.read(body)
        } catch {
            throw .unavailable
        }
    }

    private func object(of chain: IdentityChain, _ api: APIID, _ estate: Estate) -> JSONObject {
        [
            "environment": .string(chain.environment.text), "api": .string(api.text),
            "position": .integer(estate.size.value),
            "oauth_deployed_at": chain.oauthDeployedAt.map { .integer($0.value) } ?? .null,
            "chain": .array(chain.links.map { .object(object(of: $0, estate)) }),
        ]
    }

    private func object(of link: IdentityChain.Link, _ estate: Estate) -> JSONObject {
        let name = estate.identities[link.identity]?.revision(link.revision)?.name.text ?? ""
        return [
            "identity": .string(link.identity.text), "name": .string(name), "revision": .integer(link.revision),
            "registered_at": .integer(link.registeredAt.value), "deployed_at": .integer(link.deployedAt.value),
            "via": .array(
                link.via.map { via in
                    .object([
                        "api": .string(via.api.text), "linked_at": .integer(via.linkedAt.value),
                        "api_deployed_at": .integer(via.apiDeployedAt.value),
                    ])
                }),
        ]
    }
}

extension Problem {
    fileprivate static func malformed(_ field: String) -> Problem {
        Problem(
            status: 400, title: "Say either a position of this ledger or an RFC 3339 time", reason: "malformed",
            fields: [field])
    }
}
