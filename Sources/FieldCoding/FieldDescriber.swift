public import AuthorizationCore
public import CanonicalJSON

/// Notes the fields that it visits as a JSON Schema (draft 2020-12) of the object that ``FieldWriter`` makes of them.
///
/// A member that is not optional is required, and no other members are allowed, so that the schema says neither more
/// nor less than ``FieldReader`` accepts, but for the order of members, which JSON Schema cannot speak of.
public struct FieldDescriber: FieldVisitor {
    private var properties: [JSONMember] = []
    private var required: [JSONValue] = []

    public init() {}

    /// The schema of a group.
    public static func schema<Group: FieldGroup>(of type: Group.Type) throws(FieldError) -> JSONValue {
        var group = Group()
        var describer = FieldDescriber()
        try group.visit(&describer)
        return describer.schema
    }

    /// The schema of an object with the members noted so far.
    public var schema: JSONValue {
        .object([
            "additionalProperties": .boolean(false),
            "properties": .object(JSONObject(members: properties) ?? JSONObject()),
            "required": .array(required),
            "type": .string("object"),
        ])
    }

    /// Notes a member by its schema.
    public mutating func member(_ name: StaticString, _ schema: JSONValue, isRequired: Bool = true) {
        properties.append(JSONMember(name: "\(name)", value: schema))
        if isRequired { required.append(.string("\(name)")) }
    }

    public mutating func integer(_ name: StaticString, _ value: inout Int64) throws(FieldError) {
        member(name, Self.integer)
    }

    public mutating func integer(_ name: StaticString, _ value: inout Int64?) throws(FieldError) {
        member(name, Self.integer, isRequired: false)
    }

    public mutating func flag(_ name: StaticString, _ value: inout Bool) throws(FieldError) {
        member(name, Self.type("boolean"))
    }

    public mutating func flag(_ name: StaticString, _ value: inout Bool?) throws(FieldError) {
        member(name, Self.type("boolean"), isRequired: false)
    }

    public mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value) throws(FieldError) {
        member(name, Self.text(Value.textForm))
    }

    public mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value?) throws(FieldError) {
        member(name, Self.text(Value.textForm), isRequired: false)
    }

    public mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]) throws(FieldError) {
        member(name, Self.array(of: Self.text(Value.textForm)))
    }

    public mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]?) throws(FieldError) {
        member(name, Self.array(of: Self.text(Value.textForm)), isRequired: false)
    }

    public mutating func integers(_ name: StaticString, _ values: inout [Int64]) throws(FieldError) {
        member(name, Self.array(of: Self.integer))
    }

    public mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group) throws(FieldError) {
        member(name, try Self.schema(of: Group.self))
    }

    public mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group?) throws(FieldError) {
        member(name, try Self.schema(of: Group.self), isRequired: false)
    }

    public mutating func groups<Group: FieldGroup>(_ name: StaticString, _ values: inout [Group]) throws(FieldError) {
        member(name, Self.array(of: try Self.schema(of: Group.self)))
    }

    public mutating func map(_ name: StaticString, _ value: inout [MapEntry]) throws(FieldError) {
        member(name, Self.map(to: Self.type("string")))
    }

    public mutating func claim(_ name: StaticString, _ value: inout SealedClaim?) throws(FieldError) {
        var sealed = FieldDescriber()
        var commitment = Bytes32()
        try sealed.text("sealed", &commitment)
        member(name, sealed.schema, isRequired: false)
    }

    public mutating func reference(_ name: StaticString, _ value: inout EventReference) throws(FieldError) {
        member(name, Self.place)
    }

    public mutating func references(_ name: StaticString, _ values: inout [EventReference]) throws(FieldError) {
        member(name, Self.array(of: Self.place))
    }

    public mutating func justifications(_ name: StaticString, _ values: inout [Justification]) throws(FieldError) {
        member(name, Self.map(to: Self.place))
    }

    // MARK: Values

    private static let integer = integer(from: -JSON.maximumInteger)
    /// A place in the log.
    private static let place = integer(from: 0)

    private static func integer(from minimum: Int64) -> JSONValue {
        .object([
            "maximum": .integer(JSON.maximumInteger), "minimum": .integer(minimum), "type": .string("integer"),
        ])
    }

    private static func type(_ name: String) -> JSONValue { .object(["type": .string(name)]) }

    private static func text(_ form: TextForm) -> JSONValue {
        switch form {
        case .any: type("string")
        case .pattern(let pattern): .object(["pattern": .string(pattern), "type": .string("string")])
        case .oneOf(let values): .object(["enum": .array(values.map { .string($0) })])
        }
    }

    private static func array(of element: JSONValue) -> JSONValue {
        .object(["items": element, "type": .string("array")])
    }

    private static func map(to value: JSONValue) -> JSONValue {
        .object(["additionalProperties": value, "type": .string("object")])
    }
}
