internal import AuthorizationCore
public import CanonicalJSON

extension ChainReport {
    /// The report as a JSON object.
    public var json: JSONValue {
        .object([
            "environment": .string(environment.text),
            "api": Self.json(api.id.text, api.name),
            "size": .integer(size),
            "last": last.json,
            "oauth_deployed": oauthDeployed?.json ?? .null,
            "obstacles": .array(obstacles.map { .string($0.sentence) }),
            "chain": .array(
                links.map { link in
                    .object([
                        "ordinal": .integer(Int64(link.ordinal)),
                        "identity": Self.json(link.identity.id.text, link.identity.name),
                        "revision": .integer(link.revision),
                        "destination": .string(link.destination),
                        "asked": .boolean(!link.isBeyondMaximum),
                        "registered": link.registered.json,
                        "linked": link.linked.json,
                        "deployed": link.deployed.json,
                        "api_deployed": link.apiDeployed.json,
                    ])
                }),
            "absent": .array(
                absent.map { identity in
                    .object([
                        "identity": Self.json(identity.identity.id.text, identity.identity.name),
                        "linked": identity.linked.json,
                        "reasons": .array(identity.reasons.map { .string($0.phrase) }),
                    ])
                }),
        ])
    }

    private static func json(_ id: String, _ name: String) -> JSONValue {
        .object(["id": .string(id), "name": .string(name)])
    }
}

extension EventMark {
    var json: JSONValue {
        .object([
            "position": .integer(position.value), "type": .string(type.rawValue),
            "recorded_at": .string(recordedAt.text),
            "actor": .object(["kind": .string(actor.kind.rawValue), "id": .string(actor.id)]),
        ])
    }
}

extension ChainComparison {
    /// `{"since", "at", "changes": […]}`: both chains as ``ChainReport/json`` has them; `since` is null where there was none.
    public var json: JSONValue {
        .object([
            "since": before?.json ?? .null,
            "since_size": .integer(beforeSize),
            "at": after.json,
            "changes": .array(
                changes.map { change in
                    .object([
                        "identity": .object([
                            "id": .string(change.identity.id.text), "name": .string(change.identity.name),
                        ]),
                        "change": .string(change.phrase),
                        "events": .array(change.events.map(\.json)),
                    ])
                }),
        ])
    }
}
