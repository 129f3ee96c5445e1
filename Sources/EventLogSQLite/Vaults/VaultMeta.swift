internal import AuthorizationCore
internal import LedgerCrypto

/// The one row of a vault file that says under which keys it was written, and since when.
struct VaultMeta {
    var epochSince: Timestamp
    /// Random bytes, wrapped under the epoch key.
    var epochCheck: [UInt8]
    var indexCheck: [UInt8]

    init(epochKey: borrowing SecretBytes, indexCheck: [UInt8], since now: Timestamp) throws(CryptoError) {
        epochSince = now
        epochCheck = try AESKeyWrap.wrap(try SecretBytes.random(count: AESKeyWrap.keyLength), under: epochKey)
        self.indexCheck = indexCheck
    }

    /// Nil when the file has no such row.
    init?(readFrom connection: SQLiteConnection) throws(SQLiteError) {
        let row = try connection.prepare("SELECT epoch_since, epoch_check, index_check FROM meta WHERE id = 1")
        guard try row.step() else { return nil }
        epochSince = Timestamp(microseconds: row.int64(0))
        epochCheck = row.bytes(1)
        indexCheck = row.bytes(2)
    }

    func write(to connection: SQLiteConnection) throws(SQLiteError) {
        let row = try connection.prepare(
            "INSERT INTO meta (id, epoch_since, epoch_check, index_check) VALUES (1, ?1, ?2, ?3)")
        try row.bind(1, epochSince.microseconds)
        try row.bind(2, epochCheck)
        try row.bind(3, indexCheck)
        try row.run()
    }

    /// Whether this is the key under which the file's keys are wrapped.
    func fits(_ epochKey: borrowing SecretBytes) -> Bool {
        do throws(CryptoError) {
            _ = try AESKeyWrap.unwrap(epochCheck, under: epochKey)
            return true
        } catch {
            return false
        }
    }
}
