internal import AuthorizationCore

/// The requests of a review whose outcome was not read yet.
struct OpenRequests {
    struct Entry {
        var position: Position
        var request: RequestRead
    }

    private var entries: [DecisionID: Entry] = [:]
    private var last: (DecisionID, Entry)?
    /// So many requests found no room.
    private(set) var unwatched: Int64 = 0

    mutating func insert(_ request: RequestRead, at position: Position) {
        guard let decision = request.decision else { return }
        guard entries.count < ReviewLimits.maximumOpenDecisions else { return unwatched += 1 }
        entries[decision] = Entry(position: position, request: request)
    }

    /// Most events of a decision stand behind each other.
    mutating func entry(of decision: DecisionID) -> Entry? {
        if let last, last.0 == decision { return last.1 }
        guard let entry = entries[decision] else { return nil }
        last = (decision, entry)
        return entry
    }

    mutating func end(_ decision: DecisionID) -> Entry? {
        last = nil
        return entries.removeValue(forKey: decision)
    }

    /// By where they were made.
    var sorted: [(decision: DecisionID, entry: Entry)] {
        entries.map { ($0.key, $0.value) }.sorted { $0.entry.position < $1.entry.position }
    }
}
