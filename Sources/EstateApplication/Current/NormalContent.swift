internal import CanonicalJSON
internal import EstateFiles
internal import IdentityClient

extension [Member] {
    /// The members that mean something else than their absence, in the one form in which what is wanted and what is
    /// shown can be compared. Members that are none of these are left out.
    func normal(_ object: JSONObject) -> JSONObject {
        var normal = JSONObject()
        for member in self {
            guard let value = object[member.name].map(member.form.normal), value != member.fallback else { continue }
            normal[member.name] = value
        }
        return normal
    }
}

extension Member.Form {
    /// The value as it is compared. A value of another form stays as it is, and so equals nothing that was checked.
    func normal(_ value: JSONValue) -> JSONValue {
        let normal: JSONValue?
        switch self {
        case .text, .integer, .flag, .texts, .integers, .textMap: normal = value
        case .url: normal = value.stringValue.map { .string(Self.normalURL($0)) }
        case .urlsByEnvironment: normal = value.objectValue.map { .object($0.mapValues(Self.url.normal)) }
        case .sealedObject: normal = value.objectValue.map { _ in .object(JSONObject()) }
        case .publicKeys: normal = value.objects.map { .array($0.map(Self.normalKey)) }
        case .group(let members): normal = value.objectValue.map { .object(members.normal($0)) }
        case .groups(let members): normal = value.objects.map { .array($0.map { .object(members.normal($0)) }) }
        }
        return normal ?? value
    }

    private static func normalURL(_ text: String) -> String {
        guard let destination = try? Destination(parsing: text) else { return text }
        let hasQuery = destination.text != destination.textWithoutQuery
        return destination.textWithoutQuery + (hasQuery ? "?" : "")
    }

    /// Without `alg`: every key of ours has exactly one.
    private static func normalKey(_ key: JSONObject) -> JSONValue {
        var normal = JSONObject()
        for name in ["kty", "crv", "x", "y", "n", "e", "kid"] { normal[name] = key[name] }
        return .object(normal)
    }
}

extension JSONObject {
    func mapValues(_ change: (JSONValue) -> JSONValue) -> JSONObject {
        var changed = self
        for member in members { changed[member.name] = change(member.value) }
        return changed
    }
}
