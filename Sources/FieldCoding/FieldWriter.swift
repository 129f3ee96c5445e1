public import AuthorizationCore
public import CanonicalJSON

/// Writes the fields that it visits as canonical JSON.
public struct FieldWriter: FieldVisitor {
    public var json: JSONWriter

    public init(reservingCapacity capacity: Int = 256) {
        json = JSONWriter(reservingCapacity: capacity)
    }

    /// The canonical JSON object of a group of fields.
    public static func bytes<Group: FieldGroup>(of group: Group) throws(FieldError) -> [UInt8] {
        var group = group
        var writer = FieldWriter()
        writer.json.beginObject()
        try group.visit(&writer)
        writer.json.endObject()
        return writer.json.takeBytes()
    }

    public mutating func integer(_ name: StaticString, _ value: inout Int64) throws(FieldError) {
        json.name(name)
        try write(value, of: name)
    }

    public mutating func integer(_ name: StaticString, _ value: inout Int64?) throws(FieldError) {
        guard var present = value else { return }
        try integer(name, &present)
    }

    public mutating func flag(_ name: StaticString, _ value: inout Bool) throws(FieldError) {
        json.name(name)
        json.boolean(value)
    }

    public mutating func flag(_ name: StaticString, _ value: inout Bool?) throws(FieldError) {
        guard let value else { return }
        json.name(name)
        json.boolean(value)
    }

    public mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value) throws(FieldError) {
        json.name(name)
        value.withTextBytes { json.string(utf8Bytes: $0) }
    }

    public mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value?) throws(FieldError) {
        guard let value else { return }
        json.name(name)
        value.withTextBytes { json.string(utf8Bytes: $0) }
    }

    public mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]) throws(FieldError) {
        json.name(name)
        json.beginArray()
        for value in values { value.withTextBytes { json.string(utf8Bytes: $0) } }
        json.endArray()
    }

    public mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]?) throws(FieldError) {
        guard var present = values else { return }
        try texts(name, &present)
    }

    public mutating func integers(_ name: StaticString, _ values: inout [Int64]) throws(FieldError) {
        json.name(name)
        json.beginArray()
        for value in values { try write(value, of: name) }
        json.endArray()
    }

    public mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group) throws(FieldError) {
        json.name(name)
        json.beginObject()
        try value.visit(&self)
        json.endObject()
    }

    public mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group?) throws(FieldError) {
        guard var present = value else { return }
        try group(name, &present)
    }

    public mutating func groups<Group: FieldGroup>(_ name: StaticString, _ values: inout [Group]) throws(FieldError) {
        json.name(name)
        json.beginArray()
        for value in values {
            var value = value
            json.beginObject()
            try value.visit(&self)
            json.endObject()
        }
        json.endArray()
    }

    public mutating func map(_ name: StaticString, _ value: inout [MapEntry]) throws(FieldError) {
        json.name(name)
        json.beginObject()
        for entry in value.sorted(by: { JSON.compareUTF16($0.name, $1.name) }) {
            json.name(entry.name)
            json.string(entry.value)
        }
        json.endObject()
    }

    public mutating func claim(_ name: StaticString, _ value: inout SealedClaim?) throws(FieldError) {
        switch value {
        case nil: break
        case .sealed(let commitment):
            json.name(name)
            json.beginObject()
            json.name("sealed")
            json.string(commitment.text)
            json.endObject()
        case .open(let bytes):
            json.name(name)
            json.raw(bytes)
        }
    }

    public mutating func reference(_ name: StaticString, _ value: inout EventReference) throws(FieldError) {
        json.name(name)
        try write(value, of: name)
    }

    public mutating func references(_ name: StaticString, _ values: inout [EventReference]) throws(FieldError) {
        json.name(name)
        json.beginArray()
        for value in values { try write(value, of: name) }
        json.endArray()
    }

    public mutating func justifications(_ name: StaticString, _ values: inout [Justification]) throws(FieldError) {
        json.name(name)
        json.beginObject()
        for value in values.sorted(by: { JSON.compareUTF16($0.claim, $1.claim) }) {
            json.name(value.claim)
            try write(value.event, of: name)
        }
        json.endObject()
    }

    /// The writer of the log places references before it encodes; one that has no place is a broken invariant here.
    private mutating func write(_ reference: EventReference, of name: StaticString) throws(FieldError) {
        guard let position = reference.position, position.value >= 0 else { throw .malformed("\(name)") }
        try write(position.value, of: name)
    }

    private mutating func write(_ integer: Int64, of name: StaticString) throws(FieldError) {
        guard integer.magnitude <= JSON.maximumInteger.magnitude else { throw .malformed("\(name)") }
        json.integer(integer)
    }
}
