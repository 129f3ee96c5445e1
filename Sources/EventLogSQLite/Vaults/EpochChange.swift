internal import AuthorizationCore
internal import EventLog
internal import Glibc
internal import LedgerCrypto
internal import Threads

/// The change of the epoch key. Deleting a row leaves copies of its page behind, in the file, the file system and the
/// disk; what makes them worthless is that the key goes under which they were wrapped.
///
/// At every step either the old key and the old file are there, or the new key and the new file: a start finds out
/// which by the value that stands in the file (``VaultOpening``). Between begin, every copying step and the end
/// questions are answered; only the end itself, a few syncs of the disk, keeps whoever asks waiting.
extension VaultTable {
    typealias Look = (EpochStep) throws(VaultError) -> Void

    func beginChange(at now: Timestamp, after step: Look) throws(VaultError) {
        if let failure { throw failure }
        if adoptionIsDue { try adopt() }
        let next = VaultKey(try keeping { () throws(EpochKeyError) in try epochKeys.prepareNext() })
        try orForget { () throws(VaultError) in
            try step(.keyPrepared)
            guard let open else { throw Self.closed }
            draft = try filing { () throws(OpenError) in
                try VaultDraft(of: path, from: open.connection, under: epochKey, to: next, since: now)
            }
        }
    }

    /// Copies some rows. Returns whether there are more.
    func continueChange() throws(VaultError) -> Bool {
        if let failure { throw failure }
        guard draft != nil else { throw Self.closed }
        var isMore = false
        try orForget { () throws(VaultError) in
            isMore = try reading { (_) throws(SQLiteError) in try draft?.copyMore() ?? false }
        }
        return isMore
    }

    func finishChange(after step: Look) throws(VaultError) {
        if let failure { throw failure }
        guard let next = draft?.key, let now = draft?.since else { throw Self.closed }
        try orForget { () throws(VaultError) in
            try reading { (_) throws(SQLiteError) in try draft?.finish() }
            // Its statements keep both files open.
            draft = nil
            try filing { () throws(OpenError) in try LedgerFile.synchronizeFolder(of: path) }
            try step(.fileWritten)
            guard try reading({ (open) throws(SQLiteError) in try open.connection.checkpoint(.truncate) }) else {
                throw .unavailable("somebody reads the vault file")
            }
            logHoldsKeys = false
        }
        // The last reference: this closes the connection.
        open = nil
        try swap(next, at: now, after: step)
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

    /// Runs a step before the files are swapped: after an error the old pair is all there is.
    private func orForget(_ body: () throws(VaultError) -> Void) throws(VaultError) {
        do throws(VaultError) {
            try body()
        } catch {
            forgetChange()
            throw error
        }
    }

    private func forgetChange() {
        draft = nil
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

    private func filing<Output>(_ body: () throws(OpenError) -> Output) throws(VaultError) -> Output {
        do throws(OpenError) {
            return try body()
        } catch {
            throw .unavailable("\(error)")
        }
    }
}
