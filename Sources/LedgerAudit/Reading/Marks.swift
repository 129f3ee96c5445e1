internal import AuthorizationCore
internal import EventLog

/// Looks up the events that something rests on.
struct Marks {
    private let reader: any LedgerReader

    init(_ reader: any LedgerReader) { self.reader = reader }

    func mark(_ position: Position) throws(AuditError) -> EventMark {
        let event = try reader.decodedEvent(at: position)
        return EventMark(
            position: position, type: event.data.type, recordedAt: event.recordedAt, actor: event.actor)
    }
}
