public import EventLog
internal import LedgerCrypto

/// Asks whether two signed checkpoints are of one log that only grew, or one checkpoint and a ledger.
public struct Consistency: Sendable {
    /// Signed checkpoints, or receipts, as files. Without a second one the first is held against the ledger.
    public var first: [UInt8]
    public var second: [UInt8]?
    public var keyring: CheckpointKeyring

    public init(of first: [UInt8], and second: [UInt8]?, _ keyring: CheckpointKeyring) {
        self.first = first
        self.second = second
        self.keyring = keyring
    }

    public enum Answer: Sendable, Equatable {
        /// The older is the beginning of the newer.
        case consistent(ConsistencyProof, older: Checkpoint, newer: Checkpoint)
        /// The checkpoint is of a tree that the ledger holds.
        case ofThisLedger(Checkpoint, ledgerSize: Int64)
        /// Whoever holds the key signed two histories.
        case misbehaviour(Misbehaviour)
        /// The checkpoint is of another history than the ledger, and no other signature contradicts it yet.
        case unlikeLedger(Checkpoint, ledgerSize: Int64)
    }

    /// Throws ``ProofFault/needsLedger`` when only a ledger could tell, ``ProofFault/beyondLedger(checkpoint:size:)`` when
    /// the ledger is shorter than a checkpoint.
    public func run(_ reader: (any LedgerReader)?) throws(ProofFault) -> Answer {
        let one = try keyring.verify(file: first)
        guard let second else {
            guard let reader else { throw .needsLedger }
            return try compare(one, reader) ?? .ofThisLedger(one.checkpoint, ledgerSize: try Self.size(reader))
        }
        let other = try keyring.verify(file: second)
        guard one.checkpoint.origin.utf8.elementsEqual(other.checkpoint.origin.utf8) else {
            throw .foreignCheckpoint(origin: other.checkpoint.origin, expected: [one.checkpoint.origin])
        }
        let (older, newer) = one.checkpoint.size <= other.checkpoint.size ? (one, other) : (other, one)
        return try compare(older, newer, reader)
    }

    private func compare(
        _ older: VerifiedCheckpoint, _ newer: VerifiedCheckpoint, _ reader: (any LedgerReader)?
    ) throws(ProofFault) -> Answer {
        let (old, new) = (older.checkpoint, newer.checkpoint)
        if old.size == new.size {
            guard old.root == new.root else {
                return .misbehaviour(Misbehaviour(older, newer, contradiction: .sameSize))
            }
            return .consistent(
                ConsistencyProof(oldSize: old.size, newSize: new.size, hashes: []), older: old, newer: new)
        }
        // Every log begins with the empty tree; its root was looked at when the checkpoint was read.
        if old.size == 0 {
            return .consistent(ConsistencyProof(oldSize: 0, newSize: new.size, hashes: []), older: old, newer: new)
        }
        guard let reader else { throw .needsLedger }
        let size = try Self.size(reader)
        guard new.size <= UInt64(size) else { throw .beyondLedger(checkpoint: new.size, size: size) }
        let tree = LedgerTree(reader)
        guard try tree.root(ofSize: new.size) == new.root else {
            return try compare(newer, reader) ?? .unlikeLedger(new, ledgerSize: size)
        }
        if let found = try contradiction(between: older, and: newer, tree) { return .misbehaviour(found) }
        let proof = try tree.proving(new.size) { (tree) throws(ProofError) in
            let proof = try ConsistencyProof(oldSize: old.size, newSize: new.size, from: tree)
            try proof.verify(oldRoot: old.root, newRoot: new.root)
            return proof
        }
        return .consistent(proof, older: old, newer: new)
    }

    /// Nil when the checkpoint is of the ledger's tree.
    private func compare(_ one: VerifiedCheckpoint, _ reader: any LedgerReader) throws(ProofFault) -> Answer? {
        let checkpoint = one.checkpoint
        let size = try Self.size(reader)
        guard checkpoint.size <= UInt64(size) else { throw .beyondLedger(checkpoint: checkpoint.size, size: size) }
        let tree = LedgerTree(reader)
        guard try tree.root(ofSize: checkpoint.size) != checkpoint.root else { return nil }
        // A checkpoint that the ledger kept, of its own tree, contradicts this one for everybody.
        for kept in try reader.checkpoints(from: checkpoint.size, keyring)
        where kept.checkpoint.origin.utf8.elementsEqual(checkpoint.origin.utf8) {
            guard try tree.root(ofSize: kept.checkpoint.size) == kept.checkpoint.root else { continue }
            if let found = try contradiction(between: one, and: kept, tree) { return .misbehaviour(found) }
        }
        return .unlikeLedger(checkpoint, ledgerSize: size)
    }

    /// What makes it impossible that the older is the beginning of the newer, whose tree the ledger holds; nil when
    /// it is its beginning.
    private func contradiction(
        between older: VerifiedCheckpoint, and newer: VerifiedCheckpoint, _ tree: LedgerTree
    ) throws(ProofFault) -> Misbehaviour? {
        let (old, new) = (older.checkpoint, newer.checkpoint)
        if old.size == new.size {
            return old.root == new.root ? nil : Misbehaviour(older, newer, contradiction: .sameSize)
        }
        let root = try tree.root(ofSize: old.size)
        guard root != old.root else { return nil }
        let proof = try tree.proving(new.size) { (tree) throws(ProofError) in
            let proof = try ConsistencyProof(oldSize: old.size, newSize: new.size, from: tree)
            try proof.verify(oldRoot: root, newRoot: new.root)
            return proof
        }
        return Misbehaviour(older, newer, contradiction: .otherBeginning(root: root, proof: proof.hashes))
    }

    private static func size(_ reader: any LedgerReader) throws(ProofFault) -> Int64 {
        try reader.proving { (reader) throws(StoreError) in try reader.head().size }
    }
}
