extension SignedNote {
    /// The note with those of its signature lines only that one of the keys made, by name and key ID.
    ///
    /// What anybody may add to a note stays out of what is kept and handed on.
    public func keepingSignatures(of keys: [VerifierKey]) throws(NoteError) -> SignedNote {
        var note = try SignedNote(text: text)
        for signature in signatures
        where keys.contains(where: { $0.name == signature.name && $0.keyID == signature.keyID }) {
            try note.append(signature)
        }
        return note
    }

    /// The cosignature of a witness in what it answered: one or more signature lines. Nil when none is its, or the lines
    /// are none; lines of others are ignored, as the protocol wants it.
    public func cosignature(of witness: VerifierKey, in answer: [UInt8]) -> NoteSignature? {
        guard witness.algorithm == .cosignature,
            let answered = try? SignedNote(parsing: text + [TextLines.newline] + answer),
            (try? answered.verify(with: [witness])) != nil
        else { return nil }
        return answered.signatures.last { $0.name == witness.name && $0.keyID == witness.keyID }
    }
}
