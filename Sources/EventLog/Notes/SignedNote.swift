/// A text and its signatures: C2SP signed-note.
///
/// Reading accepts only what ``bytes`` would write, so that a note that was read and written is the same bytes. Signatures
/// of unknown keys and of unknown kinds are kept as they are.
public struct SignedNote: Equatable, Sendable {
    /// The longest note that we read, in bytes.
    public static let maximumLength = 1_000_000
    /// More signatures than this are refused; the format asks for at least 16.
    public static let maximumSignatures = 100

    /// One or more lines with the newline after the last: exactly what is signed.
    public let text: [UInt8]
    public private(set) var signatures: [NoteSignature]

    /// A note that is not signed yet. Throws unless the text is plain text that ends with a newline.
    public init(text: [UInt8]) throws(NoteError) {
        guard text.count <= Self.maximumLength else { throw .tooLong(text.count) }
        guard TextLines.isPlainText(text[...]) else { throw .notPlainText }
        guard text.last == TextLines.newline else { throw .malformedNote }
        self.text = text
        signatures = []
    }

    /// Reads a note. Nothing is verified; see ``verify(with:)``.
    public init(parsing bytes: ArraySlice<UInt8>) throws(NoteError) {
        guard bytes.count <= Self.maximumLength else { throw .tooLong(bytes.count) }
        guard TextLines.isPlainText(bytes) else { throw .notPlainText }
        // The text may hold empty lines: the last one separates.
        guard let separator = Self.lastEmptyLine(bytes) else { throw .malformedNote }
        text = Array(bytes[..<separator])
        signatures = []
        var lines = TextLines(bytes[(separator + 1)...])
        while let line = lines.next() {
            guard signatures.count < Self.maximumSignatures else {
                throw .tooManySignatures(signatures.count + 1)
            }
            guard let signature = NoteSignature(line: line) else {
                throw .malformedSignature(line: signatures.count)
            }
            signatures.append(signature)
        }
        guard !signatures.isEmpty, lines.rest.isEmpty else { throw .malformedNote }
    }

    /// Reads a note. Nothing is verified; see ``verify(with:)``.
    public init(parsing bytes: [UInt8]) throws(NoteError) {
        try self.init(parsing: bytes[...])
    }

    /// Adds a signature line.
    public mutating func append(_ signature: NoteSignature) throws(NoteError) {
        guard signatures.count < Self.maximumSignatures else { throw .tooManySignatures(signatures.count + 1) }
        signatures.append(signature)
    }

    /// The note as it is stored and sent.
    public var bytes: [UInt8] {
        var bytes = text
        bytes.append(TextLines.newline)
        for signature in signatures { bytes.append(contentsOf: signature.line) }
        return bytes
    }

    /// Returns the signatures of the given keys, in the note's order, each verified.
    ///
    /// A line counts for a key if name and key ID are both the key's; all other lines are ignored. Throws
    /// ``NoteError/invalidSignature(_:)`` if a line that counts does not verify, even if others do, and
    /// ``NoteError/noKnownSignature`` if no line counts.
    public func verify(with keys: [VerifierKey]) throws(NoteError) -> [VerifiedSignature] {
        var verified: [VerifiedSignature] = []
        for signature in signatures {
            let matching = keys.filter { $0.name == signature.name && $0.keyID == signature.keyID }
            guard let key = matching.first else { continue }
            guard matching.allSatisfy({ $0 == key }) else { throw .ambiguousVerifierKeys(key.name) }
            verified.append(try VerifiedSignature(signature, of: text, by: key))
        }
        guard !verified.isEmpty else { throw .noKnownSignature }
        return verified
    }

    /// The index of the newline that is the last empty line.
    private static func lastEmptyLine(_ bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.endIndex - 1
        while index > bytes.startIndex {
            if bytes[index] == TextLines.newline, bytes[index - 1] == TextLines.newline { return index }
            index -= 1
        }
        return nil
    }
}
