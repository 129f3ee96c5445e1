import AuthorizationService
import EventLogSQLite
import Glibc
import LedgerCrypto

/// `vaults.epoch` in the folder of keys and, while it changes, `vaults.epoch.next` beside it.
///
/// It is the only key whose copies must expire: what was destroyed before a change opens only with a copy of the key
/// before it and a copy of the vault file of that time.
struct EpochKeyFiles: EpochKeys {
    static let name = "vaults.epoch"

    let folder: String

    private var currentPath: String { "\(folder)/\(Self.name)" }
    private var nextPath: String { "\(folder)/\(Self.name).next" }

    func current() throws(EpochKeyError) -> SecretBytes {
        try naming { () throws(KeyError) in try KeyFile.read(currentPath, count: KeyFolder.keyBytes) }
    }

    func next() throws(EpochKeyError) -> SecretBytes? {
        guard KeyFile.exists(nextPath) else { return nil }
        return try naming { () throws(KeyError) in try KeyFile.read(nextPath, count: KeyFolder.keyBytes) }
    }

    func prepareNext() throws(EpochKeyError) -> SecretBytes {
        try discardNext()
        return try naming { () throws(KeyError) in
            let key: SecretBytes
            do throws(CryptoError) {
                key = try SecretBytes.random(count: KeyFolder.keyBytes)
            } catch {
                throw .crypto(error)
            }
            try KeyFile.write(key, to: nextPath)
            return key
        }
    }

    func adoptNext() throws(EpochKeyError) {
        try naming { () throws(KeyError) in
            // Read first: the current key must not go before its successor is seen to be there.
            _ = try KeyFile.read(nextPath, count: KeyFolder.keyBytes)
            try KeyFile.overwrite(currentPath)
            guard rename(nextPath, currentPath) == 0 else {
                throw .unreadable("\(currentPath) cannot be replaced: \(KeyFile.systemError())")
            }
            try KeyFile.syncFolder(folder)
        }
    }

    func discardNext() throws(EpochKeyError) {
        try naming { () throws(KeyError) in try KeyFile.destroy(nextPath) }
    }

    private func naming<Output: ~Copyable>(_ body: () throws(KeyError) -> Output) throws(EpochKeyError) -> Output {
        do throws(KeyError) {
            return try body()
        } catch {
            throw EpochKeyError("\(error)")
        }
    }
}
