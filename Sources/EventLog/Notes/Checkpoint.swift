public import LedgerCrypto

/// What a log says about its tree, as the text of a signed note: C2SP tlog-checkpoint.
public struct Checkpoint: Equatable, Sendable {
    /// Names the log. It should be the name of the key that signs.
    public let origin: String
    public let size: UInt64
    public let root: SHA256Digest
    /// Lines after the root, whose meaning is the log's own business; we write none.
    public let extensionLines: [String]

    /// Throws ``NoteError/malformedCheckpoint`` if the parts make no checkpoint: an origin that is empty or no single line of
    /// plain text, a size of 2^63 or more, an empty tree with another root than its own.
    public init(origin: String, size: UInt64, root: SHA256Digest) throws(NoteError) {
        self.init(unchecked: origin, size, root, [])
        // An origin of several lines would be read as something else.
        guard try Checkpoint(parsing: text).origin.utf8.elementsEqual(origin.utf8) else { throw .malformedCheckpoint }
    }

    /// Reads the text of a note; accepts only what ``text`` would write.
    public init(parsing text: [UInt8]) throws(NoteError) {
        guard TextLines.isPlainText(text[...]) else { throw .notPlainText }
        var lines = TextLines(text[...])
        guard let origin = lines.next(), !origin.isEmpty,
            let size = lines.next().flatMap({ DecimalNumber.parse($0) }),
            let root = lines.next().flatMap({ Base64.decode($0) }).flatMap({ SHA256Digest(bytes: $0) }),
            size > 0 || root == MerkleTree.emptyRoot
        else { throw .malformedCheckpoint }
        var extensionLines: [String] = []
        while let line = lines.next() {
            guard !line.isEmpty else { throw .malformedCheckpoint }
            extensionLines.append(String(decoding: line, as: UTF8.self))
        }
        guard lines.rest.isEmpty else { throw .malformedCheckpoint }
        self.init(unchecked: String(decoding: origin, as: UTF8.self), size, root, extensionLines)
    }

    private init(unchecked origin: String, _ size: UInt64, _ root: SHA256Digest, _ extensionLines: [String]) {
        self.origin = origin
        self.size = size
        self.root = root
        self.extensionLines = extensionLines
    }

    /// The text to sign: three lines and the extension lines, each with its newline.
    public var text: [UInt8] {
        let root = root.withUnsafeBytes { Base64.encode($0) }
        let lines = [origin, String(size), root] + extensionLines
        return lines.flatMap { Array($0.utf8) + [TextLines.newline] }
    }

    /// A note with this text, signed by the log.
    public func signed(by signer: NoteSigner) throws(NoteError) -> SignedNote {
        var note = try SignedNote(text: text)
        try note.append(signer.sign(note))
        return note
    }

    /// Compared by bytes: Swift's `String` takes some different byte sequences for equal.
    public static func == (left: Checkpoint, right: Checkpoint) -> Bool {
        left.text == right.text
    }
}
