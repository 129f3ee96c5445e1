internal import AuthorizationCore
internal import EventLog

extension Estate {
    /// The estate as it stood when everything below `position` was recorded: the fold of the estate events alone.
    init(below position: Position, in reader: any LedgerReader) throws(StoreError) {
        self.init()
        for place in try reader.estatePositions(below: position) {
            guard let stored = try reader.event(at: place) else { throw .missing(place) }
            fold(try stored.decoded())
        }
        size = position
    }
}

extension StoredEvent {
    /// The event of the bytes. Throws ``StoreError/damaged(_:_:)`` when they are none.
    func decoded() throws(StoreError) -> Event {
        do throws(RecordedFormError) {
            return try RecordedForm.decode(body)
        } catch {
            throw .damaged(position, "no event")
        }
    }
}

extension LedgerReader {
    /// How many events were recorded at or before a moment. Times never run backwards along the log, so this halves
    /// its way to it.
    func size(at time: Timestamp) throws(StoreError) -> Position {
        var low: Int64 = 0
        var high = try head().size
        while low < high {
            let middle = (low + high) / 2
            guard let stored = try event(at: Position(middle)) else { throw .missing(Position(middle)) }
            if try stored.decoded().recordedAt <= time { low = middle + 1 } else { high = middle }
        }
        return Position(low)
    }
}
