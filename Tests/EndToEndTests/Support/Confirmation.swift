import AuthorizationCore
import EventLog
import EventLogSQLite
import Foundation
import LedgerCrypto

@testable import authledger

/// What somebody can tell who has every leaf, every sealed record and every key file that is left, and guesses.
///
/// A guess is confirmed when it stands somewhere in clear, when a sealed value opens to it under any key, or when any
/// key makes a tag or an entry of it that stands in a leaf.
struct Confirmation {
    private let leaves: Data
    private let opened: Set<[UInt8]>
    private let keys: [[UInt8]]

    init(of ledger: RunningLedger) async throws {
        let folder = URL(fileURLWithPath: ledger.ledger + ".keys")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        keys = files.compactMap { ($0 as? URL).flatMap { try? Data(contentsOf: $0) }.map { Array($0) } }
        let reader = try SQLiteLedgerReader.open(ledger.ledger)
        let vaultKeys = try Self.vaultKeys(in: ledger, under: keys)
        var leaves = Data()
        var opened: Set<[UInt8]> = []
        try reader.scan(0..<(try reader.head().size)) { (position, body, _) throws(StoreError) in
            leaves += Data(body)
            guard let event = try? RecordedForm.decode(body) else { throw .missing(position) }
            for field in SealedFields.of(event.data) {
                guard let record = try reader.sealedRecord(at: position, field: field.path) else { continue }
                for key in vaultKeys {
                    let value = Sealing.open(
                        record, of: field.value, field: field.path, blind: event.blind, key: SecretBytes(copying: key))
                    if let value { opened.insert(value) }
                }
            }
            return true
        }
        self.leaves = leaves
        self.opened = opened
    }

    /// Every key file as it is, and what any of them unwraps of what looks like a wrapped key in the vault file.
    ///
    /// The file's bytes are searched rather than its rows, so that what a deleted row left behind counts too.
    private static func vaultKeys(in ledger: RunningLedger, under keys: [[UInt8]]) throws -> [[UInt8]] {
        let keys = keys.filter { $0.count == 32 }
        var found = keys
        for end in ["", "-wal", ".next"] {
            guard let bytes = FileManager.default.contents(atPath: ledger.ledger + ".vaults" + end) else { continue }
            let all = Array(bytes)
            let epochs = try keys.map { try WrappedKeySearch(under: $0) }
            guard all.count >= 40 else { continue }
            for start in 0...(all.count - 40) where all[start..<start + 40].contains(where: { $0 != 0 }) {
                for epoch in epochs {
                    if let key = epoch.unwrap(Array(all[start..<start + 40])) { found.append(key) }
                }
            }
        }
        return found
    }

    /// Whether anything confirms that this name was typed, or that this address asked.
    func confirms(_ guess: String) throws -> Bool {
        if leaves.range(of: Data(guess.utf8)) != nil || opened.contains(Array(guess.utf8)) { return true }
        if isInLeaves(SHA256.hash(Array(guess.utf8)).bytes) { return true }
        for key in keys {
            let mac = HMACKey(SecretBytes(copying: key))
            for parts in [
                LengthPrefixed("user", "prod", guess), LengthPrefixed("source", "prod", guess),
                LengthPrefixed("source", "prod", "\(guess)/32"), LengthPrefixed("budget/source", guess),
                LengthPrefixed("prod", "", "user_name", guess), LengthPrefixed(guess),
            ] where isInLeaves(try mac.authenticate(parts.bytes).bytes) { return true }
        }
        return false
    }

    /// Whole, or the first 16 bytes of it: what a tag is.
    private func isInLeaves(_ digest: [UInt8]) -> Bool {
        leaves.range(of: Data(Hex.encode(Array(digest.prefix(16))).utf8)) != nil
    }
}

/// Tries whether bytes are a key that was wrapped under this one.
private struct WrappedKeySearch {
    private let key: [UInt8]

    init(under key: [UInt8]) throws { self.key = key }

    func unwrap(_ bytes: [UInt8]) -> [UInt8]? {
        guard let found = try? AESKeyWrap.unwrap(bytes, under: SecretBytes(copying: key)) else { return nil }
        return found.withUnsafeBytes { Array($0) }
    }
}
