internal import AuthorizationCore

/// The fields of a group as pairs of path and text, so that two groups can be compared field by field.
struct FieldValues {
    private(set) var values: [(path: String, text: String)] = []
    private var path: [String] = []

    init<Group: FieldGroup>(of group: Group) {
        var group = group
        do {
            try group.visit(&self)
        } catch {
            // This visitor throws nothing, and visiting throws nothing of its own.
        }
    }

    /// The fields in which two groups differ, in the order of the first.
    static func differences<Group: FieldGroup>(
        recorded: Group, replayed: Group
    ) -> [(path: String, recorded: String, replayed: String)] {
        let (left, right) = (FieldValues(of: recorded).values, FieldValues(of: replayed).values)
        let there = Dictionary(right.map { ($0.path, $0.text) }, uniquingKeysWith: { first, _ in first })
        let here = Set(left.map(\.path))
        var found = left.filter { there[$0.path] != $0.text }.map {
            (path: $0.path, recorded: $0.text, replayed: there[$0.path] ?? "nothing")
        }
        found += right.filter { !here.contains($0.path) }.map {
            (path: $0.path, recorded: "nothing", replayed: $0.text)
        }
        return found
    }

    private mutating func note(_ name: String, _ text: String) {
        values.append(((path + [name]).joined(separator: "."), text))
    }

    private mutating func inside(_ name: StaticString, _ visit: (inout Self) throws(FieldError) -> Void)
        throws(FieldError)
    {
        path.append("\(name)")
        try visit(&self)
        path.removeLast()
    }
}

extension FieldValues: FieldVisitor {
    mutating func integer(_ name: StaticString, _ value: inout Int64) throws(FieldError) { note("\(name)", "\(value)") }
    mutating func integer(_ name: StaticString, _ value: inout Int64?) throws(FieldError) {
        if let value { note("\(name)", "\(value)") }
    }
    mutating func flag(_ name: StaticString, _ value: inout Bool) throws(FieldError) { note("\(name)", "\(value)") }
    mutating func flag(_ name: StaticString, _ value: inout Bool?) throws(FieldError) {
        if let value { note("\(name)", "\(value)") }
    }
    mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value) throws(FieldError) {
        note("\(name)", value.text)
    }
    mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value?) throws(FieldError) {
        if let value { note("\(name)", value.text) }
    }
    mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]) throws(FieldError) {
        note("\(name)", "[" + values.map(\.text).joined(separator: ", ") + "]")
    }
    mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]?) throws(FieldError) {
        if var present = values { try texts(name, &present) }
    }
    mutating func integers(_ name: StaticString, _ values: inout [Int64]) throws(FieldError) {
        note("\(name)", "\(values)")
    }
    mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group) throws(FieldError) {
        try inside(name) { (fields) throws(FieldError) in try value.visit(&fields) }
    }
    mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group?) throws(FieldError) {
        if var present = value { try group(name, &present) }
    }
    mutating func groups<Group: FieldGroup>(_ name: StaticString, _ values: inout [Group]) throws(FieldError) {
        try inside(name) { (fields) throws(FieldError) in
            for index in values.indices {
                fields.path.append("\(index)")
                try values[index].visit(&fields)
                fields.path.removeLast()
            }
        }
    }
    mutating func map(_ name: StaticString, _ value: inout [MapEntry]) throws(FieldError) {
        for entry in value { note("\(name).\(entry.name)", entry.value) }
    }
    mutating func claim(_ name: StaticString, _ value: inout SealedClaim?) throws(FieldError) {
        switch value {
        case .sealed(let commitment): note("\(name)", "sealed \(commitment.text)")
        case .open(let json): note("\(name)", String(decoding: json, as: UTF8.self))
        case nil: break
        }
    }
    mutating func reference(_ name: StaticString, _ value: inout EventReference) throws(FieldError) {
        note("\(name)", Self.text(value))
    }
    mutating func references(_ name: StaticString, _ values: inout [EventReference]) throws(FieldError) {
        note("\(name)", "[" + values.map(Self.text).joined(separator: ", ") + "]")
    }
    mutating func justifications(_ name: StaticString, _ values: inout [Justification]) throws(FieldError) {
        for value in values { note("\(name).\(value.claim)", Self.text(value.event)) }
    }

    private static func text(_ reference: EventReference) -> String {
        switch reference {
        case .position(let position): "\(position)"
        case .inThisAppend(let index): "+\(index)"
        case .admission: "the request"
        }
    }
}
