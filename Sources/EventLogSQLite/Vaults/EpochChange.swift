internal import AuthorizationCore
internal import EventLog
internal import Glibc
internal import LedgerCrypto
internal import Threads

/// The change of the epoch key. Deleting a row leaves copies of its page behind, in the file, the file system and the
/// disk; what makes them worthless is that the key goes under which they were wrapped.
///
/// At every step either the old key and the old file are there, or the new key and the new file: a start finds out
/// which by the value that stands in the file (``VaultOpening``).
extension VaultTable {
    typealias Look = (EpochStep) throws(VaultError) -> Void

    func changeEpoch(at now: Timestamp, after step: Look) throws(VaultError) {
        if let failure { throw failure }
        if adoptionIsDue { try adopt() }
        let next = VaultKey(try keeping { () throws(EpochKeyError) in try epochKeys.prepareNext() })
        do throws(VaultError) {
            try step(.keyPrepared)
            try writeDraft(under: next, at: now)
            try step(.fileWritten)
            guard try reading({ (open) throws(SQLiteError) in try open.connection.checkpoint(.truncate) }) else {
                throw .unavailable("somebody reads the vault file")
            }
            logHoldsKeys = false
        } catch {
            forgetChange()
            throw error
        }
        // The last reference: this closes the connection.
        open = nil
        try swap(next, at: now, after: step)
    }

    private func writeDraft(under next: VaultKey, at now: Timestamp) throws(VaultError) {
        guard let open else { throw Self.closed }
        VaultDraft.remove(of: path)
        try filing { () throws(OpenError) in
            try VaultDraft.write(of: path, from: open, under: epochKey, to: next, since: now)
        }
    }

    /// No connection is open until one of the two files is.
    private func swap(_ next: VaultKey, at now: Timestamp, after step: Look) throws(VaultError) {
        do throws(VaultError) {
            // A log that outlived its file would be taken for the new file's.
            for end in ["-wal", "-shm"] where unlink(path + end) != 0 && errno != ENOENT {
                throw .unavailable("\(path)\(end) cannot be removed")
            }
            try filing { () throws(OpenError) in try LedgerFile.synchronizeFolder(of: path) }
            try step(.logRemoved)
            guard rename(VaultDraft.path(of: path), path) == 0 else {
                throw .unavailable("\(path) cannot be replaced")
            }
        } catch {
            forgetChange()
            try reopen()
            throw error
        }
        do throws(VaultError) {
            try filing { () throws(OpenError) in try LedgerFile.synchronizeFolder(of: path) }
        } catch {
            // Which file a crash would leave is unknown, so both keys stay until a start has found out.
            failure = error
            throw error
        }
        epochKey = next
        census.epochSince = now
        adoptionIsDue = true
        try reopen()
        try step(.fileSwapped)
        try adopt()
        try step(.keyAdopted)
    }

    private func adopt() throws(VaultError) {
        try keeping { () throws(EpochKeyError) in try epochKeys.adoptNext() }
        adoptionIsDue = false
    }

    private func reopen() throws(VaultError) {
        do throws(SQLiteError) {
            open = try VaultStatements(path)
            published.withLock { $0 = census }
        } catch {
            let unavailable = VaultError.unavailable(error.description)
            failure = unavailable
            throw unavailable
        }
    }

    private func forgetChange() {
        VaultDraft.remove(of: path)
        // What cannot be removed now is removed by the next change or start; it opens nothing.
        try? epochKeys.discardNext()
    }

    private func keeping<Output: ~Copyable>(
        _ body: () throws(EpochKeyError) -> Output
    ) throws(VaultError) -> Output {
        do throws(EpochKeyError) {
            return try body()
        } catch {
            throw .unavailable(error.reason)
        }
    }

    private func filing(_ body: () throws(OpenError) -> Void) throws(VaultError) {
        do throws(OpenError) {
            try body()
        } catch {
            throw .unavailable("\(error)")
        }
    }
}
