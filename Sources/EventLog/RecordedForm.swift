public import AuthorizationCore
internal import CanonicalJSON
internal import FieldCoding

/// The bytes of an event as they stand in the log: its leaf.
///
/// Canonical JSON (the narrow RFC 8785 profile) with the members `actor`, `blind`, `correlation`, `data`, `position`,
/// `recorded_at`, `type`, `v`, at most ``maximumBytes`` long.
public enum RecordedForm {
    /// So that an entry bundle's two-byte length holds every leaf (C2SP tlog-tiles).
    public static let maximumBytes = 65_535

    /// The leaf of the event. Throws ``RecordedFormError/tooLarge(_:)`` beyond ``maximumBytes``.
    public static func encode(_ event: Event) throws(RecordedFormError) -> [UInt8] {
        var event = event
        return try encode(visiting: &event)
    }

    /// The leaf of the event, which is only visited: it is as before afterwards. It spares the writer of the log a copy.
    public static func encode(visiting event: inout Event) throws(RecordedFormError) -> [UInt8] {
        var writer = FieldWriter(reservingCapacity: 1_024)
        do throws(FieldError) {
            writer.json.beginObject()
            try writer.group("actor", &event.actor)
            try writer.text("blind", &event.blind)
            try writer.text("correlation", &event.correlation)
            writer.json.name("data")
            writer.json.beginObject()
            try event.data.visit(&writer)
            writer.json.endObject()
            var position = EventReference.position(event.position)
            try writer.reference("position", &position)
            try writer.text("recorded_at", &event.recordedAt)
            var type = event.data.type
            try writer.text("type", &type)
            var version = Event.version
            try writer.integer("v", &version)
            writer.json.endObject()
        } catch {
            throw .fields(error)
        }
        guard writer.json.count <= maximumBytes else { throw .tooLarge(writer.json.count) }
        return writer.json.takeBytes()
    }

    /// The event of a leaf. Refuses whatever ``encode(_:)`` would not have written, byte for byte.
    public static func decode(_ leaf: UnsafeRawBufferPointer) throws(RecordedFormError) -> Event {
        let type = try self.type(of: leaf)
        var reader = FieldReader(leaf)
        do throws(FieldError) {
            try reader.begin()
            var actor = Actor()
            try reader.group("actor", &actor)
            var blind = Bytes16()
            try reader.text("blind", &blind)
            var correlation = ""
            try reader.text("correlation", &correlation)
            var data = EventData(empty: type)
            try reader.beginGroup("data")
            try data.visit(&reader)
            try reader.end()
            var reference = EventReference.position(0)
            try reader.reference("position", &reference)
            guard let position = reference.position else { throw FieldError.malformed("position") }
            var recordedAt = Timestamp()
            try reader.text("recorded_at", &recordedAt)
            var typeAgain = type
            try reader.text("type", &typeAgain)
            var version: Int64 = 0
            try reader.integer("v", &version)
            guard version == Event.version else { throw FieldError.malformed("v") }
            try reader.finish()
            return Event(
                position: position, recordedAt: recordedAt, actor: actor, correlation: correlation,
                blind: blind, data: data)
        } catch {
            throw .fields(error)
        }
    }

    /// The event of a leaf that is held as an array.
    public static func decode(_ leaf: [UInt8]) throws(RecordedFormError) -> Event {
        try leaf.withUnsafeBufferPointer { (bytes) throws(RecordedFormError) -> Event in
            try decode(UnsafeRawBufferPointer(bytes))
        }
    }

    /// The type of the event, read without its data.
    ///
    /// It stands behind the data, so it is found from the end: `,"type":"…","v":1}` closes every leaf.
    public static func type(of leaf: UnsafeRawBufferPointer) throws(RecordedFormError) -> EventType {
        guard let text = typeText(of: leaf), let type = EventType(rawValue: text) else { throw .unknownType }
        return type
    }

    private static func typeText(of leaf: UnsafeRawBufferPointer) -> String? {
        let tail = Array("\",\"v\":1}".utf8)
        let head = Array(",\"type\":\"".utf8)
        guard leaf.count > tail.count + head.count,
            leaf[(leaf.count - tail.count)...].elementsEqual(tail)
        else { return nil }
        let end = leaf.count - tail.count
        var start = end
        while start > 0, end - start <= maximumTypeBytes, leaf[start - 1] != UInt8(ascii: "\"") { start -= 1 }
        guard start >= head.count, leaf[(start - head.count)..<start].elementsEqual(head) else { return nil }
        return String(decoding: leaf[start..<end], as: UTF8.self)
    }

    private static let maximumTypeBytes = 64
}

/// Why an event could not be written, or bytes are no event.
public enum RecordedFormError: Error, Equatable, Sendable {
    case tooLarge(Int)
    case unknownType
    case fields(FieldError)
}
