internal import AuthorizationCore
internal import EventLog

extension CommandReading {
    /// The newest events in which live tokens are counted before a revocation: far more than a day of most ledgers.
    static let maximumCounted: Int64 = 1_000_000

    /// That nothing which the Identity vouched for shall be believed any longer, and why.
    func revocation(of id: IdentityID, because cause: String) async throws -> ReadCommand {
        // Nothing is counted or sealed for a thing that is not there.
        guard context.store.state.estate.identities[id] != nil else { throw Problem.notFound }
        let count = try await liveTokens(of: id)
        let blind = try context.blind()
        let sealed = try await seal(SealedText(path: "cause_text", text: Array(cause.utf8)), blind)
        return ReadCommand(
            command: RevokeVouchedBy(id: id, count: count, cause: sealed.value, by: by), blind: blind,
            sealed: [sealed.record])
    }

    private func liveTokens(of id: IdentityID) async throws -> Int64 {
        let now = now
        return try await context.store.read { (reader) throws(StoreError) in
            let size = try reader.head().size
            var live = LiveTokens(vouchedBy: id, at: now)
            try reader.scan(max(0, size - Self.maximumCounted)..<size) { (position, body, _) throws(StoreError) in
                do throws(RecordedFormError) {
                    guard LiveTokens.foldedTypes.contains(try RecordedForm.type(of: body)) else { return true }
                    live.fold(try RecordedForm.decode(body))
                } catch {
                    throw .damaged(position, "it is no event")
                }
                return true
            }
            return live.count
        }
    }
}
