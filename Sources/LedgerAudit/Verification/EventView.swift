internal import AuthorizationCore
internal import CanonicalJSON

/// An event's envelope, read in place: strict, canonical and without copying, since verifying reads every event.
///
/// The data is checked to be canonical JSON, not to have the fields of its type.
struct EventView {
    let correlation: UnsafeRawBufferPointer
    let data: UnsafeRawBufferPointer
    let position: Int64
    let recordedAt: UnsafeRawBufferPointer
    let type: EventType

    enum Fault: Error {
        case form(JSONParseError)
        case unknownType
        case version(Int64)
    }

    init(_ leaf: UnsafeRawBufferPointer) throws(Fault) {
        let typeName: UnsafeRawBufferPointer
        let version: Int64
        do throws(JSONParseError) {
            var reader = CanonicalReader(leaf)
            try reader.beginObject()
            try reader.name("actor")
            try reader.skipValue()
            try reader.name("blind")
            _ = try reader.stringBytes()
            try reader.name("correlation")
            correlation = try reader.stringBytes()
            try reader.name("data")
            data = try reader.rawValue()
            try reader.name("position")
            position = try reader.integer()
            try reader.name("recorded_at")
            recordedAt = try reader.stringBytes()
            try reader.name("type")
            typeName = try reader.stringBytes()
            try reader.name("v")
            version = try reader.integer()
            try reader.endObject()
            try reader.end()
        } catch {
            throw .form(error)
        }
        guard version == Event.version else { throw .version(version) }
        guard let type = EventTypeNames.type(typeName) else { throw .unknownType }
        self.type = type
    }
}

/// Finds an event type by the bytes of its name, without making a string.
enum EventTypeNames {
    private static let types: [UInt64: EventType] = {
        var types: [UInt64: EventType] = [:]
        for type in EventType.allCases {
            let bytes = Array(type.rawValue.utf8)
            types[bytes.withUnsafeBytes { key($0) }] = type
        }
        return types
    }()

    static func type(_ name: UnsafeRawBufferPointer) -> EventType? {
        guard let type = types[key(name)], type.rawValue.utf8.elementsEqual(name) else { return nil }
        return type
    }

    /// FNV-1a. Two names with one key would make a type unknown: a test looks at all of them.
    private static func key(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var key: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { key = (key ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return key
    }
}
