import AuthorizationCore
import AuthorizationService
import EventLogSQLite
import Threads

/// Everything that the service folds from the log besides the estate, as one projection for the store.
final class ServiceProjection: SideProjection {
    let throttles = ThrottleProjection()
    let revocations = RevocationProjection()
    let retention = Locked(RetentionFacts())

    func folds(_ type: EventType) -> Bool {
        RetentionFacts.foldedTypes.contains(type) || revocations.folds(type) || throttles.folds(type)
    }

    func fold(_ events: [Event]) {
        retention.withLock { facts in
            for event in events { facts.fold(event) }
        }
        revocations.fold(events)
        throttles.fold(events)
    }

    /// The first two parts after their lengths in eight bytes each, then the last.
    func snapshot() -> [UInt8] {
        Self.framed(retention.withLock { $0.serialized() }) + Self.framed(revocations.snapshot())
            + throttles.snapshot()
    }

    func restore(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        guard let first = Self.takePart(from: &rest), let second = Self.takePart(from: &rest),
            let facts = RetentionFacts(serialized: first), let marks = RevocationProjection.table(of: second),
            // The throttles last: they are the ones that change when they accept.
            throttles.restore(Array(rest))
        else { return false }
        retention.withLock { $0 = facts }
        revocations.table.withLock { $0 = marks }
        return true
    }

    private static func framed(_ part: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: UInt64(part.count).bigEndian) { Array($0) } + part
    }

    private static func takePart(from rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard rest.count >= 8 else { return nil }
        let count = rest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(8)
        guard count <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(count)) }
        return Array(rest.prefix(Int(count)))
    }
}
