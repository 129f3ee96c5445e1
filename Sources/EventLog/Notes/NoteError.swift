public import LedgerCrypto

/// Why a note, checkpoint or receipt is refused.
public enum NoteError: Error, Equatable, Sendable {
    /// Longer than any that we read; in bytes.
    case tooLong(Int)
    /// Not UTF-8, or with control characters other than newlines.
    case notPlainText
    /// No empty line between text and signatures, no signature, or no newline at the end.
    case malformedNote
    /// A signature line that nobody would write; its number counts from 0.
    case malformedSignature(line: Int)
    case tooManySignatures(Int)
    case malformedVerifierKey
    /// Two of the keys to verify with share name and key ID, so it is open which one is meant.
    case ambiguousVerifierKeys(KeyName)
    /// A key that we know did not make the signature that bears its name and ID.
    case invalidSignature(KeyName)
    /// None of the keys to verify with has signed. Signatures of other keys say nothing.
    case noKnownSignature
    /// Fewer of the cosigners have signed than were asked for.
    case tooFewCosignatures(found: Int, needed: Int)
    /// The text is no checkpoint.
    case malformedCheckpoint
    /// The checkpoint is for another log.
    case wrongOrigin
    /// The text is no `.tlog-proof`.
    case malformedReceipt
    /// The proof in a receipt does not lead from the leaf to the checkpoint's root.
    case proof(ProofError)
    /// A time after 2^63 − 1 seconds.
    case timeOutOfRange(UInt64)
    /// The library failed: this says nothing about the signature.
    case cryptography(CryptoError)
}
