internal import AuthorizationCore
internal import CanonicalJSON
internal import FieldCoding

/// How things of the estate look from outside: members as in the bodies that made them, and what became of them.
///
/// Digests of secrets and sealed values are never shown.
struct EstateView {
    let estate: Estate

    func object(of subject: CommandSubject) -> JSONObject? {
        switch subject {
        case .operator(let id): estate.operators[id].map(object(of:))
        case .environment(let name): estate.environments[name].map(object(of:))
        case .scheme(let name): estate.schemes[name].map { scheme(name, $0) }
        case .api(let id): estate.apis[id].map(object(of:))
        case .identity(let id): estate.identities[id].map(object(of:))
        case .app(let id): estate.apps[id].map(object(of:))
        case .settings: settings
        case .clock: estate.ledger.clockConfirmation.map(object(of:))
        }
    }

    /// The settings of the ledger, the defaults where nothing was set.
    private var settings: JSONObject {
        let ledger = estate.ledger
        let limits = ThrottleLimits(ledger: ledger.limits)
        return [
            "limits": .object([
                "app_failures": .integer(limits.appFailures), "app_seconds": .integer(limits.appSeconds),
                "user_failures": .integer(limits.userFailures), "user_seconds": .integer(limits.userSeconds),
            ]),
            "operator_key_days": .integer(ledger.operatorKeyDays ?? defaultOperatorKeyDays),
            "tag_retention_days": .integer(ledger.tagRetentionDays ?? defaultTagRetentionDays),
            "unrecognised_retention_days": .integer(
                ledger.unrecognisedRetentionDays ?? defaultUnrecognisedRetentionDays),
        ]
    }

    private func object(of confirmation: ClockConfirmation) -> JSONObject {
        [
            "ahead_us": .integer(confirmation.ahead), "clock": .string(confirmation.clock.text),
            "confirmed_at": .integer(confirmation.at.value),
        ]
    }

    func object(of found: Operator) -> JSONObject {
        [
            "id": .string(found.id.text), "name": .string(found.name.text), "roles": .texts(found.roles.map(\.text)),
            "expires_at": .string(found.expiresAt.text), "added_at": .integer(found.addedAt.value),
        ]
    }

    func scheme(_ name: Name, _ levels: [String]) -> JSONObject {
        ["name": .string(name.text), "levels": .texts(levels)]
    }

    func object(of api: API) -> JSONObject {
        var shown = members(of: api.latest.content)
        shown["id"] = .string(api.id.text)
        shown["kind"] = .string("api")
        shown["registered_at"] = .integer(api.registeredAt.value)
        shown["revision"] = .integer(api.latest.number)
        shown["revisions"] = revisions(api.revisions)
        shown["retired"] = .boolean(api.retiredAt != nil)
        shown["deployments"] = deployments { $0.apis[api.id] }
        shown["api_identities"] = .texts(api.linkedIdentities.map(\.text).sorted())
        shown["credentials"] = .array(api.credentials.map { .object(["id": .string($0.id.text)]) })
        return shown
    }

    func object(of identity: APIIdentity) -> JSONObject {
        let content = identity.latest.content
        var shown = members(of: content)
        shown["id"] = .string(identity.id.text)
        shown["kind"] = .string("identity")
        shown["registered_at"] = .integer(identity.registeredAt.value)
        shown["revision"] = .integer(identity.latest.number)
        shown["revisions"] = revisions(identity.revisions)
        shown["retired"] = .boolean(identity.retiredAt != nil)
        shown["suspended"] = .boolean(identity.suspendedAt != nil)
        shown["deployments"] = deployments { $0.identities[identity.id] }
        shown["apis"] = .texts(identity.links.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key.text))
        shown["destination"] = .string(content.destination.url)
        var destinations = JSONObject()
        for entry in content.destinations {
            destinations[entry.environment.text] = .string(entry.destination.url)
        }
        shown["destinations"] = .object(destinations)
        let sealed =
            (content.destination.query == nil ? [] : ["destination"])
            + content.destinations.filter { $0.destination.query != nil }.map { "destinations.\($0.environment.text)" }
        shown["sealed_queries"] = .texts(sealed)
        return shown
    }

    func object(of app: App) -> JSONObject {
        var shown = members(of: app.content)
        shown["id"] = .string(app.id.text)
        shown["client_id"] = .string(app.id.text)
        shown["kind"] = .string("app")
        shown["registered_at"] = .integer(app.registeredAt.value)
        shown["revision"] = .integer(app.latest.number)
        shown["retired"] = .boolean(app.retiredAt != nil)
        shown["suspended"] = .boolean(app.suspendedAt != nil)
        shown["extra_info"] = nil
        shown["has_extra_info"] = .boolean(app.content.extraInfo != nil)
        shown["jwks"] = .object(["keys": .array(app.content.keys.map(\.shown))])
        shown["secrets"] = .array(
            app.secrets.map { secret in
                var shown: JSONObject = ["id": .string(secret.secret.id.text)]
                if let end = secret.holdsUntil { shown["holds_until"] = .string(end.text) }
                return .object(shown)
            })
        return shown
    }

    func object(of environment: Environment) -> JSONObject {
        var apis = JSONObject()
        for (id, deployment) in environment.apis { apis[id.text] = .integer(deployment.revision) }
        var identities = JSONObject()
        for (id, deployment) in environment.identities { identities[id.text] = .integer(deployment.revision) }
        let keys = estate.keys.values.filter { $0.name.use == .token && $0.name.environment == environment.name }
            .sorted { $0.addedAt < $1.addedAt }
        return [
            "name": .string(environment.name.text), "issuer": .string(environment.issuer),
            "created_at": .integer(environment.createdAt.value),
            "settings": .object(members(of: environment.settings)),
            "oauth": .boolean(environment.oauthDeployedAt != nil), "apis": .object(apis),
            "api_identities": .object(identities),
            "keys": .array(keys.map { .object(object(of: $0, in: environment)) }),
        ]
    }

    private func object(of key: Key, in environment: Environment) -> JSONObject {
        var shown: JSONObject = [
            "kid": .string(key.name.kid), "alg": .string(key.alg), "not_before": .string(key.notBefore.text),
            "active": .boolean(environment.activeKey == key.name), "retired": .boolean(key.retiredAt != nil),
        ]
        if let since = key.compromisedSince { shown["compromised_since"] = .string(since.text) }
        return shown
    }

    private func revisions<Content>(_ revisions: [Revision<Content>]) -> JSONValue {
        .array(
            revisions.map { .object(["revision": .integer($0.number), "position": .integer($0.at.value)]) })
    }

    /// The revision in each environment that has the thing deployed.
    private func deployments(_ deployment: (Environment) -> Deployment?) -> JSONValue {
        var shown = JSONObject()
        for environment in estate.environments.values {
            if let found = deployment(environment) { shown[environment.name.text] = .integer(found.revision) }
        }
        return .object(shown)
    }

    /// The fields of a group as they stand in events.
    private func members(of group: some FieldGroup) -> JSONObject {
        guard let bytes = try? FieldWriter.bytes(of: group),
            let value = try? JSON.parse(bytes, maximumBytes: RequestDocument.maximumBytes)
        else { return JSONObject() }
        return value.objectValue ?? JSONObject()
    }
}

extension AppKey {
    /// The JWK, with the name that the app gave it.
    fileprivate var shown: JSONValue {
        var object = (try? JSON.parse(Array(jwk.utf8)))?.objectValue ?? JSONObject()
        object["alg"] = .string(alg)
        if let kid { object["kid"] = .string(kid) }
        return .object(object)
    }
}

extension JSONValue {
    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
