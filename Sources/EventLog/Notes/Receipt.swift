public import LedgerCrypto

/// A proof that can be kept and checked offline: a leaf's place in the tree of a signed checkpoint, as a `.tlog-proof` file
/// (C2SP tlog-proof, untagged).
public struct Receipt: Equatable, Sendable {
    /// The longest receipt that we read, in bytes.
    public static let maximumLength = SignedNote.maximumLength + 100_000
    private static let header = "c2sp.org/tlog-proof@v1"

    /// Not covered by any signature: never believe it. Nil when there is none.
    public let extra: [UInt8]?
    public let index: UInt64
    /// The inclusion proof, the leaf's sibling first.
    public let hashes: [SHA256Digest]
    /// Signed by the log, perhaps cosigned.
    public let checkpoint: SignedNote

    /// Puts a receipt together. The proof must be for the size of the checkpoint, made in the same snapshot of the store.
    public init(_ proof: InclusionProof, checkpoint: SignedNote) throws(NoteError) {
        guard try Checkpoint(parsing: checkpoint.text).size == proof.size else { throw .malformedReceipt }
        self.init(extra: nil, index: proof.index, hashes: proof.hashes, checkpoint: checkpoint)
    }

    private init(extra: [UInt8]?, index: UInt64, hashes: [SHA256Digest], checkpoint: SignedNote) {
        self.extra = extra
        self.index = index
        self.hashes = hashes
        self.checkpoint = checkpoint
    }

    /// Reads a receipt; accepts only what ``bytes`` would write. Nothing is verified.
    public init(parsing bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= Self.maximumLength else { throw .tooLong(bytes.count) }
        var lines = TextLines(bytes[...])
        guard lines.next()?.elementsEqual(Self.header.utf8) == true, var line = lines.next() else {
            throw .malformedReceipt
        }
        var extra: [UInt8]?
        if let text = line.dropping("extra ") {
            // No extra data means no line.
            guard let bytes = Base64.decode(text), !bytes.isEmpty, let next = lines.next() else {
                throw .malformedReceipt
            }
            (extra, line) = (bytes, next)
        }
        guard let index = line.dropping("index ").flatMap({ DecimalNumber.parse($0) }) else { throw .malformedReceipt }
        var hashes: [SHA256Digest] = []
        while true {
            guard let line = lines.next() else { throw .malformedReceipt }
            if line.isEmpty { break }
            guard hashes.count < MerkleTree.maximumProofLength,
                let hash = Base64.decode(line).flatMap({ SHA256Digest(bytes: $0) })
            else { throw .malformedReceipt }
            hashes.append(hash)
        }
        let checkpoint = try SignedNote(parsing: lines.rest)
        _ = try Checkpoint(parsing: checkpoint.text)
        self.init(extra: extra, index: index, hashes: hashes, checkpoint: checkpoint)
    }

    /// The receipt as a file.
    public var bytes: [UInt8] {
        var lines = [Self.header]
        if let extra { lines.append("extra \(Base64.encode(extra))") }
        lines.append("index \(index)")
        lines += hashes.map { hash in hash.withUnsafeBytes { Base64.encode($0) } }
        return Array((lines.joined(separator: "\n") + "\n\n").utf8) + checkpoint.bytes
    }

    /// Returns the verified checkpoint if the leaf stands in the log at ``index``; throws otherwise.
    ///
    /// The leaf's bytes, the origin and the keys come from the caller, never from the receipt. The root and the size come
    /// from the checkpoint after its signatures were verified.
    public func verify(
        leaf: [UInt8], origin: String, logKeys: [VerifierKey], cosigners: [VerifierKey] = [], quorum: Int = 0
    ) throws(NoteError) -> VerifiedCheckpoint {
        let verified = try VerifiedCheckpoint(
            checkpoint, origin: origin, logKeys: logKeys, cosigners: cosigners, quorum: quorum)
        let proof = InclusionProof(index: index, size: verified.checkpoint.size, hashes: hashes)
        do throws(ProofError) {
            try proof.verify(leafHash: SHA256.leafHash(leaf), root: verified.checkpoint.root)
        } catch {
            throw .proof(error)
        }
        return verified
    }
}
