/// The SQL that makes an empty ledger and an empty vault file: the files of `Schemas/sqlite`, linked into the program.
public enum LedgerSchema {
    /// `application_id` of a ledger: "ALDG".
    public static let ledgerApplicationID: Int64 = 0x414c_4447
    /// `application_id` of a vault file: "ALVT".
    public static let vaultsApplicationID: Int64 = 0x414c_5654
    /// `user_version` of both: the newest layout that this program knows.
    public static let version: Int64 = 1

    public static let ledger = String(decoding: PackageResources.sqlite_ledger_sql, as: UTF8.self)
    public static let vaults = String(decoding: PackageResources.sqlite_vaults_sql, as: UTF8.self)
}
