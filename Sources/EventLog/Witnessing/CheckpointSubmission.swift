public import LedgerCrypto

/// What a log sends a witness: the body of `add-checkpoint`, C2SP tlog-witness.
public struct CheckpointSubmission: Equatable, Sendable {
    /// More proof lines are refused.
    public static let maximumProofLines = 63
    /// The longest body that is read, in bytes.
    public static let maximumLength = 65_536

    /// The size that the witness is thought to have seen last.
    public let oldSize: UInt64
    /// The consistency proof from there to the checkpoint.
    public let proof: [SHA256Digest]
    public let checkpoint: SignedNote

    public init(oldSize: UInt64, proof: [SHA256Digest], checkpoint: SignedNote) {
        self.oldSize = oldSize
        self.proof = proof
        self.checkpoint = checkpoint
    }

    /// Reads a body; nil unless it is exactly what ``bytes`` would write. Nothing is verified.
    public init?(parsing bytes: [UInt8]) {
        guard bytes.count <= Self.maximumLength else { return nil }
        var lines = TextLines(bytes[...])
        guard let size = lines.next()?.dropping("old ").flatMap({ DecimalNumber.parse($0) }) else { return nil }
        var proof: [SHA256Digest] = []
        while true {
            guard let line = lines.next() else { return nil }
            if line.isEmpty { break }
            guard proof.count < Self.maximumProofLines,
                let hash = Base64.decode(line).flatMap({ SHA256Digest(bytes: $0) })
            else { return nil }
            proof.append(hash)
        }
        guard let note = try? SignedNote(parsing: lines.rest) else { return nil }
        self.init(oldSize: size, proof: proof, checkpoint: note)
    }

    public var bytes: [UInt8] {
        var text = "old \(oldSize)\n"
        for hash in proof { text += hash.withUnsafeBytes { Base64.encode($0) } + "\n" }
        return Array(text.utf8) + [TextLines.newline] + checkpoint.bytes
    }
}

/// What a witness that knows better answers with 409: the size of the last checkpoint it cosigned.
public enum ConflictingSize {
    public static let mediaType = "text/x.tlog.size"

    public static func bytes(_ size: UInt64) -> [UInt8] { Array("\(size)\n".utf8) }

    /// Nil unless it is a number as the C2SP texts write them, and a newline.
    public static func size(in body: [UInt8]) -> UInt64? {
        guard body.last == TextLines.newline else { return nil }
        return DecimalNumber.parse(body.dropLast())
    }
}
