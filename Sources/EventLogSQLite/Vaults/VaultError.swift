public import AuthorizationCore
public import LedgerCrypto

/// Why the vaults could not give or take.
public enum VaultError: Error, Sendable, Equatable {
    /// Too many wait. Nothing was written.
    case full
    /// After an I/O error, or after the end: whether the last changes stand is unknown.
    case stopped(String)
    /// The file could not be read.
    case unreadable(String)
    /// The vault's key does not open under the epoch key: the file or the key is another.
    case notWrappedUnderEpoch(VaultID)
    case crypto(CryptoError)
}
