/// A value that a log holds as text, and reads back strictly: `Self(text: value.text) == value`.
public protocol TextValue: Sendable {
    init?(text: String)
    var text: String { get }
    static var textForm: TextForm { get }
    /// A value for the schema's example.
    static var example: Self { get }
    /// Lends the UTF-8 of ``text``. Most values are numbers, which need no `String` to be written into a log.
    func withTextBytes<Output>(_ body: (UnsafeBufferPointer<UInt8>) -> Output) -> Output
}

extension TextValue {
    public func withTextBytes<Output>(_ body: (UnsafeBufferPointer<UInt8>) -> Output) -> Output {
        var text = text
        return text.withUTF8(body)
    }
}

/// What a text field may hold, for the JSON Schema of an event.
public enum TextForm: Equatable, Sendable {
    case any
    case pattern(String)
    case oneOf([String])
}

extension TextValue where Self: RawRepresentable, RawValue == String, Self: CaseIterable {
    public init?(text: String) { self.init(rawValue: text) }
    public var text: String { rawValue }
    public static var textForm: TextForm { .oneOf(allCases.map(\.rawValue)) }
    public static var example: Self { allCases[allCases.startIndex] }
}

extension String: TextValue {
    public init?(text: String) { self = text }
    public var text: String { self }
    public static var textForm: TextForm { .any }
    public static var example: String { "text" }
}

/// Why recorded fields could not be read.
public enum FieldError: Error, Equatable, Sendable {
    case missing(String)
    case unexpected(String)
    case malformed(String)
    case invalidJSON(offset: Int)
}

/// A group of named fields: an event's data, or a part of it.
///
/// `visit` is the one place that says which fields there are, in ascending order of their names. Reading, writing,
/// the JSON Schemas and their examples all walk through it, so that none of them can differ from another.
public protocol FieldGroup: Sendable {
    /// A value that is about to be read: every field empty.
    init()
    mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError)
}

/// Walks over fields: a reader fills them, a writer copies them out, a describer notes their types.
///
/// An optional that is nil is a member that is absent. An integer stays within ±(2^53 − 1).
public protocol FieldVisitor {
    mutating func integer(_ name: StaticString, _ value: inout Int64) throws(FieldError)
    mutating func integer(_ name: StaticString, _ value: inout Int64?) throws(FieldError)
    mutating func flag(_ name: StaticString, _ value: inout Bool) throws(FieldError)
    mutating func flag(_ name: StaticString, _ value: inout Bool?) throws(FieldError)
    mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value) throws(FieldError)
    mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value?) throws(FieldError)
    mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]) throws(FieldError)
    mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]?) throws(FieldError)
    mutating func integers(_ name: StaticString, _ values: inout [Int64]) throws(FieldError)
    mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group) throws(FieldError)
    mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group?) throws(FieldError)
    mutating func groups<Group: FieldGroup>(_ name: StaticString, _ values: inout [Group]) throws(FieldError)
    /// A map from texts to texts: the members of an object whose names are data, ascending.
    mutating func map(_ name: StaticString, _ value: inout [MapEntry]) throws(FieldError)
    /// A claim of a token: any JSON as its source bytes in the token, `{"sealed": commitment}` in the log.
    mutating func claim(_ name: StaticString, _ value: inout SealedClaim?) throws(FieldError)
    /// An event, as its position.
    mutating func reference(_ name: StaticString, _ value: inout EventReference) throws(FieldError)
    mutating func references(_ name: StaticString, _ values: inout [EventReference]) throws(FieldError)
    /// A map from claim names to the events that justify them, ascending.
    mutating func justifications(_ name: StaticString, _ values: inout [Justification]) throws(FieldError)
}

/// One member of an object whose names are data.
public struct MapEntry: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// A claim, and the event because of which the token says so.
public struct Justification: Hashable, Sendable {
    public var claim: String
    public var event: EventReference

    public init(claim: String, event: EventReference) {
        self.claim = claim
        self.event = event
    }
}

/// A claim whose value is personal: the log holds its commitment, the token its JSON.
public enum SealedClaim: Hashable, Sendable {
    case sealed(commitment: Bytes32)
    case open(json: [UInt8])
}

extension FieldVisitor {
    mutating func position(_ name: StaticString, _ value: inout Position) throws(FieldError) {
        try integer(name, &value.value)
    }

    mutating func position(_ name: StaticString, _ value: inout Position?) throws(FieldError) {
        var number = value?.value
        try integer(name, &number)
        value = number.map { Position($0) }
    }
}
