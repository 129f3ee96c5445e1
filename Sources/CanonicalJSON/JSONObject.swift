/// The members of a JSON object, in the order in which they were written. No name stands twice.
public struct JSONObject: Sendable {
    public private(set) var members: [JSONMember]

    public init() {
        members = []
    }

    /// Nil when a name is repeated.
    public init?(members: [JSONMember]) {
        var names = SeenNames()
        for member in members where !names.insert(member.name) { return nil }
        self.members = members
    }

    /// For members whose names are known to differ, as the parser's are.
    init(distinctMembers: [JSONMember]) {
        members = distinctMembers
    }

    /// The value of the member whose name has exactly these bytes.
    ///
    /// Setting replaces the member in its place or adds it at the end; setting nil removes it.
    public subscript(_ name: String) -> JSONValue? {
        get { member(name)?.value }
        set {
            let index = members.firstIndex { $0.name.hasSameBytes(as: name) }
            switch (index, newValue) {
            case (let index?, let value?): members[index] = JSONMember(name: name, value: value)
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(JSONMember(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// The member whose name has exactly these bytes.
    public func member(_ name: String) -> JSONMember? {
        members.first { $0.name.hasSameBytes(as: name) }
    }

    /// The members by the UTF-16 code units of their names (RFC 8785, section 3.2.3).
    var canonicalMembers: [JSONMember] {
        let isSorted = zip(members, members.dropFirst()).allSatisfy { JSON.compareUTF16($0.name, $1.name) }
        return isSorted ? members : members.sorted { JSON.compareUTF16($0.name, $1.name) }
    }
}

extension JSONObject: Equatable {
    /// The order of members carries no meaning (RFC 8259, section 4).
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members.count == right.members.count && left.canonicalMembers == right.canonicalMembers
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// Stops the program when a name is repeated, as a dictionary literal does.
    /// Stops the program when a name is repeated, as a dictionary literal does.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        members = []
        members.reserveCapacity(elements.count)
        for (name, value) in elements {
            precondition(member(name) == nil, "a literal repeats a name")
            members.append(JSONMember(name: name, value: value))
        }
    }
}

/// A name and its value.
public struct JSONMember: Equatable, Sendable {
    public let name: String
    public let value: JSONValue

    /// Where the value stood in the parsed document, in bytes, so that it can be passed on exactly as it came.
    /// Empty for a member that was not parsed; not part of equality.
    public let source: Range<Int>

    public init(name: String, value: JSONValue, source: Range<Int> = 0..<0) {
        self.name = name
        self.value = value
        self.source = source
    }

    public static func == (left: JSONMember, right: JSONMember) -> Bool {
        left.name.hasSameBytes(as: right.name) && left.value == right.value
    }
}
