public import AuthorizationCore

/// A sealed value of an event and the path of its field, by which its record is filed.
public struct SealedField: Sendable, Equatable {
    public var path: String
    public var value: SealedValue
}

/// Finds the sealed values of an event.
public struct SealedFields: FieldVisitor {
    public private(set) var found: [SealedField] = []
    private var path: [String] = []

    /// All sealed values of the event, in the order of their fields.
    public static func of(_ data: EventData) -> [SealedField] {
        var data = data
        var visitor = SealedFields()
        do {
            try data.visit(&visitor)
        } catch {
            // This visitor throws nothing, and visiting throws nothing of its own.
        }
        return visitor.found
    }

    public mutating func integer(_ name: StaticString, _ value: inout Int64) throws(FieldError) {}
    public mutating func integer(_ name: StaticString, _ value: inout Int64?) throws(FieldError) {}
    public mutating func flag(_ name: StaticString, _ value: inout Bool) throws(FieldError) {}
    public mutating func flag(_ name: StaticString, _ value: inout Bool?) throws(FieldError) {}
    public mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value) throws(FieldError) {}
    public mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value?) throws(FieldError) {}
    public mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]) throws(FieldError) {}
    public mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]?) throws(FieldError) {}
    public mutating func integers(_ name: StaticString, _ values: inout [Int64]) throws(FieldError) {}
    public mutating func map(_ name: StaticString, _ value: inout [MapEntry]) throws(FieldError) {}
    public mutating func claim(_ name: StaticString, _ value: inout SealedClaim?) throws(FieldError) {}
    public mutating func reference(_ name: StaticString, _ value: inout EventReference) throws(FieldError) {}
    public mutating func references(_ name: StaticString, _ values: inout [EventReference]) throws(FieldError) {}
    public mutating func justifications(_ name: StaticString, _ values: inout [Justification]) throws(FieldError) {}

    public mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group) throws(FieldError) {
        path.append("\(name)")
        if let sealed = value as? SealedValue {
            found.append(SealedField(path: path.joined(separator: "."), value: sealed))
        } else {
            try value.visit(&self)
        }
        path.removeLast()
    }

    public mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group?) throws(FieldError) {
        guard var present = value else { return }
        try group(name, &present)
    }

    public mutating func groups<Group: FieldGroup>(_ name: StaticString, _ values: inout [Group]) throws(FieldError) {
        for (index, value) in values.enumerated() {
            var value = value
            path.append("\(name)")
            path.append("\(index)")
            try value.visit(&self)
            path.removeLast(2)
        }
    }
}
