internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto
internal import Threads

/// A reader that stops at a deadline, whatever is asked of it.
final class BoundedReader: AuditReader {
    /// What a reading is told when its time is over.
    static let overtime = StoreError.unreadable("the reading takes too long")

    private let reader: any AuditReader
    private let deadline: UInt64
    private let isStopping: @Sendable () -> Bool
    private var steps: UInt64 = 0
    /// Ends a scan as if it had come to its end, once this says so.
    var isFull: () -> Bool = { false }
    /// Whether the deadline also ends a scan so, instead of failing it.
    var endsQuietly = false
    private(set) var isOvertime = false
    /// Where a scan was ended, if one was; the search goes on here.
    private(set) var stoppedAt: Int64?

    init(_ reader: any AuditReader, seconds: Int, isStopping: @escaping @Sendable () -> Bool) {
        self.reader = reader
        self.isStopping = isStopping
        deadline = monotonicNanoseconds() + UInt64(max(0, seconds)) * 1_000_000_000
    }

    /// The clock is looked at every so many steps.
    private func isOver() -> Bool {
        steps += 1
        guard steps % 256 == 1 else { return isOvertime }
        if monotonicNanoseconds() >= deadline || isStopping() { isOvertime = true }
        return isOvertime
    }

    private func within() throws(StoreError) {
        if isOver() { throw Self.overtime }
    }

    func scan(
        _ range: Range<Int64>, _ body: (Position, UnsafeRawBufferPointer, SHA256Digest) throws(StoreError) -> Bool
    ) throws(StoreError) {
        try reader.scan(range) { (position, leaf, hash) throws(StoreError) in
            if isFull() || (endsQuietly && isOver()) {
                stoppedAt = position.value
                return false
            }
            try within()
            return try body(position, leaf, hash)
        }
    }

    func scanSealed(_ range: Range<Int64>, _ body: (SealedRow) throws(StoreError) -> Bool) throws(StoreError) {
        try reader.scanSealed(range) { (row) throws(StoreError) in
            try within()
            return try body(row)
        }
    }

    func scanOutcomes(_ body: (DecisionID, Position) throws(StoreError) -> Bool) throws(StoreError) {
        try reader.scanOutcomes { (id, position) throws(StoreError) in
            try within()
            return try body(id, position)
        }
    }

    func event(at position: Position) throws(StoreError) -> StoredEvent? {
        try within()
        return try reader.event(at: position)
    }

    func leafHashes(_ range: Range<Int64>) throws(StoreError) -> [SHA256Digest] {
        try within()
        return try reader.leafHashes(range)
    }

    func tile(level: Int, index: Int64) throws(StoreError) -> [SHA256Digest]? {
        try within()
        return try reader.tile(level: level, index: index)
    }

    func sealedRecord(at position: Position, field: String) throws(StoreError) -> [UInt8]? {
        try within()
        return try reader.sealedRecord(at: position, field: field)
    }

    func head() throws(StoreError) -> Head { try reader.head() }
    func estatePositions(below limit: Position) throws(StoreError) -> [Position] {
        try reader.estatePositions(below: limit)
    }
    func outcome(of decision: DecisionID) throws(StoreError) -> Position? { try reader.outcome(of: decision) }
    func lastTouch(of fence: FenceName) throws(StoreError) -> Position? { try reader.lastTouch(of: fence) }
    func remembered(_ key: Bytes32) throws(StoreError) -> RememberedRequest? { try reader.remembered(key) }
    func newestCheckpoint() throws(StoreError) -> ReleasedCheckpoint? { try reader.newestCheckpoint() }
    func checkpoints() throws(StoreError) -> [ReleasedCheckpoint] { try reader.checkpoints() }
    func refresh() throws(StoreError) { try reader.refresh() }
    func snapshots() throws(StoreError) -> [Head] { try reader.snapshots() }
    func storedEdge() throws(StoreError) -> (size: Int64, edge: [UInt8]) { try reader.storedEdge() }
    func eventsOutsideHead() throws(StoreError) -> Int64 { try reader.eventsOutsideHead() }
}
