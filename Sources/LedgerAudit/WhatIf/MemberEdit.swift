internal import AuthorizationCore
internal import CanonicalJSON
internal import FieldCoding

/// One member of a group of fields with another value, by the same reader that reads the log: a member that there is not,
/// or a value that it cannot hold, is refused.
struct MemberEdit: Sendable {
    /// The names that lead to the member: `assurance`, `acr`.
    let path: [String]
    /// Nil takes the member away.
    let value: JSONValue?

    /// `assurance.acr`, and JSON or a bare word.
    init(path: String, value: String) {
        self.path = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        switch try? JSON.parse(Array(value.utf8)) {
        case .null: self.value = nil
        case let parsed?: self.value = parsed
        case nil: self.value = .string(value)
        }
        text = value
    }

    /// As it was written: `1` may be a number or a level's name.
    private let text: String

    /// The group with the member changed; nil where that is no group of its kind.
    func applied<Group: FieldGroup>(to group: Group) -> Group? {
        edited(group, value) ?? (value == nil ? nil : edited(group, .string(text)))
    }

    private func edited<Group: FieldGroup>(_ group: Group, _ value: JSONValue?) -> Group? {
        guard let bytes = try? FieldWriter.bytes(of: group), case .object(let object)? = try? JSON.parse(bytes),
            let changed = Self.set(path[...], in: object, to: value)
        else { return nil }
        return try? FieldReader.read(Group.self, from: JSON.canonicalBytes(of: .object(changed)))
    }

    private static func set(_ path: ArraySlice<String>, in object: JSONObject, to value: JSONValue?) -> JSONObject? {
        guard let name = path.first else { return nil }
        var object = object
        guard path.count > 1 else {
            object[name] = value
            return object
        }
        guard let inner = object[name]?.objectValue, let changed = set(path.dropFirst(), in: inner, to: value) else {
            return nil
        }
        object[name] = .object(changed)
        return object
    }
}
