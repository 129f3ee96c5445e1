public import AuthorizationCore
public import LedgerCrypto

/// The secret keys of a ledger: one file each, written once.
public protocol LedgerKeys: Sendable {
    /// The key that signs checkpoints, under the ledger's origin.
    var checkpointKey: Ed25519PrivateKey { get }

    /// The directory's key.
    var indexKey: HMACKey { get }

    /// Answers requests again only to whoever asked first: MACs of idempotency keys, snapshots and side tables.
    var stateKey: HMACKey { get }

    /// The key of user and source tags of an epoch of seven days; made now if the epoch is new, nil when it was
    /// destroyed.
    func tagKey(epoch: Int64) throws(KeyError) -> HMACKey?

    /// Destroys the tag keys of all epochs before this one, and says how many there were. Afterwards nobody can tell whose
    /// tags they made.
    @discardableResult
    func destroyTagKeys(before epoch: Int64) throws(KeyError) -> Int

    /// A token key that the estate names.
    func tokenKey(environment: EnvironmentName, kid: String) throws(KeyError) -> TokenSigningKey

    /// Makes a token key and keeps it, before any event names it.
    func makeTokenKey(environment: EnvironmentName, algorithm: TokenAlgorithm) throws(KeyError) -> TokenSigningKey
}

public enum KeyError: Error, Sendable, Equatable {
    case missing(String)
    case unreadable(String)
    /// Other accounts of the host may read it.
    case exposed(String)
    case crypto(CryptoError)
}

extension KeyError: CustomStringConvertible {
    /// For the operator of the host: names the file, never what is in it.
    public var description: String {
        switch self {
        case .missing(let path): "\(path) is missing"
        case .unreadable(let fact): fact
        case .exposed(let path):
            "\(path) is open to other accounts of this host: take that away (chmod go= \(path)), and replace what may "
                + "have been read"
        case .crypto(let error): "\(error)"
        }
    }
}
