public import AuthorizationCore
internal import CanonicalJSON
internal import EventLog

/// A place in a ledger as people give it: a position, or a time.
public enum Place: Equatable, Sendable {
    case position(Position)
    case time(Timestamp)

    /// A whole number, or a time by RFC 3339 such as `2026-03-01T12:00:00Z`.
    public init?(_ text: String) {
        if let number = Int64(text), text.utf8.allSatisfy({ (48...57).contains($0) }), number <= JSON.maximumInteger {
            self = .position(Position(number))
        } else if let time = Timestamp(rfc3339: text) {
            self = .time(time)
        } else {
            return nil
        }
    }
}

extension LedgerReader {
    /// How many events stand up to and including a place: at or below the position, or recorded at the time or before.
    func size(through place: Place) throws(AuditError) -> Int64 {
        switch place {
        case .position(let position): return min(try headSize(), position.value + 1)
        case .time(let time):
            return try firstPosition { (recordedAt) in recordedAt > time }
        }
    }

    /// How many events stand before a place.
    func size(before place: Place) throws(AuditError) -> Int64 {
        switch place {
        case .position(let position): return min(try headSize(), position.value)
        case .time(let time):
            return try firstPosition { (recordedAt) in recordedAt >= time }
        }
    }

    func headSize() throws(AuditError) -> Int64 {
        do throws(StoreError) { return try head().size } catch { throw .store(error) }
    }

    /// The event at a place below the head, decoded.
    func decodedEvent(at position: Position) throws(AuditError) -> Event {
        let stored: StoredEvent?
        do throws(StoreError) { stored = try event(at: position) } catch { throw .store(error) }
        guard let stored else { throw .store(.missing(position)) }
        guard let event = try? RecordedForm.decode(stored.body), event.position == position else {
            throw .noEvent(position)
        }
        return event
    }

    /// The first position whose time fulfils a condition that, once true, stays true: times never run backwards.
    private func firstPosition(where condition: (Timestamp) -> Bool) throws(AuditError) -> Int64 {
        var (low, high) = (Int64(0), try headSize())
        while low < high {
            let middle = low + (high - low) / 2
            if condition(try decodedEvent(at: Position(middle)).recordedAt) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }
}
