public import AuthorizationCore
public import LedgerCrypto

/// The keys of sealed values, and the directory that knows a person's subject reference.
///
/// What it returns is durable before it is returned, so that an append may name it.
public protocol Vaults: Sendable {
    /// The reference and vault of a directory entry; made now if the entry is new. `entry` is the HMAC under the index
    /// key that ``DirectoryEntry`` gives.
    func account(for entry: Bytes32) async throws(VaultError) -> DirectoryAccount

    /// The vault of what is said on a UTC day (days since 1970) before anybody is recognised; made now if it is new.
    func dayVault(_ day: Int64) async throws(VaultError) -> VaultID

    /// The vault of the ledger's free text.
    func ledgerVault() async throws(VaultError) -> VaultID

    /// Seals a value. Throws a ``VaultError``, ``VaultError/destroyed(_:)`` when the vault's key is gone. (Not a typed throw:
    /// Swift 6.3 jumps to address zero when an async function has both a large result and a large typed error.)
    func seal(
        _ value: [UInt8], field: String, blind: Bytes16, vault: VaultID
    ) async throws -> Sealed

    /// Opens a record; nil when its vault was destroyed or it is not what the leaf names.
    func open(_ record: [UInt8], of sealed: SealedValue, field: String, blind: Bytes16) async throws(VaultError)
        -> [UInt8]?
}

/// What the directory knows of one subject of one user store.
public struct DirectoryAccount: Sendable, Equatable {
    public var reference: SubjectReference
    /// The vault that an account opened for this reference uses.
    public var vault: VaultID
    /// Nobody had asked for it before.
    public var isNew: Bool

    public init(reference: SubjectReference, vault: VaultID, isNew: Bool) {
        self.reference = reference
        self.vault = vault
        self.isNew = isNew
    }
}

public enum VaultError: Error, Sendable, Equatable {
    case destroyed(VaultID)
    case crypto(CryptoError)
    case unavailable(String)
}

/// The key of a directory entry: HMAC(index key, LP(environment) ‖ LP(user store) ‖ LP(kind) ‖ LP(value)).
public enum DirectoryEntry {
    public static func key(
        environment: EnvironmentName, userStore: String, kind: SubjectKind, value: String, under index: HMACKey
    ) throws(CryptoError) -> Bytes32 {
        Bytes32(try index.authenticate(LengthPrefixed(environment.text, userStore, kind.text, value).bytes))
    }
}
