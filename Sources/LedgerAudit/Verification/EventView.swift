internal import AuthorizationCore
internal import CanonicalJSON

/// An event's envelope, read in place: strict, canonical and without copying, since verifying reads every event.
///
/// The data is checked to be canonical JSON, not to have the fields of its type.
struct EventView {
    let correlation: UnsafeRawBufferPointer
    let data: UnsafeRawBufferPointer
    let position: Int64
    /// The digits of ``position``.
    let positionText: UnsafeRawBufferPointer
    let recordedAt: UnsafeRawBufferPointer
    let type: EventType
    let typeName: UnsafeRawBufferPointer

    enum Fault: Error {
        case form(JSONParseError)
        case unknownType
        case version(Int64)
    }

    init(_ leaf: UnsafeRawBufferPointer) throws(Fault) {
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
            let start = reader.offset
            position = try reader.integer()
            positionText = UnsafeRawBufferPointer(rebasing: leaf[start..<reader.offset])
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

extension EventView.Fault {
    var sentence: String {
        switch self {
        case .form(let error): "The bytes are no canonical event (\(error.reason.rawValue) at byte \(error.offset))."
        case .unknownType: "The event's type is unknown to this program."
        case .version(let version): "The event's form has version \(version), which this program does not know."
        }
    }
}
