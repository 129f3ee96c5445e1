/// A checkpoint that its log signed, and who cosigned it.
public struct VerifiedCheckpoint: Equatable, Sendable {
    public let checkpoint: Checkpoint
    public let note: SignedNote
    public let cosignatures: [VerifiedSignature]

    /// Verifies a note as a checkpoint of one log.
    ///
    /// The origin must be `origin`, one of `logKeys` must have signed, and at least `quorum` different ones of `cosigners`.
    /// A log key of type 0x04, a cosigner of type 0x01, and a
    /// cosigner with the log's own key count for nothing. See ``SignedNote/verify(with:)`` for how a
    /// signature that does not verify is treated.
    public init(
        _ note: SignedNote, origin: String, logKeys: [VerifierKey], cosigners: [VerifierKey] = [], quorum: Int = 0
    ) throws(NoteError) {
        let checkpoint = try Checkpoint(parsing: note.text)
        // Before any signature: a key may sign for several logs, and the keys that we have are for this one.
        guard checkpoint.origin.utf8.elementsEqual(origin.utf8) else { throw .wrongOrigin }
        let logKeys = logKeys.filter { $0.algorithm == .ed25519 }
        let cosigners = cosigners.filter { cosigner in
            cosigner.algorithm == .cosignature && !logKeys.contains { $0.publicKey == cosigner.publicKey }
        }
        let signatures = try note.verify(with: logKeys + cosigners)
        guard signatures.contains(where: { logKeys.contains($0.key) }) else { throw .noKnownSignature }
        let cosignatures = signatures.filter { cosigners.contains($0.key) }
        // One key, one voice, whatever it is called: the signed message does not hold the name.
        let found = Set(cosignatures.map(\.key.publicKey)).count
        guard found >= quorum else { throw .tooFewCosignatures(found: found, needed: quorum) }
        self.checkpoint = checkpoint
        self.note = note
        self.cosignatures = cosignatures
    }
}
