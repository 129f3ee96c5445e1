internal import CanonicalJSON
internal import IdentityClient

/// One member of a body of the management API: what may stand there, and what its absence means.
struct Member: Sendable {
    let name: String
    let form: Form
    let isRequired: Bool
    /// What an absent member stands for, where that can also be written.
    let fallback: JSONValue?

    init(_ name: String, _ form: Form, isRequired: Bool = false, fallback: JSONValue? = nil) {
        self.name = name
        self.form = form
        self.isRequired = isRequired
        self.fallback = fallback
    }

    /// What a member may hold. Whether a text is one of those that the service knows is for the service to say.
    indirect enum Form: Sendable {
        case text, integer, flag
        case texts, integers
        /// A URL whose query the service seals and never shows: only whether there is one can be compared.
        case url
        /// An object of such URLs by the environments' names.
        case urlsByEnvironment
        case textMap
        /// An object that the service seals and never shows: only whether there is one can be compared.
        case sealedObject
        /// Public keys. The service shows what makes the key and its `kid`, and nothing else that a JWK may hold.
        case publicKeys
        case group([Member])
        case groups([Member])
    }
}

extension [Member] {
    /// Throws for the first member of `object` that is unknown, missing or of another form.
    func check(_ object: JSONObject, at path: FilePath) throws(EstateFileError) {
        for given in object.members {
            guard let member = first(where: { $0.name == given.name }) else {
                throw EstateFileError(path.appending(given.name), .unknownMember)
            }
            try member.form.check(given.value, at: path.appending(given.name))
        }
        for member in self where member.isRequired && object[member.name] == nil {
            throw EstateFileError(path.appending(member.name), .missing)
        }
    }

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
    /// For an error: what must stand there.
    var expected: String {
        switch self {
        case .text: "a string"
        case .url: "a URL"
        case .integer: "an integer"
        case .flag: "true or false"
        case .texts: "an array of strings"
        case .integers: "an array of integers"
        case .urlsByEnvironment, .textMap: "an object of strings"
        case .sealedObject, .group: "an object"
        case .groups, .publicKeys: "an array of objects"
        }
    }

    func check(_ value: JSONValue, at path: FilePath) throws(EstateFileError) {
        let fits: Bool
        switch self {
        case .text, .url: fits = value.stringValue != nil
        case .integer: fits = value.integerValue != nil
        case .flag: fits = value.booleanValue != nil
        case .texts: fits = value.arrayValue?.allSatisfy { $0.stringValue != nil } ?? false
        case .integers: fits = value.arrayValue?.allSatisfy { $0.integerValue != nil } ?? false
        case .urlsByEnvironment, .textMap:
            fits = value.objectValue?.members.allSatisfy { $0.value.stringValue != nil } ?? false
        case .sealedObject: fits = value.objectValue != nil
        case .publicKeys: fits = value.objects != nil
        case .group(let members):
            fits = value.objectValue != nil
            if let object = value.objectValue { try members.check(object, at: path) }
        case .groups(let members):
            fits = value.objects != nil
            for (index, object) in (value.objects ?? []).enumerated() {
                try members.check(object, at: path.appending(index))
            }
        }
        guard fits else { throw EstateFileError(path, .wrongForm(expected)) }
    }

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

extension JSONValue {
    /// The elements of an array of objects.
    fileprivate var objects: [JSONObject]? {
        guard let elements = arrayValue else { return nil }
        let objects = elements.compactMap(\.objectValue)
        return objects.count == elements.count ? objects : nil
    }
}
