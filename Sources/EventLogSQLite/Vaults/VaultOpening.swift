internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto
internal import LedgerSchema

/// Finds out which epoch key belongs to a vault file, and brings an interrupted change to one of its two ends.
///
/// A change that did not get as far as the new file is forgotten; one that did is finished.
struct VaultOpening {
    let statements: VaultStatements
    let epochKey: VaultKey
    let census: VaultCensus

    init(_ path: String, keys: any EpochKeys, indexCheck: Bytes32) throws(OpenError) {
        let connection = try opening(path) { () throws(SQLiteError) in try SQLiteConnection(path, .writing) }
        try LedgerFile.checkSchema(of: connection, path: path, application: LedgerSchema.vaultsApplicationID)
        let meta = try opening(path) { () throws(SQLiteError) in try VaultMeta(readFrom: connection) }
        guard let meta else { throw .damaged(path: path, .missingKeyChecks) }
        guard meta.indexCheck == indexCheck.bytes else { throw .wrongKey(path: path, key: "index") }
        epochKey = try Self.settle(meta, path: path, keys: keys)
        VaultDraft.remove(of: path)
        let statements = try opening(path) { () throws(SQLiteError) in try VaultStatements(connection) }
        var census = try opening(path) { () throws(SQLiteError) in try statements.census() }
        census.epochSince = meta.epochSince
        self.statements = statements
        self.census = census
    }

    private static func settle(_ meta: VaultMeta, path: String, keys: any EpochKeys) throws(OpenError) -> VaultKey {
        do throws(EpochKeyError) {
            let current = VaultKey(try keys.current())
            if meta.fits(current.secret) {
                try keys.discardNext()
                return current
            }
            if let next = try keys.next() {
                let next = VaultKey(next)
                if meta.fits(next.secret) {
                    // The name of the new file must be on the disk before the old key is gone.
                    guard fileIsSettled(path) else { throw EpochKeyError("the folder of \(path) cannot be written") }
                    try keys.adoptNext()
                    return next
                }
            }
        } catch {
            throw .unreadable(path: path, error.reason)
        }
        throw .wrongKey(path: path, key: "vaults.epoch")
    }

    private static func fileIsSettled(_ path: String) -> Bool {
        do throws(OpenError) {
            try LedgerFile.synchronizeFolder(of: path)
            return true
        } catch {
            return false
        }
    }
}
