internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto

/// Holds every kept checkpoint against the tree and the ledger's keys.
struct CheckpointCheck {
    private var keys: CheckpointKeys
    private let roots: [Int64: SHA256Digest]
    private let size: Int64
    private let reader: any AuditReader
    /// The largest tree whose checkpoint is good.
    private(set) var signedSize: Int64?
    /// Whether the key from outside signed any of them.
    private(set) var givenKeySigned = false
    private let given: VerifierKey?

    init(
        _ keys: CheckpointKeys, given: VerifierKey?, roots: [Int64: SHA256Digest], size: Int64,
        _ reader: any AuditReader
    ) {
        self.keys = keys
        self.given = given
        self.roots = roots
        self.size = size
        self.reader = reader
    }

    mutating func run(_ checkpoints: [ReleasedCheckpoint], _ findings: inout Findings) {
        var isKnown = true
        if let given, !keys.confirm(given) {
            isKnown = false
            let names = keys.eras.flatMap { $0.entries.map(\.key.text) }.joined(separator: ", ")
            findings.add(
                .damage, "The key given (\(given.text)) is none of this ledger's; the ledger itself names \(names).")
        }
        for checkpoint in checkpoints where !findings.areTooMany {
            if let fault = fault(of: checkpoint) {
                let last = checkpoint.size > 0 && checkpoint.size <= size ? Position(checkpoint.size - 1) : nil
                findings.add(.damage, at: last, "The checkpoint of size \(checkpoint.size) \(fault).")
            }
        }
        if given != nil, isKnown, !givenKeySigned, !checkpoints.isEmpty {
            findings.add(.damage, "None of the kept checkpoints was signed by the key given.")
        }
    }

    /// What is wrong with a checkpoint, or nil.
    private mutating func fault(of released: ReleasedCheckpoint) -> String? {
        guard let note = try? SignedNote(parsing: released.note),
            let checkpoint = try? Checkpoint(parsing: note.text)
        else { return "is no signed checkpoint" }
        guard released.size >= 0, checkpoint.size == UInt64(released.size) else {
            return "says that it is of size \(checkpoint.size)"
        }
        guard released.size <= size else { return "is of a larger ledger than this: events were removed" }
        guard let era = keys.era(of: released.size) else { return "has no key to verify it with" }
        guard checkpoint.origin.utf8.elementsEqual(keys.eras[era].origin.utf8) else {
            return "is of another ledger"
        }
        guard let root = roots[released.size] else { return "could not be compared: events before it are missing" }
        guard root == checkpoint.root else {
            let since = signedSize.map { " (the last one that does covers the first \($0) events)" } ?? ""
            return "has not the root of the events below it\(since): one of them was changed"
        }
        let usable = keys.keys(of: era, for: released.size).filter { !isCompromised($0, at: released.size) }
        do throws(NoteError) {
            let verified = try VerifiedCheckpoint(
                note, origin: keys.eras[era].origin, logKeys: usable.map(\.key))
            if let given, (try? verified.note.verify(with: [given])) != nil { givenKeySigned = true }
        } catch {
            return Self.sentence(error)
        }
        keys.confirmKeys(of: era, upTo: released.size)
        signedSize = max(signedSize ?? 0, released.size)
        return nil
    }

    /// Whether the newest event that the tree holds was recorded when the key was no longer believed.
    private func isCompromised(_ entry: CheckpointKeys.Entry, at size: Int64) -> Bool {
        guard let since = entry.compromisedSince, size > 0 else { return false }
        guard let event = try? reader.decodedEvent(at: Position(size - 1)) else { return true }
        return event.recordedAt >= since
    }

    private static func sentence(_ error: NoteError) -> String {
        switch error {
        case .noKnownSignature: "is signed by no key that may sign it"
        case .invalidSignature(let name): "has a signature that is not \(name)'s"
        case .tooLong, .notPlainText, .malformedNote, .malformedSignature, .tooManySignatures, .malformedVerifierKey,
            .ambiguousVerifierKeys, .tooFewCosignatures, .malformedCheckpoint, .wrongOrigin, .malformedReceipt,
            .proof, .timeOutOfRange, .cryptography:
            "could not be verified"
        }
    }
}
