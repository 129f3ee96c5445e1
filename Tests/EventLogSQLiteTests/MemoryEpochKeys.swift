import EventLogSQLite
import Foundation
import LedgerCrypto

/// Epoch keys that a test can look at, copy as a kill would leave them, and let fail.
final class MemoryEpochKeys: EpochKeys, @unchecked Sendable {
    // Safe to share: everything is only touched while `lock` is held.
    private let lock = NSLock()
    private var kept: (current: [UInt8], next: [UInt8]?)
    private var adoptionFails = false

    convenience init() throws {
        self.init(current: try SecureRandom.bytes(32), next: nil)
    }

    private init(current: [UInt8], next: [UInt8]?) {
        kept = (current, next)
    }

    /// The same keys, which go their own way from here on.
    func copy() -> MemoryEpochKeys { locked { MemoryEpochKeys(current: kept.current, next: kept.next) } }

    var currentBytes: [UInt8] { locked { kept.current } }
    var hasNext: Bool { locked { kept.next != nil } }

    /// What the store's folder would hold when the old key was overwritten, and its name not yet given away.
    func overwriteCurrent() { locked { kept.current = [UInt8](repeating: 0, count: 32) } }
    func letAdoptionFail(_ fails: Bool) { locked { adoptionFails = fails } }

    func current() throws(EpochKeyError) -> SecretBytes { SecretBytes(copying: currentBytes) }

    func next() throws(EpochKeyError) -> SecretBytes? {
        guard let next = locked({ kept.next }) else { return nil }
        return SecretBytes(copying: next)
    }

    func prepareNext() throws(EpochKeyError) -> SecretBytes {
        guard let next = try? SecureRandom.bytes(32) else { throw EpochKeyError("no randomness") }
        locked { kept.next = next }
        return SecretBytes(copying: next)
    }

    func adoptNext() throws(EpochKeyError) {
        let isDone = locked {
            guard !adoptionFails, let next = kept.next else { return false }
            kept = (next, nil)
            return true
        }
        guard isDone else { throw EpochKeyError("the folder of keys cannot be written") }
    }

    func discardNext() throws(EpochKeyError) { locked { kept.next = nil } }

    private func locked<Output>(_ body: () -> Output) -> Output {
        lock.lock()
        defer { lock.unlock() }
        return body()
    }
}
