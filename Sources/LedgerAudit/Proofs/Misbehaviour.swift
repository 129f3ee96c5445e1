public import CanonicalJSON
public import EventLog
public import LedgerCrypto

/// Two checkpoints that one key signed and that cannot both be true, with what shows it: proof that its holder keeps two
/// histories. Anybody can check it who has the key, without a ledger.
public struct Misbehaviour: Sendable, Equatable {
    public enum Contradiction: Sendable, Equatable {
        /// Two trees of one size with different roots.
        case sameSize
        /// The newer tree's beginning of the older one's size has another root than the older one, by a consistency
        /// proof (RFC 9162, section 2.1.4.2) from that root to the newer one.
        case otherBeginning(root: SHA256Digest, proof: [SHA256Digest])
    }

    /// The longest file that is read, in bytes.
    public static let maximumLength = 2 * SignedNote.maximumLength + 100_000
    private static let format = "authledger/misbehaviour@v1"

    /// Of no more events than ``newer``.
    public let older: SignedNote
    public let newer: SignedNote
    public let contradiction: Contradiction

    init(_ older: VerifiedCheckpoint, _ newer: VerifiedCheckpoint, contradiction: Contradiction) {
        self.older = older.note
        self.newer = newer.note
        self.contradiction = contradiction
    }

    /// What contradicts what in two checkpoints of one log, by the tree of the newer one; nil when the older is its
    /// beginning. Throws ``ProofError`` when the tree is not the newer one's, or cannot be read.
    public static func between(
        _ older: VerifiedCheckpoint, _ newer: VerifiedCheckpoint, in tree: some NodeSource
    ) throws(ProofError) -> Misbehaviour? {
        let (old, new) = (older.checkpoint, newer.checkpoint)
        guard old.size <= new.size else { throw .sizesOutOfOrder(old: old.size, new: new.size) }
        guard old.size < new.size else {
            return old.root == new.root ? nil : Misbehaviour(older, newer, contradiction: .sameSize)
        }
        guard try RightEdge(size: new.size, from: tree).root == new.root else { throw .rootMismatch(old: false) }
        // Every log begins with the empty tree.
        guard old.size > 0 else { return nil }
        let root = try RightEdge(size: old.size, from: tree).root
        let proof = try ConsistencyProof(oldSize: old.size, newSize: new.size, from: tree)
        try proof.verify(oldRoot: root, newRoot: new.root)
        guard root != old.root else { return nil }
        return Misbehaviour(older, newer, contradiction: .otherBeginning(root: root, proof: proof.hashes))
    }

    /// Reads a file; proves nothing before ``verify(_:)``.
    public init(parsing bytes: [UInt8]) throws(ProofFault) {
        guard let value = try? JSON.parse(bytes, maximumBytes: Self.maximumLength), let object = value.objectValue,
            object.members.count == 5, object["format"] == .string(Self.format),
            let older = Self.note(object["older"]), let newer = Self.note(object["newer"]),
            let kind = object["contradiction"]?.stringValue, let proof = object["proof"]?.arrayValue
        else { throw .malformedProof }
        self.older = older
        self.newer = newer
        let hashes = proof.compactMap { Self.hash($0) }
        guard hashes.count == proof.count, hashes.count <= MerkleTree.maximumProofLength + 1 else {
            throw .malformedProof
        }
        switch kind {
        case "same size" where hashes.isEmpty: contradiction = .sameSize
        case "other beginning":
            guard let root = hashes.first else { throw .malformedProof }
            contradiction = .otherBeginning(root: root, proof: Array(hashes.dropFirst()))
        default: throw .malformedProof
        }
    }

    private static func note(_ value: JSONValue?) -> SignedNote? {
        value?.stringValue.flatMap { try? SignedNote(parsing: Array($0.utf8)) }
    }

    private static func hash(_ value: JSONValue) -> SHA256Digest? {
        value.stringValue.flatMap { Base64.decode($0) }.flatMap { SHA256Digest(bytes: $0) }
    }

    /// The proof as a file: the notes as they were signed; in `proof`, for another beginning, that beginning's root and
    /// then the hashes that lead from it to the newer root.
    public var json: JSONValue {
        let (kind, hashes): (String, [SHA256Digest]) =
            switch contradiction {
            case .sameSize: ("same size", [])
            case .otherBeginning(let root, let proof): ("other beginning", [root] + proof)
            }
        return .object([
            "contradiction": .string(kind),
            "format": .string(Self.format),
            "newer": .string(String(decoding: newer.bytes, as: UTF8.self)),
            "older": .string(String(decoding: older.bytes, as: UTF8.self)),
            "proof": .array(hashes.map { hash in .string(hash.withUnsafeBytes { Base64.encode($0) }) }),
        ])
    }

    /// Returns the two checkpoints if the keys signed both and they contradict each other; throws otherwise.
    public func verify(_ keyring: CheckpointKeyring) throws(ProofFault) -> (older: Checkpoint, newer: Checkpoint) {
        let old = try keyring.verify(older).checkpoint
        let new = try keyring.verify(newer).checkpoint
        guard old.origin.utf8.elementsEqual(new.origin.utf8) else {
            throw .provesNothing("the checkpoints are of two logs")
        }
        switch contradiction {
        case .sameSize:
            guard old.size == new.size else { throw .provesNothing("the checkpoints are of different sizes") }
            guard old.root != new.root else { throw .provesNothing("both checkpoints have the same root") }
        case .otherBeginning(let root, let hashes):
            guard old.size < new.size else { throw .provesNothing("the first checkpoint is not the older one") }
            guard old.root != root else { throw .provesNothing("the older tree is the beginning of the newer one") }
            let proof = ConsistencyProof(oldSize: old.size, newSize: new.size, hashes: hashes)
            guard (try? proof.verify(oldRoot: root, newRoot: new.root)) != nil else {
                throw .provesNothing("its hashes do not lead to the newer root")
            }
        }
        return (old, new)
    }

    /// One sentence that says what was proved.
    public func sentence(_ older: Checkpoint, _ newer: Checkpoint) -> String {
        switch contradiction {
        case .sameSize:
            "Whoever holds the key of '\(older.origin)' signed two different logs of \(older.size) events each."
        case .otherBeginning:
            "Whoever holds the key of '\(older.origin)' signed a log of \(older.size) events that is not the beginning "
                + "of the log of \(newer.size) events that the same key signed."
        }
    }
}
