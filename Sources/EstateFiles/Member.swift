package import CanonicalJSON

/// One member of a body of the management API: what may stand there, and what its absence means.
package struct Member: Sendable {
    package let name: String
    package let form: Form
    package let isRequired: Bool
    /// What an absent member stands for, where that can also be written.
    package let fallback: JSONValue?

    package init(_ name: String, _ form: Form, isRequired: Bool = false, fallback: JSONValue? = nil) {
        self.name = name
        self.form = form
        self.isRequired = isRequired
        self.fallback = fallback
    }

    /// What a member may hold. Whether a text is one of those that the service knows is for the service to say.
    package indirect enum Form: Sendable {
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
    package func check(_ object: JSONObject, at path: FilePath) throws(EstateFileError) {
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
}

extension Member.Form {
    /// For an error: what must stand there.
    package var expected: String {
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

    package func check(_ value: JSONValue, at path: FilePath) throws(EstateFileError) {
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
}

extension JSONValue {
    /// The elements of an array of objects.
    package var objects: [JSONObject]? {
        guard let elements = arrayValue else { return nil }
        let objects = elements.compactMap(\.objectValue)
        return objects.count == elements.count ? objects : nil
    }
}
