import EventLog
import LedgerAudit

/// Looks at what a log shows now and holds it against what it showed before.
struct Watching {
    let key: VerifierKey
    let log: any PublishedLog

    enum Look: Equatable {
        /// The log goes on from what was seen before, if anything was. The newest is to be remembered.
        case goesOn(VerifiedCheckpoint)
        /// Nothing new; or an older checkpoint of the same log, such as a cache may still show.
        case nothingNew(VerifiedCheckpoint)
        /// Proof that the key's holder signed two histories.
        case misbehaves(Misbehaviour)
        /// What is shown does not go on from what was seen, and what the log serves proves no more than the two signatures
        /// do.
        case broken(shown: SignedNote, because: String)
    }

    /// Throws when the log could not be looked at.
    func look(after last: VerifiedCheckpoint?) throws(WatchFault) -> Look {
        let bytes = try log.fetch("checkpoint", maximumBytes: CheckpointSubmission.maximumLength)
        guard let note = try? SignedNote(parsing: bytes), (try? Checkpoint(parsing: note.text)) != nil else {
            throw .unreachable("what it serves as its checkpoint is none")
        }
        let shown: VerifiedCheckpoint
        do throws(NoteError) {
            shown = try VerifiedCheckpoint(note, origin: key.name.text, logKeys: [key])
        } catch {
            return .broken(shown: note, because: Self.sentence(for: error, key))
        }
        guard let last else { return try begin(shown) }
        if shown.checkpoint.size == last.checkpoint.size, shown.checkpoint.root == last.checkpoint.root {
            return .nothingNew(last)
        }
        let (older, newer) = shown.checkpoint.size < last.checkpoint.size ? (shown, last) : (last, shown)
        let tiles = FetchedTiles(log)
        do throws(ProofError) {
            let tree = tiles.tree(ofSize: newer.checkpoint.size)
            if let found = try Misbehaviour.between(older, newer, in: tree) { return .misbehaves(found) }
            return newer == shown ? .goesOn(shown) : .nothingNew(last)
        } catch {
            return try broken(shown, last, tiles.fault)
        }
    }

    private func begin(_ shown: VerifiedCheckpoint) throws(WatchFault) -> Look {
        let tiles = FetchedTiles(log)
        let tree = tiles.tree(ofSize: shown.checkpoint.size)
        do throws(ProofError) {
            guard try RightEdge(size: tree.size, from: tree).root != shown.checkpoint.root else {
                return .goesOn(shown)
            }
        } catch {
            if let fault = tiles.fault { throw fault }
        }
        return .broken(shown: shown.note, because: "The tiles that the log serves are not those of its checkpoint")
    }

    /// No tree could be had that links the two: by a network, by a log that withholds it, or by one that has another.
    private func broken(
        _ shown: VerifiedCheckpoint, _ last: VerifiedCheckpoint, _ fault: WatchFault?
    ) throws(WatchFault) -> Look {
        let (now, before) = (shown.checkpoint.size, last.checkpoint.size)
        switch fault {
        case .unreachable?: throw fault ?? .unreachable("there was no answer")
        case .answered(let status, _)? where status >= 500: throw .answered(status: status, path: "tile")
        case .answered?, nil: break
        }
        let because =
            now < before
            ? "The log shows \(now) events, after it showed \(before), and serves no tree of \(before) that goes on from them"
            : "The log shows \(now) events and serves no tree of that many that goes on from the \(before) that it showed before"
        return .broken(shown: shown.note, because: because)
    }

    private static func sentence(for error: NoteError, _ key: VerifierKey) -> String {
        switch error {
        case .wrongOrigin: "The checkpoint that is served is of another log than '\(key.name)'"
        case .invalidSignature: "The checkpoint that is served bears a signature that the log's key did not make"
        default: "The checkpoint that is served is not signed by the log's key"
        }
    }
}
