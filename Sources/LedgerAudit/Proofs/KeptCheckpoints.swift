internal import EventLog

extension LedgerReader {
    /// The newest checkpoint that the ledger kept of what this reader shows, its signature verified.
    func newestCheckpoint(_ keyring: CheckpointKeyring) throws(ProofFault) -> VerifiedCheckpoint {
        let (newest, size) = try proving { (reader) throws(StoreError) in
            (try reader.newestCheckpoint(), try reader.head().size)
        }
        guard let newest else { throw .noCheckpoint }
        if newest.size <= size { return try newest.verified(keyring) }
        // The service signed one just now, of more than is shown.
        let kept = try proving { (reader) throws(StoreError) in try reader.checkpoints() }
        guard let older = kept.last(where: { $0.size <= size }) else { throw .noCheckpoint }
        return try older.verified(keyring)
    }

    /// Kept checkpoints of at least so many events and at most as many as the reader shows, smallest first; those whose
    /// signature does not hold are left out.
    func checkpoints(from least: UInt64, _ keyring: CheckpointKeyring) throws(ProofFault) -> [VerifiedCheckpoint] {
        let (kept, size) = try proving { (reader) throws(StoreError) in
            (try reader.checkpoints(), try reader.head().size)
        }
        return kept.filter { $0.size >= Int64(least) && $0.size <= size }.compactMap { try? $0.verified(keyring) }
    }
}

extension ReleasedCheckpoint {
    func verified(_ keyring: CheckpointKeyring) throws(ProofFault) -> VerifiedCheckpoint {
        guard let note = try? SignedNote(parsing: self.note) else { throw .malformedCheckpoint }
        let verified = try keyring.verify(note)
        guard verified.checkpoint.size == UInt64(size) else { throw .malformedCheckpoint }
        return verified
    }
}
