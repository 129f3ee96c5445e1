internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog

/// Finds where the texts of a decoded event stand in its bytes, and what each of them may be.
///
/// It walks over the fields as the decoder did, so that it stands on the descriptions of the fields and on nothing
/// else. Where bytes and fields do not go together it gives up: then nothing is known of the bytes but that they were
/// decoded.
struct FieldPlaces: FieldVisitor {
    private var reader: CanonicalReader
    /// Texts that may be others of their form.
    private(set) var formed: [(range: Range<Int>, form: ValueForm)] = []
    /// Texts of which nothing is known but that this one is good.
    private(set) var words: [Range<Int>] = []
    /// Of the digits of the version.
    private(set) var version = 0..<0

    /// Throws when these are not the bytes of the event, or one of its texts is written with an escape.
    init(of event: Event, in leaf: UnsafeRawBufferPointer) throws(FieldError) {
        reader = CanonicalReader(leaf)
        var event = event
        var position = EventReference.position(event.position)
        var type = event.data.type
        try step { (reader) throws(JSONParseError) in try reader.beginObject() }
        try group("actor", &event.actor)
        try text("blind", &event.blind)
        try text("correlation", &event.correlation)
        try step { (reader) throws(JSONParseError) in
            try reader.name("data")
            try reader.beginObject()
        }
        try event.data.visit(&self)
        try step { (reader) throws(JSONParseError) in try reader.endObject() }
        try reference("position", &position)
        try text("recorded_at", &event.recordedAt)
        try text("type", &type)
        try skip("v")
        version = reader.offset - "\(Event.version)".utf8.count..<reader.offset
        try step { (reader) throws(JSONParseError) in
            try reader.endObject()
            try reader.end()
        }
    }

    private mutating func step(_ body: (inout CanonicalReader) throws(JSONParseError) -> Void) throws(FieldError) {
        do throws(JSONParseError) {
            try body(&reader)
        } catch {
            throw .invalidJSON(offset: error.offset)
        }
    }

    private mutating func skip(_ name: StaticString) throws(FieldError) {
        try step { (reader) throws(JSONParseError) in
            try reader.name(name)
            try reader.skipValue()
        }
    }

    private mutating func note(_ form: ValueForm?) throws(FieldError) {
        var count = 0
        try step { (reader) throws(JSONParseError) in count = try reader.stringBytes().count }
        let range = reader.offset - 1 - count..<reader.offset - 1
        switch form {
        case .any: break
        case nil: words.append(range)
        case .identifier, .hexadecimal, .time:
            if let form { formed.append((range, form)) }
        }
    }

    // MARK: Numbers and flags: what may stand for them is said by their digits

    mutating func integer(_ name: StaticString, _ value: inout Int64) throws(FieldError) { try skip(name) }
    mutating func integer(_ name: StaticString, _ value: inout Int64?) throws(FieldError) {
        if value != nil { try skip(name) }
    }
    mutating func flag(_ name: StaticString, _ value: inout Bool) throws(FieldError) { try skip(name) }
    mutating func flag(_ name: StaticString, _ value: inout Bool?) throws(FieldError) {
        if value != nil { try skip(name) }
    }
    mutating func integers(_ name: StaticString, _ values: inout [Int64]) throws(FieldError) { try skip(name) }
    // That it is not below zero is said by its first character, which is no minus.
    mutating func reference(_ name: StaticString, _ value: inout EventReference) throws(FieldError) { try skip(name) }
    mutating func references(_ name: StaticString, _ values: inout [EventReference]) throws(FieldError) {
        try skip(name)
    }
    mutating func justifications(_ name: StaticString, _ values: inout [Justification]) throws(FieldError) {
        try skip(name)
    }

    // MARK: Texts

    mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value) throws(FieldError) {
        try step { (reader) throws(JSONParseError) in try reader.name(name) }
        try note(ValueForm.form(of: Value.self))
    }
    mutating func text<Value: TextValue>(_ name: StaticString, _ value: inout Value?) throws(FieldError) {
        guard var present = value else { return }
        try text(name, &present)
    }
    mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]) throws(FieldError) {
        try step { (reader) throws(JSONParseError) in
            try reader.name(name)
            try reader.beginArray()
        }
        while reader.hasNextElement() { try note(ValueForm.form(of: Value.self)) }
        try step { (reader) throws(JSONParseError) in try reader.endArray() }
    }
    mutating func texts<Value: TextValue>(_ name: StaticString, _ values: inout [Value]?) throws(FieldError) {
        guard var present = values else { return }
        try texts(name, &present)
    }
    mutating func map(_ name: StaticString, _ value: inout [MapEntry]) throws(FieldError) { try skip(name) }
    mutating func claim(_ name: StaticString, _ value: inout SealedClaim?) throws(FieldError) {
        guard value != nil else { return }
        var commitment = Bytes32()
        try enter(name)
        try text("sealed", &commitment)
        try step { (reader) throws(JSONParseError) in try reader.endObject() }
    }

    // MARK: Groups

    private mutating func enter(_ name: StaticString) throws(FieldError) {
        try step { (reader) throws(JSONParseError) in
            try reader.name(name)
            try reader.beginObject()
        }
    }

    mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group) throws(FieldError) {
        try enter(name)
        try value.visit(&self)
        try step { (reader) throws(JSONParseError) in try reader.endObject() }
    }
    mutating func group<Group: FieldGroup>(_ name: StaticString, _ value: inout Group?) throws(FieldError) {
        guard var present = value else { return }
        try group(name, &present)
    }
    mutating func groups<Group: FieldGroup>(_ name: StaticString, _ values: inout [Group]) throws(FieldError) {
        try step { (reader) throws(JSONParseError) in
            try reader.name(name)
            try reader.beginArray()
        }
        for value in values {
            guard reader.hasNextElement() else { throw .missing("\(name)") }
            var value = value
            try step { (reader) throws(JSONParseError) in try reader.beginObject() }
            try value.visit(&self)
            try step { (reader) throws(JSONParseError) in try reader.endObject() }
        }
        guard !reader.hasNextElement() else { throw .unexpected("\(name)") }
        try step { (reader) throws(JSONParseError) in try reader.endArray() }
    }
}
