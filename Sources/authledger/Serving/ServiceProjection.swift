import AuthorizationCore
import AuthorizationService
import EventLogSQLite
import Threads

/// Everything that the service folds from the log besides the estate, as one projection for the store.
final class ServiceProjection: SideProjection {
    let throttles = ThrottleProjection()
    let retention = Locked(RetentionFacts())

    func folds(_ type: EventType) -> Bool { RetentionFacts.foldedTypes.contains(type) || throttles.folds(type) }

    func fold(_ events: [Event]) {
        retention.withLock { facts in
            for event in events { facts.fold(event) }
        }
        throttles.fold(events)
    }

    /// The length of the first part in eight bytes, then both.
    func snapshot() -> [UInt8] {
        let facts = retention.withLock { $0.serialized() }
        return withUnsafeBytes(of: UInt64(facts.count).bigEndian) { Array($0) } + facts + throttles.snapshot()
    }

    func restore(_ bytes: [UInt8]) -> Bool {
        guard bytes.count >= 8 else { return false }
        let count = bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard count <= UInt64(bytes.count - 8) else { return false }
        let end = 8 + Int(count)
        // The throttles last: they are the ones that change when they accept.
        guard let facts = RetentionFacts(serialized: Array(bytes[8..<end])), throttles.restore(Array(bytes[end...]))
        else { return false }
        retention.withLock { $0 = facts }
        return true
    }
}
