internal import AuthorizationCore
internal import EventLog
internal import Threads

/// Which account a subject reference opens: looked up in the log, kept while nothing touches it.
final class AccountStandings: Sendable {
    private static let maximumKept = 65_536

    private let kept = Locked<[SubjectReference: AccountStanding]>([:])

    /// The account, or nil when none was opened yet.
    func standing(of reference: SubjectReference, in store: any EventStore) async throws(StoreError) -> AccountStanding?
    {
        if let standing = kept.withLock({ $0[reference] }) { return standing }
        let found = try await store.read { (reader) throws(StoreError) -> AccountStanding? in
            guard let position = try reader.lastTouch(of: .subject(reference)),
                let event = try reader.decodedEvent(at: position)
            else { return nil }
            guard case .accounts(.opened(let data)) = event.data, data.subjectReference == reference else { return nil }
            return AccountStanding(account: data.account, vault: data.vault, openedAt: position)
        }
        if let found {
            kept.withLock { kept in
                if kept.count >= Self.maximumKept { kept.removeAll(keepingCapacity: true) }
                kept[reference] = found
            }
        }
        return found
    }

    /// Something touched it: look again.
    func forget(_ reference: SubjectReference) {
        kept.withLock { $0[reference] = nil }
    }
}
