/// The header fields of a message, in the order in which they were sent (RFC 9110, section 5).
///
/// Names compare without regard to ASCII case. Repeated fields stay apart: whether a second `Authorization` is an
/// error is the reader's decision, and joining them would hide it.
public struct HTTPFields: Equatable, Sendable {
    public struct Field: Equatable, Sendable {
        public let name: String
        public let value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public private(set) var list: [Field]

    public init(_ list: [Field] = []) {
        self.list = list
    }

    /// The value of the first field of this name.
    public func first(_ name: String) -> String? {
        list.first { $0.name.equalsIgnoringASCIICase(name) }?.value
    }

    /// The values of all fields of this name, in order.
    public func all(_ name: String) -> [String] {
        list.lazy.filter { $0.name.equalsIgnoringASCIICase(name) }.map(\.value)
    }

    /// How many fields have this name: more than one is an error for most fields.
    public func count(of name: String) -> Int {
        list.count { $0.name.equalsIgnoringASCIICase(name) }
    }

    /// The members of a comma-separated list over all fields of this name, without empty ones
    /// (RFC 9110, section 5.6.1). Only for lists of tokens: it knows no quoted strings.
    public func listMembers(of name: String) -> [Substring] {
        list.lazy.filter { $0.name.equalsIgnoringASCIICase(name) }
            .flatMap { $0.value.split(separator: ",") }
            .map { $0.trimmingOptionalWhitespace() }
            .filter { !$0.isEmpty }
    }

    public mutating func append(_ name: String, _ value: String) {
        list.append(Field(name: name, value: value))
    }

    /// Puts one field in the place of all fields of this name.
    public mutating func replace(_ name: String, _ value: String) {
        removeAll(named: name)
        append(name, value)
    }

    public mutating func removeAll(named name: String) {
        list.removeAll { $0.name.equalsIgnoringASCIICase(name) }
    }
}

extension HTTPFields: ExpressibleByDictionaryLiteral {
    /// Keeps the order and repeated names of the literal.
    public init(dictionaryLiteral elements: (String, String)...) {
        list = elements.map { Field(name: $0.0, value: $0.1) }
    }
}
