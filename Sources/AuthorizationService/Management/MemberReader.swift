internal import AuthorizationCore
internal import CanonicalJSON

/// Reads the members of a request's object and notes, by path, each that is missing, of another type, or unknown.
///
/// Whoever reads gets values that are fit to go on with in any case, and asks once at the end whether anything was
/// wrong: so an operator hears of all mistakes at a time.
struct MemberReader {
    private let object: JSONObject
    private let path: String
    private var known: Set<String> = []
    private(set) var faults = MemberFaults()

    init(_ object: JSONObject, at path: String = "") {
        self.object = object
        self.path = path
    }

    private func fullPath(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// The member's value through `convert`; nil when it is absent, or wrong, which is noted.
    private mutating func read<Value>(_ name: String, _ convert: (JSONValue) -> Value?) -> Value? {
        known.insert(name)
        guard let value = object[name] else { return nil }
        guard let converted = convert(value) else {
            faults.malformed.append(fullPath(name))
            return nil
        }
        return converted
    }

    mutating func text(_ name: String) -> String? { read(name) { $0.stringValue } }
    mutating func integer(_ name: String) -> Int64? { read(name) { $0.integerValue } }
    mutating func flag(_ name: String) -> Bool? { read(name) { $0.booleanValue } }
    mutating func object(_ name: String) -> JSONObject? { read(name) { $0.objectValue } }

    mutating func value<Value: TextValue>(_ name: String, _ type: Value.Type = Value.self) -> Value? {
        read(name) { $0.stringValue.flatMap(Value.init(text:)) }
    }

    mutating func values<Value: TextValue>(_ name: String, _ type: Value.Type = Value.self) -> [Value]? {
        read(name) { value in
            guard let elements = value.arrayValue else { return nil }
            let values = elements.compactMap { $0.stringValue.flatMap(Value.init(text:)) }
            return values.count == elements.count ? values : nil
        }
    }

    mutating func integers(_ name: String) -> [Int64]? {
        read(name) { value in
            guard let elements = value.arrayValue else { return nil }
            let values = elements.compactMap(\.integerValue)
            return values.count == elements.count ? values : nil
        }
    }

    /// An array of objects that somebody else reads.
    mutating func objects(_ name: String) -> [JSONObject]? {
        read(name) { value in
            guard let elements = value.arrayValue else { return nil }
            let values = elements.compactMap(\.objectValue)
            return values.count == elements.count ? values : nil
        }
    }

    /// An object of texts whose names are data.
    mutating func map(_ name: String) -> [MapEntry]? {
        read(name) { value in
            guard let members = value.objectValue?.members else { return nil }
            let entries = members.compactMap { member in
                member.value.stringValue.map { MapEntry(name: member.name, value: $0) }
            }
            return entries.count == members.count ? entries : nil
        }
    }

    /// Reads an object within this one. Nil when it is absent.
    mutating func group<Value>(_ name: String, _ body: (inout MemberReader) -> Value) -> Value? {
        guard let inner = object(name) else { return nil }
        return read(inner, at: fullPath(name), body)
    }

    /// Reads an array of objects.
    mutating func groups<Value>(_ name: String, _ body: (inout MemberReader) -> Value) -> [Value]? {
        guard let elements = read(name, { $0.arrayValue }) else { return nil }
        var values: [Value] = []
        for (index, element) in elements.enumerated() {
            let place = "\(fullPath(name)).\(index)"
            guard let inner = element.objectValue else {
                faults.malformed.append(place)
                continue
            }
            values.append(read(inner, at: place, body))
        }
        return values
    }

    private mutating func read<Value>(
        _ inner: JSONObject, at place: String, _ body: (inout MemberReader) -> Value
    ) -> Value {
        var reader = MemberReader(inner, at: place)
        let value = body(&reader)
        reader.noteUnknown()
        faults.add(reader.faults)
        return value
    }

    /// Notes a member that must be there and is not, or whose value fits nothing.
    mutating func required<Value>(_ name: String, _ value: Value?, else placeholder: Value) -> Value {
        if let value { return value }
        if object[name] == nil { faults.missing.append(fullPath(name)) }
        return placeholder
    }

    mutating func noteMalformed(_ name: String) { faults.malformed.append(fullPath(name)) }

    /// `reason` is a word of ours.
    mutating func noteRefusedDestination(_ name: String, _ reason: String) {
        faults.destinations.append((fullPath(name), reason))
    }

    private mutating func noteUnknown() {
        faults.unknown += object.members.map(\.name).filter { !known.contains($0) }.map(fullPath)
    }

    /// Throws unless every member was known and right.
    mutating func finish() throws(Problem) {
        noteUnknown()
        try faults.check()
    }
}

/// What is wrong with the members of a request.
struct MemberFaults {
    var missing: [String] = []
    var malformed: [String] = []
    var unknown: [String] = []
    var destinations: [(field: String, reason: String)] = []

    mutating func add(_ other: MemberFaults) {
        missing += other.missing
        malformed += other.malformed
        unknown += other.unknown
        destinations += other.destinations
    }

    fileprivate func check() throws(Problem) {
        if !unknown.isEmpty {
            throw Problem(status: 400, title: "There is no such member", reason: "unknown_member", fields: unknown)
        }
        if !missing.isEmpty {
            throw Problem(status: 400, title: "A member is missing", reason: "missing_member", fields: missing)
        }
        if !malformed.isEmpty {
            throw Problem(status: 400, title: "A member is not what it must be", reason: "malformed", fields: malformed)
        }
        if let first = destinations.first {
            throw Problem(
                status: 422, title: "This destination may not be asked", reason: "destination_refused",
                detail: first.reason, fields: destinations.map(\.field))
        }
    }
}
