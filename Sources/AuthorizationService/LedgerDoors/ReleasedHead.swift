internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto

/// A head that the log has signed: it can never be taken back.
struct ReleasedHead: Sendable, Equatable {
    let size: Int64
    let root: SHA256Digest
    let note: SignedNote

    /// Signs a head under the log's origin.
    init(signing head: Head, origin: String, with key: Ed25519PrivateKey) throws(NoteError) {
        guard let name = EventLog.KeyName(origin) else { throw .wrongOrigin }
        let checkpoint = try Checkpoint(origin: origin, size: UInt64(head.size), root: head.root)
        size = head.size
        root = head.root
        note = try checkpoint.signed(by: NoteSigner(name: name, privateKey: key))
    }

    /// Reads one that was kept, its signature checked. Throws ``NoteError/wrongOrigin`` for one of another origin.
    init(kept: ReleasedCheckpoint, origin: String, key: Ed25519PublicKey) throws(NoteError) {
        guard let name = EventLog.KeyName(origin) else { throw .wrongOrigin }
        let verifierKey = VerifierKey(name: name, algorithm: .ed25519, publicKey: key)
        let verified = try VerifiedCheckpoint(
            SignedNote(parsing: kept.note), origin: origin, logKeys: [verifierKey])
        guard let size = Int64(exactly: verified.checkpoint.size), size == kept.size else { throw .malformedCheckpoint }
        self.size = size
        root = verified.checkpoint.root
        note = verified.note
    }

    /// The same head with cosignatures added, in their order.
    func cosigned(_ cosignatures: [NoteSignature]) throws(NoteError) -> ReleasedHead {
        var note = note
        for cosignature in cosignatures { try note.append(cosignature) }
        return ReleasedHead(size: size, root: root, note: note)
    }

    init(size: Int64, root: SHA256Digest, note: SignedNote) {
        self.size = size
        self.root = root
        self.note = note
    }

    var kept: ReleasedCheckpoint { ReleasedCheckpoint(size: size, note: note.bytes) }

    func covers(_ position: Position) -> Bool { position.value < size }
}

/// Why no checkpoint is released.
public enum ReleaseError: Error, Equatable, Sendable {
    /// The position is not below the committed head.
    case notYetRecorded
    /// The store stopped: nothing is signed before it was reopened and verified.
    case stopped(String)
    /// The store could not be read, or did not keep the checkpoint. Trying again may help.
    case unavailable(String)
    /// What the store holds does not go on from a checkpoint that was signed before. Nothing is signed any more.
    case inconsistent(String)
}
