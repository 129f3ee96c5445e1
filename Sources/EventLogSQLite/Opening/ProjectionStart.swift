internal import AuthorizationCore
internal import EventLog

/// Brings a side projection up to the head: its newest snapshot, then the events behind it.
struct ProjectionStart {
    private static let eventsPerFold = 4_096

    private let path: String
    private let reader: SQLiteLedgerReader

    init(_ connection: SQLiteConnection, path: String) throws(OpenError) {
        self.path = path
        reader = try opening(path) { () throws(SQLiteError) in try SQLiteLedgerReader(connection) }
    }

    /// Returns how many events were folded: what the next snapshot is behind.
    func bring(_ projection: (any SideProjection)?, upTo start: VerifiedStart) throws(OpenError) -> Int64 {
        guard let projection else { return 0 }
        var first: Int64 = 0
        if let snapshot = start.snapshot, projection.restore(snapshot.bytes) { first = snapshot.position }
        let size = start.state.head.size
        var events: [Event] = []
        do throws(StoreError) {
            try reader.refresh()
            try reader.scan(first..<size) { (position, body, _) throws(StoreError) in
                do throws(RecordedFormError) {
                    guard projection.folds(try RecordedForm.type(of: body)) else { return true }
                    events.append(try RecordedForm.decode(body))
                } catch {
                    throw StoreError.damaged(position, "it is no event")
                }
                if events.count == Self.eventsPerFold {
                    projection.fold(events)
                    events.removeAll(keepingCapacity: true)
                }
                return true
            }
        } catch {
            throw OpenError(error, path: path)
        }
        if !events.isEmpty { projection.fold(events) }
        return size - first
    }
}
