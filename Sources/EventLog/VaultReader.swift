public import AuthorizationCore

/// Opens sealed values for whoever holds the vaults, and changes nothing. It belongs to one thread at a time.
public protocol VaultReader: AnyObject {
    /// Opens the record of a sealed value of an event.
    func open(
        _ record: [UInt8], of sealed: SealedValue, field: String, blind: Bytes16
    ) throws(StoreError) -> VaultReading
}

/// What came of opening a sealed value.
public enum VaultReading: Sendable, Equatable {
    case open([UInt8])
    /// The vault has no key: it was destroyed, or lies elsewhere.
    case noKey
    /// The record is not what the leaf names, or the key is another.
    case broken
}
