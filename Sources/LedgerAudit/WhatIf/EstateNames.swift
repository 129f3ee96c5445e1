internal import AuthorizationCore

/// Finds things of an estate by what people call them: an id, or a name that only one of them has.
///
/// What is retired is found by its name only where nothing else has it.
struct EstateNames {
    let estate: Estate

    init(_ estate: Estate) { self.estate = estate }

    func environment(_ text: String) throws(WhatIfFault) -> EnvironmentName {
        guard let name = EnvironmentName(text: text), estate.environments[name] != nil else {
            throw .audit(
                .noSuchEnvironment(text, known: estate.environments.keys.sorted().map(\.text)))
        }
        return name
    }

    func app(_ text: String) throws(WhatIfFault) -> AppID { try one(apps(text), text, "app") }
    func api(_ text: String) throws(WhatIfFault) -> APIID { try one(apis(text), text, "API") }
    func identity(_ text: String) throws(WhatIfFault) -> IdentityID { try one(identities(text), text, "API Identity") }

    /// One thing of several kinds.
    enum Thing: Equatable {
        case app(AppID), api(APIID), identity(IdentityID)

        var id: String {
            switch self {
            case .app(let id): id.text
            case .api(let id): id.text
            case .identity(let id): id.text
            }
        }
    }

    func appOrIdentity(_ text: String) throws(WhatIfFault) -> Thing {
        try one(
            apps(text).map { ($0.map(Thing.app)) } + identities(text).map { $0.map(Thing.identity) }, text,
            "app or API Identity", id: \.id)
    }

    func apiOrIdentity(_ text: String) throws(WhatIfFault) -> Thing {
        try one(
            apiThings(text) + identities(text).map { $0.map(Thing.identity) }, text, "API or API Identity", id: \.id)
    }

    func apiOrApp(_ text: String) throws(WhatIfFault) -> Thing {
        try one(apiThings(text) + apps(text).map { $0.map(Thing.app) }, text, "API or app", id: \.id)
    }

    func any(_ text: String) throws(WhatIfFault) -> Thing {
        try one(
            apiThings(text) + apps(text).map { $0.map(Thing.app) } + identities(text).map { $0.map(Thing.identity) },
            text, "app, API or API Identity", id: \.id)
    }

    // MARK: Candidates

    private struct Candidate<ID> {
        let id: ID
        let isRetired: Bool

        func map<Other>(_ change: (ID) -> Other) -> Candidate<Other> {
            Candidate<Other>(id: change(id), isRetired: isRetired)
        }
    }

    private func apiThings(_ text: String) -> [Candidate<Thing>] { apis(text).map { $0.map(Thing.api) } }

    private func apps(_ text: String) -> [Candidate<AppID>] {
        if let id = AppID(text: text) { return estate.apps[id].map { [Candidate(id: $0.id, isRetired: false)] } ?? [] }
        return estate.apps.values.filter { $0.content.name.text == text }
            .map { Candidate(id: $0.id, isRetired: $0.retiredAt != nil) }
    }

    private func apis(_ text: String) -> [Candidate<APIID>] {
        if let id = APIID(text: text) { return estate.apis[id].map { [Candidate(id: $0.id, isRetired: false)] } ?? [] }
        return estate.apis.values.filter { $0.latest.content.name.text == text }
            .map { Candidate(id: $0.id, isRetired: $0.retiredAt != nil) }
    }

    private func identities(_ text: String) -> [Candidate<IdentityID>] {
        if let id = IdentityID(text: text) {
            return estate.identities[id].map { [Candidate(id: $0.id, isRetired: false)] } ?? []
        }
        return estate.identities.values.filter { $0.latest.content.name.text == text }
            .map { Candidate(id: $0.id, isRetired: $0.retiredAt != nil) }
    }

    private func one<Kind: IdentifierKind>(
        _ found: [Candidate<Identifier<Kind>>], _ text: String, _ noun: String
    ) throws(WhatIfFault) -> Identifier<Kind> {
        try one(found, text, noun, id: \.text)
    }

    private func one<ID>(
        _ found: [Candidate<ID>], _ text: String, _ noun: String, id: (ID) -> String
    ) throws(WhatIfFault) -> ID {
        let live = found.filter { !$0.isRetired }
        let chosen = live.isEmpty ? found : live
        guard let first = chosen.first else { throw .unknown(text, noun: noun) }
        guard chosen.count == 1 else {
            throw .ambiguous(text, noun: noun, ids: chosen.map { id($0.id) }.sorted())
        }
        return first.id
    }
}
