internal import AuthorizationCore
internal import EventLog
internal import Threads

/// Sealed values of estate events that the service itself must read: a destination's query, an app's `extra_info`.
///
/// They never change, so what was opened once is kept, bounded.
final class OpenedValues: Sendable {
    private static let maximumKept = 4_096

    private struct Key: Hashable {
        var position: Position
        var path: String
    }

    private let kept = Locked<[Key: [UInt8]]>([:])

    /// The value sealed under `path` in the event at `position`; nil when its vault is gone.
    func value(
        _ sealed: SealedValue, at position: Position, path: String, store: any EventStore, vaults: any Vaults
    ) async throws -> [UInt8]? {
        let key = Key(position: position, path: path)
        if let value = kept.withLock({ $0[key] }) { return value }
        let found = try await store.read { (reader) throws(StoreError) -> (record: [UInt8], blind: Bytes16)? in
            guard let stored = try reader.event(at: position),
                let record = try reader.sealedRecord(at: position, field: path)
            else { return nil }
            do {
                return (record, try RecordedForm.decode(stored.body).blind)
            } catch {
                throw .damaged(position, "\(error)")
            }
        }
        guard let found,
            let value = try await vaults.open(found.record, of: sealed, field: path, blind: found.blind)
        else { return nil }
        kept.withLock { kept in
            if kept.count >= Self.maximumKept { kept.removeAll() }
            kept[key] = value
        }
        return value
    }
}
