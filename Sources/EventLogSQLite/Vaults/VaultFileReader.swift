public import AuthorizationCore
public import EventLog
public import LedgerCrypto
internal import LedgerSchema

/// Reads vault keys from a vault file, also while a service writes it; creates no file and changes nothing.
public final class VaultFileReader: VaultReader {
    /// Keys that are kept in memory; beyond, all are forgotten.
    private static let maximumKept = 4_096

    private let connection: SQLiteConnection
    private let copy: PrivateCopy?
    private let epochKey: SecretBytes
    private let findKey: SQLiteStatement
    private var kept: [VaultID: VaultKey] = [:]

    /// Opens the file. The epoch key unwraps its keys; whether it is the right one shows at the first of them.
    ///
    /// Where the file cannot be read in place, a private copy is. Throws ``OpenError``, whose description is a sentence.
    public init(_ path: String, epochKey: consuming SecretBytes) throws(OpenError) {
        try LedgerFile.check(path)
        let copy = LedgerFile.lacksLogFiles(path) ? PrivateCopy(of: path, because: .logFilesMissing) : nil
        if copy == nil, LedgerFile.lacksLogFiles(path) { throw .permissionDenied(path: path) }
        let connection = try opening(path) { () throws(SQLiteError) in
            try SQLiteConnection(copy?.path ?? path, copy == nil ? .reading : .writing)
        }
        try LedgerFile.checkSchema(of: connection, path: path, application: LedgerSchema.vaultsApplicationID)
        findKey = try opening(path) { () throws(SQLiteError) in
            try connection.prepare("SELECT wrapped FROM vault WHERE id = ?1")
        }
        self.connection = connection
        self.copy = copy
        self.epochKey = epochKey
    }

    public func open(
        _ record: [UInt8], of sealed: SealedValue, field: String, blind: Bytes16
    ) throws(StoreError) -> VaultReading {
        guard let key = try key(of: sealed.vault) else { return .noKey }
        guard let value = Sealing.open(record, of: sealed, field: field, blind: blind, key: key.secret) else {
            return .broken
        }
        return .open(value)
    }

    private func key(of vault: VaultID) throws(StoreError) -> VaultKey? {
        if let key = kept[vault] { return key }
        let wrapped: [UInt8]?
        do throws(SQLiteError) {
            try findKey.bind(1, vault.bits)
            wrapped = try findKey.step() ? findKey.bytes(0) : nil
            findKey.reset()
        } catch {
            throw .unreadable(error.description)
        }
        guard let wrapped else { return nil }
        guard let secret = try? AESKeyWrap.unwrap(wrapped, under: epochKey) else {
            throw .unreadable("the epoch key is not the one that wraps vault \(vault.text)")
        }
        let key = VaultKey(secret)
        if kept.count >= Self.maximumKept { kept.removeAll() }
        kept[vault] = key
        return key
    }
}
