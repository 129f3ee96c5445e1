public import LedgerCrypto

/// The epoch key of a vault file and, while it changes, the next one. Both lie elsewhere than the file.
///
/// Every function returns when what it did survives a crash.
public protocol EpochKeys: Sendable {
    /// The key in use.
    func current() throws(EpochKeyError) -> SecretBytes

    /// The key that a change made and did not bring to its end; nil when there is none.
    func next() throws(EpochKeyError) -> SecretBytes?

    /// Draws the next key and keeps it beside the current one.
    func prepareNext() throws(EpochKeyError) -> SecretBytes

    /// Puts the next key in the place of the current one, which is destroyed.
    func adoptNext() throws(EpochKeyError)

    /// Destroys the next key, if there is one.
    func discardNext() throws(EpochKeyError)
}

/// Why an epoch key could not be read or kept, for the operator of the host.
public struct EpochKeyError: Error, Sendable, Equatable {
    public var reason: String

    public init(_ reason: String) {
        self.reason = reason
    }
}

/// Where a change of the epoch key stands: which files a kill would leave behind.
package enum EpochStep: CaseIterable, Sendable {
    /// The next key is kept; the vault file is the old one.
    case keyPrepared
    /// The new vault file lies beside the old one.
    case fileWritten
    /// The old vault file is whole by itself, without a write-ahead log.
    case logRemoved
    /// The new vault file has the old one's name; both keys are kept.
    case fileSwapped
    /// Only the new pair is left.
    case keyAdopted
}
