public import AuthorizationCore
internal import CanonicalJSON

/// Fills the fields that it visits from canonical JSON, and refuses everything that ``FieldWriter`` would not write:
/// another order, an unknown member, a value out of its form.
///
/// It reads from a buffer that must outlive it.
public struct FieldReader: FieldVisitor {
    private var json: CanonicalReader

    public init(_ bytes: UnsafeRawBufferPointer) {
        json = CanonicalReader(bytes)
    }

    /// The group whose canonical JSON object these bytes are.
    public static func read<Group: FieldGroup>(_ type: Group.Type, from bytes: [UInt8]) throws(FieldError) -> Group {
        try bytes.withUnsafeBufferPointer { (buffer) throws(FieldError) -> Group in
            var reader = FieldReader(UnsafeRawBufferPointer(buffer))
            var group = Group()
            try reader.begin()
            try group.visit(&reader)
            try reader.finish()
            return group
        }
    }

    /// Enters the outermost object.
    public mutating func begin() throws(FieldError) {
        try checked { (json) throws(JSONParseError) in try json.beginObject() }
    }

    /// Leaves an object in which every member was read.
    public mutating func end() throws(FieldError) {
        try checked { (json) throws(JSONParseError) in try json.endObject() }
    }

    /// Leaves the outermost object; nothing may follow.
    public mutating func finish() throws(FieldError) {
        try end()
        try checked { (json) throws(JSONParseError) in try json.end() }
    }

    /// Enters the object that is the next member's value.
    public mutating func beginGroup(_ name: StaticString) throws(FieldError) {
        try expect(name)
        try begin()
    }

    private mutating func checked<Result>(
        _ body: (inout CanonicalReader) throws(JSONParseError) -> Result
    ) throws(FieldError) -> Result {
        do {
            return try body(&json)
        } catch {
            throw .invalidJSON(offset: error.offset)
        }
    }

    private mutating func has(_ name: StaticString) throws(FieldError) -> Bool {
        try checked { (json) throws(JSONParseError) in try json.nextName(is: name) }
    }

    private mutating func expect(_ name: StaticString) throws(FieldError) {
        guard try has(name) else { throw .missing("\(name)") }
    }

    private mutating func value<Value: TextValue>(of name: StaticString) throws(FieldError) -> Value {
        let text = try checked { (json) throws(JSONParseError) in try json.string() }
        guard let value = Value(text: text) else { throw .malformed("\(name)") }
        return value
    }

    private mutating func elements<Element>(
        _ read: (inout Self) throws(FieldError) -> Element
    ) throws(FieldError) -> [Element] {
        try checked { (json) throws(JSONParseError) in try json.beginArray() }
        var elements: [Element] = []
        while json.hasNextElement() {
            elements.append(try read(&self))
        }
        try checked { (json) throws(JSONParseError) in try json.endArray() }
        return elements
    }

    public mutating func integer(_ name: StaticString, _ value: inout Int64) throws(FieldError) {
        try expect(name)
        value = try checked { (json) throws(JSONParseError) in try json.integer() }
    }

    public mutating func integer(_ name: StaticString, _ value: inout Int64?) throws(FieldError) {
        guard try has(name) else {
            value = nil
            return
        }
        value = try checked { (json) throws(JSONParseError) in try json.integer() }
    }

    public mutating func flag(_ name: StaticString, _ value: inout Bool) throws(FieldError) {
        try expect(name)
        value = try checked { (json) throws(JSONParseError) in try json.boolean() }
    }

    public mutating func flag(_ name: StaticString, _ value: inout Bool?) throws(FieldError) {
        guard try has(name) else {
            value = nil
            return
        }
        value = try checked { (json) throws(JSONParseError) in try json.boolean() }
    }

    public mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value) throws(FieldError) {
        try expect(name)
        value = try self.value(of: name)
    }

    public mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value?) throws(FieldError) {
        guard try has(name) else {
            value = nil
            return
        }
        value = try self.value(of: name)
    }

    public mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]) throws(FieldError) {
        try expect(name)
        values = try elements { (reader) throws(FieldError) -> Value in try reader.value(of: name) }
    }

    public mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]?) throws(FieldError) {
        guard try has(name) else {
            values = nil
            return
        }
        values = try elements { (reader) throws(FieldError) -> Value in try reader.value(of: name) }
    }

    public mutating func integers(_ name: StaticString, _ values: inout [Int64]) throws(FieldError) {
        try expect(name)
        values = try elements { (reader) throws(FieldError) -> Int64 in
            try reader.checked { (json) throws(JSONParseError) in try json.integer() }
        }
    }

    public mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group) throws(FieldError) {
        try beginGroup(name)
        try value.visit(&self)
        try end()
    }

    public mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group?) throws(FieldError) {
        guard try has(name) else {
            value = nil
            return
        }
        var present = Group()
        try begin()
        try present.visit(&self)
        try end()
        value = present
    }

    public mutating func groups<Group: FieldGroup>(_ name: StaticString, _ values: inout [Group]) throws(FieldError) {
        try expect(name)
        values = try elements { (reader) throws(FieldError) -> Group in
            var element = Group()
            try reader.begin()
            try element.visit(&reader)
            try reader.end()
            return element
        }
    }

    public mutating func map(_ name: StaticString, _ value: inout [MapEntry]) throws(FieldError) {
        try beginGroup(name)
        value = []
        while let entry = try checked({ (json) throws(JSONParseError) in try json.nextName() }) {
            let text = try checked { (json) throws(JSONParseError) in try json.string() }
            value.append(MapEntry(name: entry, value: text))
        }
        try end()
    }

    public mutating func claim(_ name: StaticString, _ value: inout SealedClaim?) throws(FieldError) {
        guard try has(name) else {
            value = nil
            return
        }
        var commitment = Bytes32()
        try begin()
        try text("sealed", &commitment)
        try end()
        value = .sealed(commitment: commitment)
    }

    public mutating func reference(_ name: StaticString, _ value: inout EventReference) throws(FieldError) {
        var number: Int64 = 0
        try integer(name, &number)
        value = try place(number, of: name)
    }

    public mutating func references(_ name: StaticString, _ values: inout [EventReference]) throws(FieldError) {
        var numbers: [Int64] = []
        try integers(name, &numbers)
        values = try numbers.map { (number) throws(FieldError) in try place(number, of: name) }
    }

    public mutating func justifications(_ name: StaticString, _ values: inout [Justification]) throws(FieldError) {
        try beginGroup(name)
        values = []
        while let claim = try checked({ (json) throws(JSONParseError) in try json.nextName() }) {
            let number = try checked { (json) throws(JSONParseError) in try json.integer() }
            values.append(Justification(claim: claim, event: try place(number, of: name)))
        }
        try end()
    }

    /// The log begins at 0: nothing stands before.
    private func place(_ number: Int64, of name: StaticString) throws(FieldError) -> EventReference {
        guard number >= 0 else { throw .malformed("\(name)") }
        return .position(Position(number))
    }
}
