import AuthorizationCore
import CommandLineTools
import EventLog
import EventLogSQLite
import Glibc
import LedgerCrypto

// Personal values are opened only when the vaults and their epoch key are both given.
extension AuditProgram {
    static let vaults = Option.value("vaults", "FILE", "The ledger's vaults; opens personal values, with --epoch.")
    static let epoch = Option.value("epoch", "FILE", "The file vaults.epoch of the ledger's keys.")

    /// A ledger, and its vaults where they are asked for.
    struct Opened {
        var ledger: any AuditReader
        var vaults: (any VaultReader)?
    }

    /// Opens both, or says in one sentence why that cannot be: of the ledger first.
    static func openWithVaults(
        _ options: Arguments, _ console: Console
    ) throws(UsageError) -> Result<Opened, Refusal> {
        let ledger: any AuditReader
        switch open(options, console) {
        case .success(let opened): ledger = opened
        case .failure(let refusal): return .failure(refusal)
        }
        return try openVaults(options, console).map { Opened(ledger: ledger, vaults: $0) }
    }

    /// Opens the vaults where they are asked for, or says in one sentence why that cannot be.
    private static func openVaults(
        _ options: Arguments, _ console: Console
    ) throws(UsageError) -> Result<VaultFileReader?, Refusal> {
        guard let path = options.value(vaults.name), let keyPath = options.value(epoch.name) else {
            guard options.value(vaults.name) == nil, options.value(epoch.name) == nil else {
                throw options.error("--vaults and --epoch belong together")
            }
            return .success(nil)
        }
        guard let key = epochKey(keyPath, console) else { return .failure(Refusal(status: .impossible)) }
        do throws(OpenError) {
            return .success(try VaultFileReader(path, epochKey: key))
        } catch {
            console.say("\(error) Give --vaults the file that lies beside the ledger as FILE.vaults.")
            return .failure(Refusal(status: .impossible))
        }
    }

    private static let keyBytes = 32

    private static func epochKey(_ path: String, _ console: Console) -> SecretBytes? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            console.say("\(path) cannot be opened: \(String(cString: strerror(errno))).")
            return nil
        }
        defer { close(descriptor) }
        // One byte more than a key has, to see that it ends there.
        var bytes = [UInt8](repeating: 0, count: keyBytes + 1)
        defer { wipe(&bytes) }
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard count == keyBytes else {
            console.say("\(path) is no epoch key: it does not have \(keyBytes) bytes.")
            return nil
        }
        return SecretBytes(count: keyBytes) { memory in memory.copyBytes(from: bytes[..<keyBytes]) }
    }

    /// The decision that `--decision` or `--jti` names: a token's id is that of its decision.
    static func decision(_ options: Arguments) throws(UsageError) -> DecisionID? {
        let decision = try options.value("decision", as: "a decision's id") { DecisionID(text: $0) }
        let token = try options.value("jti", as: "a token's id") { DecisionID(text: $0) }
        guard decision == nil || token == nil || decision == token else {
            throw options.error("--decision and --jti name two decisions")
        }
        return decision ?? token
    }
}
