internal import CanonicalJSON
internal import EstateFiles

/// What stands in the service, as far as an estate file can say something about it. Retired things are not in it.
struct CurrentEstate: Equatable, Sendable {
    /// The position that the answers reflect, so that a change after it is noticed.
    var position: Int64 = 0
    var environments: [String: CurrentEnvironment] = [:]
    var things: [Kind: [String: CurrentThing]] = [:]

    func named(_ name: String, _ kind: Kind) -> CurrentThing? { things[kind]?[name] }

    func name(of id: String, _ kind: Kind) -> String? {
        things[kind]?.values.first { $0.id == id }?.name
    }
}

struct CurrentEnvironment: Equatable, Sendable {
    let name: String
    var oauth: Bool
    var settings: JSONObject
    /// Revisions of what is deployed, by id.
    var deployed: [Kind: [String: Int64]]
}

struct CurrentThing: Equatable, Sendable {
    let id: String
    let name: String
    var revision: Int64
    /// The members of its latest revision, as they are compared.
    var content: JSONObject
    /// The ids of the APIs that an Identity is linked to or an app may use.
    var apis: [String]
}

extension CurrentEnvironment {
    /// Nil when this is no environment as the service shows it.
    init?(_ shown: JSONObject) {
        guard let name = shown["name"]?.stringValue, let oauth = shown["oauth"]?.booleanValue else { return nil }
        self.name = name
        self.oauth = oauth
        settings = RevisionMembers.settings.normal(shown["settings"]?.objectValue ?? JSONObject())
        deployed = [:]
        for kind in [Kind.api, .identity] {
            var revisions: [String: Int64] = [:]
            for member in shown[kind.member]?.objectValue?.members ?? [] {
                guard let revision = member.value.integerValue else { return nil }
                revisions[member.name] = revision
            }
            deployed[kind] = revisions
        }
    }
}

extension CurrentThing {
    /// Nil when this is no thing of the kind as the service shows it.
    init?(_ shown: JSONObject, _ kind: Kind) {
        guard let id = shown["id"]?.stringValue, let name = shown["name"]?.stringValue,
            let revision = shown["revision"]?.integerValue
        else { return nil }
        self.id = id
        self.name = name
        self.revision = revision
        content = kind.members.normal(Self.revealing(shown, kind))
        apis = kind == .api ? [] : shown["apis"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    /// Puts a mark where the service keeps a value to itself, as ``Member/Form`` does with what the file says.
    private static func revealing(_ shown: JSONObject, _ kind: Kind) -> JSONObject {
        var revealed = shown
        switch kind {
        case .api: break
        case .app:
            if shown["has_extra_info"]?.booleanValue == true { revealed["extra_info"] = .object(JSONObject()) }
        case .identity:
            let sealed = Set((shown["sealed_queries"]?.arrayValue ?? []).compactMap(\.stringValue))
            if sealed.contains("destination"), let url = shown["destination"]?.stringValue {
                revealed["destination"] = .string("\(url)?")
            }
            var destinations = shown["destinations"]?.objectValue ?? JSONObject()
            for member in destinations.members where sealed.contains("destinations.\(member.name)") {
                if let url = member.value.stringValue { destinations[member.name] = .string("\(url)?") }
            }
            revealed["destinations"] = .object(destinations)
        }
        return revealed
    }
}
