internal import AuthorizationCore
internal import EventLog

/// Finds the events of one decision.
struct DecisionSearch {
    private let reader: any LedgerReader
    /// Events read at a time, at first and at most: a request stands shortly before its outcome.
    private static let chunks: ClosedRange<Int64> = 64...65_536

    /// Events of one append before a refusal that holds its request.
    private static let maximumBefore = 16

    init(_ reader: any LedgerReader) { self.reader = reader }

    /// The decision. Throws ``AuditError/noSuchDecision(_:)`` when the log holds no outcome of it.
    func find(_ id: DecisionID) throws(AuditError) -> RecordedDecision {
        // The index only says where to look: without its help the log itself is searched.
        if let indexed = try position(of: id), let decision = try gather(id, outcomeAt: indexed) { return decision }
        guard let found = try searchOutcome(of: id), let decision = try gather(id, outcomeAt: found) else {
            throw .noSuchDecision(id)
        }
        return decision
    }

    /// The decision whose outcome stands at a place; nil when that event is no outcome of it.
    func gather(_ id: DecisionID, outcomeAt position: Position) throws(AuditError) -> RecordedDecision? {
        let head = try reader.headSize()
        guard position.value < head else { return nil }
        var events = [try reader.decodedEvent(at: position)]
        guard events[0].correlation == id.text, events[0].data.isOutcome else { return nil }
        if case .tokens(.refused(let data)) = events[0].data, data.request != nil, data.attempts.isEmpty {
            // No request stands before it; a family that it ended does, right before.
            var place = position
            while place.value > 0, events.count <= Self.maximumBefore {
                place = Position(place.value - 1)
                let event = try reader.decodedEvent(at: place)
                guard event.correlation == id.text else { break }
                events.insert(event, at: 0)
            }
            return RecordedDecision(id, events)
        }
        let pattern = Self.pattern(id)
        var end = position.value
        var size = Self.chunks.lowerBound
        var isComplete = false
        while end > 0, !isComplete {
            let start = max(0, end - size)
            let found = try self.events(start..<end, with: pattern)
            isComplete = found.contains { if case .tokens(.requested) = $0.data { true } else { false } }
            events = found + events
            end = start
            size = min(size * 4, Self.chunks.upperBound)
        }
        return RecordedDecision(id, events)
    }

    private func position(of id: DecisionID) throws(AuditError) -> Position? {
        do throws(StoreError) { return try reader.outcome(of: id) } catch { throw .store(error) }
    }

    private func searchOutcome(of id: DecisionID) throws(AuditError) -> Position? {
        let head = try reader.headSize()
        return try events(0..<head, with: Self.pattern(id)).first { $0.data.isOutcome }?.position
    }

    private static func pattern(_ id: DecisionID) -> BytePattern { BytePattern("\"correlation\":\"\(id.text)\"") }

    private func events(_ range: Range<Int64>, with pattern: BytePattern) throws(AuditError) -> [Event] {
        try reader.events(in: range) { pattern.occurs(in: $0) }
    }
}

extension RecordedDecision {
    fileprivate init(_ id: DecisionID, _ events: [Event]) {
        self.init(id)
        for event in events where event.correlation == id.text {
            if let step = DecisionStep(event) { take(step) }
        }
    }
}

extension EventData {
    /// Whether it ends a decision.
    var isOutcome: Bool {
        switch self {
        case .tokens(.issued), .tokens(.refused): true
        default: false
        }
    }
}
