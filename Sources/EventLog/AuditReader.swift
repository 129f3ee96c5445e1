public import AuthorizationCore

/// A reader for whoever checks the store itself: what stands beside the log, row by row.
public protocol AuditReader: LedgerReader {
    /// Shows what was committed by now.
    func refresh() throws(StoreError)

    /// Every sealed record that is filed under a position of the range, ascending by position and the bytes of the
    /// field, while `body` returns true. The row's bytes are only valid in `body`.
    func scanSealed(_ range: Range<Int64>, _ body: (SealedRow) throws(StoreError) -> Bool) throws(StoreError)

    /// Every entry of the index of outcomes whose position is below the head, in no order.
    func scanOutcomes(_ body: (DecisionID, Position) throws(StoreError) -> Bool) throws(StoreError)

    /// Which trees the stored snapshots say they belong to.
    func snapshots() throws(StoreError) -> [Head]

    /// The newest head row's size and its serialized right edge.
    func storedEdge() throws(StoreError) -> (size: Int64, edge: [UInt8])

    /// How many events stand outside of the head's size.
    func eventsOutsideHead() throws(StoreError) -> Int64
}

/// A sealed record and what it is filed under, lent while a scan stands on it.
public struct SealedRow {
    public var position: Position
    /// The UTF-8 of the field's path.
    public var field: UnsafeRawBufferPointer
    /// Nil when the column holds none.
    public var vault: VaultID?
    /// Nonce and ciphertext.
    public var record: UnsafeRawBufferPointer

    public init(
        position: Position, field: UnsafeRawBufferPointer, vault: VaultID?, record: UnsafeRawBufferPointer
    ) {
        self.position = position
        self.field = field
        self.vault = vault
        self.record = record
    }

    /// ``field`` as text.
    public var name: String { String(decoding: field, as: UTF8.self) }
}
