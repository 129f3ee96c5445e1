import AuthorizationService
import EventLog
import LedgerCrypto
import Threads

/// One log as a witness knows it. It cosigns what goes on from what it cosigned last, and nothing else, ever.
final class WitnessedLog: Sendable {
    let origin: String
    private let keys: [VerifierKey]
    private let cosigner: Cosigner
    private let file: any CosignedFile
    private let state: Locked<State>

    private struct State {
        var last = WitnessedTree.nothing
        /// The checkpoint with the log's signatures and ours; nil before the first.
        var note: SignedNote?
        var time: UInt64 = 0
        /// What is on the disk is unknown after a failed write: nothing is signed before a restart has read it.
        var failure: String?
    }

    /// Why there is no cosignature.
    enum Refusal: Error, Equatable {
        case protocolError(WitnessRefusal)
        /// The state could not be kept.
        case notKept(String)
    }

    /// Reads what was cosigned last. Throws ``WitnessFolder/Failure/damaged(_:)`` when that is not what this witness
    /// signed: beginning anew would be forgetting.
    init(origin: String, keys: [VerifierKey], cosigner: Cosigner, file: any CosignedFile) throws {
        self.origin = origin
        self.keys = keys
        self.cosigner = cosigner
        self.file = file
        var state = State()
        if let bytes = try file.read() {
            guard let note = try? SignedNote(parsing: bytes),
                let verified = try? VerifiedCheckpoint(
                    note, origin: origin, logKeys: keys, cosigners: [cosigner.verifierKey], quorum: 1)
            else {
                throw WitnessFolder.Failure.damaged(
                    "What was cosigned last of '\(origin)' cannot be read, or is signed by other keys.")
            }
            state.last = WitnessedTree(size: verified.checkpoint.size, root: verified.checkpoint.root)
            state.note = note
            state.time = verified.cosignatures.compactMap(\.time).max() ?? 0
        }
        self.state = Locked(state)
    }

    /// The cosignature's line. When this returns, that it was given survives a crash.
    func cosign(_ submission: CheckpointSubmission, now: UInt64) throws(Refusal) -> [UInt8] {
        // One at a time from judging to keeping: two that judge at once could roll the state back.
        try state.withLock { (state) throws(Refusal) in
            if let failure = state.failure { throw .notKept(failure) }
            let verified: VerifiedCheckpoint
            do throws(WitnessRefusal) {
                verified = try submission.judged(origin: origin, logKeys: keys, after: state.last)
            } catch {
                throw .protocolError(error)
            }
            // A clock that was set back takes nothing back.
            let time = max(now, state.time)
            let (note, line): (SignedNote, [UInt8])
            do throws(NoteError) {
                let cosignature = try cosigner.cosign(verified.note, time: time)
                var kept = try verified.note.keepingSignatures(of: keys)
                try kept.append(cosignature)
                (note, line) = (kept, cosignature.line)
            } catch {
                throw .notKept("\(error)")
            }
            do {
                try file.write(note.bytes)
            } catch {
                state.failure = "\(error)"
                throw .notKept("\(error)")
            }
            state.last = WitnessedTree(size: verified.checkpoint.size, root: verified.checkpoint.root)
            state.note = note
            state.time = time
            return line
        }
    }

    /// What was cosigned last; nil before the first.
    var newest: SignedNote? { state.withLock { $0.note } }
}
