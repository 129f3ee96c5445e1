import AuthorizationCore
import EventLog
import LedgerCrypto

/// Says of every event that it is damaged.
final class DamagedReader: AuditReader {
    private let reader: any AuditReader

    init(_ reader: any AuditReader) { self.reader = reader }

    func scan(
        _ range: Range<Int64>, _ body: (Position, UnsafeRawBufferPointer, SHA256Digest) throws(StoreError) -> Bool
    ) throws(StoreError) { throw .damaged(Position(range.lowerBound), "a test says so") }
    func event(at position: Position) throws(StoreError) -> StoredEvent? { try reader.event(at: position) }
    func scanSealed(_ range: Range<Int64>, _ body: (SealedRow) throws(StoreError) -> Bool) throws(StoreError) {}
    func scanOutcomes(_ body: (DecisionID, Position) throws(StoreError) -> Bool) throws(StoreError) {}
    func leafHashes(_ range: Range<Int64>) throws(StoreError) -> [SHA256Digest] { try reader.leafHashes(range) }
    func tile(level: Int, index: Int64) throws(StoreError) -> [SHA256Digest]? { nil }
    func sealedRecord(at position: Position, field: String) throws(StoreError) -> [UInt8]? { nil }
    func head() throws(StoreError) -> Head { try reader.head() }
    func estatePositions(below limit: Position) throws(StoreError) -> [Position] {
        try reader.estatePositions(below: limit)
    }
    func outcome(of decision: DecisionID) throws(StoreError) -> Position? { nil }
    func lastTouch(of fence: FenceName) throws(StoreError) -> Position? { nil }
    func remembered(_ key: Bytes32) throws(StoreError) -> RememberedRequest? { nil }
    func newestCheckpoint() throws(StoreError) -> ReleasedCheckpoint? { nil }
    func checkpoints() throws(StoreError) -> [ReleasedCheckpoint] { [] }
    func refresh() throws(StoreError) {}
    func snapshots() throws(StoreError) -> [Head] { [] }
    func storedEdge() throws(StoreError) -> (size: Int64, edge: [UInt8]) { (0, []) }
    func eventsOutsideHead() throws(StoreError) -> Int64 { 0 }
}
