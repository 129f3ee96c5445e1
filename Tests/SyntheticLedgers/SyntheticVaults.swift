public import AuthorizationCore
public import EventLog
internal import LedgerCrypto

/// Vaults whose keys follow from their ids, so that nothing has to be kept; those that were destroyed have none.
public final class SyntheticVaults: VaultReader {
    private var destroyed: Set<VaultID> = []

    public init(destroyed: Set<VaultID> = []) { self.destroyed = destroyed }

    public func destroy(_ vault: VaultID) { destroyed.insert(vault) }

    public static func seal(
        _ value: [UInt8], field: String, blind: Bytes16, vault: VaultID
    ) throws -> Sealed {
        try Sealing.seal(value, field: field, blind: blind, vault: vault, key: key(of: vault))
    }

    public func open(
        _ record: [UInt8], of sealed: SealedValue, field: String, blind: Bytes16
    ) throws(StoreError) -> VaultReading {
        guard !destroyed.contains(sealed.vault) else { return .noKey }
        let value = Sealing.open(record, of: sealed, field: field, blind: blind, key: Self.key(of: sealed.vault))
        return value.map { .open($0) } ?? .broken
    }

    private static func key(of vault: VaultID) -> SecretBytes {
        let digest = SHA256.hash(Array("synthetic vault \(vault.text)".utf8))
        return SecretBytes(copying: digest.withUnsafeBytes { Array($0) })
    }
}
