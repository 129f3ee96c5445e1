internal import AuthorizationCore
internal import EventLog

/// Deletes the ciphertext records of destroyed vaults from beside the log.
///
/// Their keys are gone, so this takes no secret away; it keeps the file from growing, and leaves nothing for whoever
/// holds a copy of a key. `verify` counts what is gone as erased, because the log says which vaults ended.
struct SealedSweep {
    /// Positions that one transaction looks through: the writer is busy for a few milliseconds at most.
    static let positionsPerStep: Int64 = 4_096
    /// What a day's vault holds was recorded on that day, or a little later.
    static let marginInSeconds: Int64 = 3_600

    let store: any EventStore
    let vaults: any EndingVaults

    func delete(_ ended: [VaultLabel]) async throws {
        for vault in ended {
            var range = try await range(of: vault)
            while !range.isEmpty {
                let end = min(range.lowerBound + Self.positionsPerStep, range.upperBound)
                _ = try await store.eraseSealed(of: [vault.id], in: range.lowerBound..<end)
                range = end..<range.upperBound
            }
            try await vaults.noteEmptied([vault.id])
        }
    }

    /// Where records of the vault can stand. A person's can stand anywhere.
    private func range(of vault: VaultLabel) async throws -> Range<Int64> {
        let size = store.state.head.size
        guard let day = vault.day else { return 0..<size }
        let begin = Timestamp(microseconds: day * 86_400_000_000)
        let bounds = try await store.read { (reader) throws(StoreError) in
            let first = try reader.size(at: begin.advanced(bySeconds: -Self.marginInSeconds))
            let last = try reader.size(at: begin.advanced(bySeconds: 86_400 + Self.marginInSeconds))
            return (first.value, last.value)
        }
        return bounds.0..<max(bounds.0, bounds.1)
    }
}
