public import AuthorizationCore
public import EventLog
public import LedgerCrypto

/// Proves that an event stands in the log that a signed checkpoint describes.
public struct Inclusion: Sendable {
    public enum Target: Equatable, Sendable {
        case position(Position)
        /// The event that issued the token.
        case token(DecisionID)
        /// The event that ended the decision.
        case decision(DecisionID)
    }

    public var target: Target
    /// A signed checkpoint, or a receipt, as a file; the newest one that the ledger kept when nil.
    public var checkpointFile: [UInt8]?
    public var keyring: CheckpointKeyring

    public init(of target: Target, at checkpointFile: [UInt8]? = nil, _ keyring: CheckpointKeyring) {
        self.target = target
        self.checkpointFile = checkpointFile
        self.keyring = keyring
    }

    /// The proof, verified against the checkpoint. Throws ``ProofFault``: also when the checkpoint is not of this
    /// ledger's tree.
    public func run(_ reader: any LedgerReader) throws(ProofFault) -> ProvedEvent {
        let position = try position(reader)
        let size = try reader.proving { (reader) throws(StoreError) in try reader.head().size }
        guard position.value < size else { throw .audit(.beyondHead(position, size: size)) }
        let verified: VerifiedCheckpoint
        if let checkpointFile {
            verified = try keyring.verify(file: checkpointFile)
        } else {
            verified = try reader.newestCheckpoint(keyring)
        }
        let checkpoint = verified.checkpoint
        guard checkpoint.size <= UInt64(size) else { throw .beyondLedger(checkpoint: checkpoint.size, size: size) }
        guard UInt64(position.value) < checkpoint.size else { throw .notCovered(position, newest: checkpoint.size) }
        // The bytes are hashed again on the way.
        let found = try reader.proving { (reader) throws(StoreError) in try reader.event(at: position) }
        guard let found else { throw .audit(.store(.missing(position))) }
        guard let event = try? RecordedForm.decode(found.body), event.position == position else {
            throw .audit(.noEvent(position))
        }
        let tree = LedgerTree(reader)
        guard try tree.root(ofSize: checkpoint.size) == checkpoint.root else {
            throw checkpointFile == nil ? .damagedTree(size: checkpoint.size) : .otherTree(size: checkpoint.size)
        }
        let proof = try tree.proving(checkpoint.size) { (tree) throws(ProofError) in
            let proof = try InclusionProof(index: UInt64(position.value), size: checkpoint.size, from: tree)
            try proof.verify(leafHash: found.leafHash, root: checkpoint.root)
            return proof
        }
        guard let receipt = try? Receipt(proof, checkpoint: verified.note) else { throw .malformedCheckpoint }
        return ProvedEvent(
            event: event, leaf: found.body, leafHash: found.leafHash, receipt: receipt, checkpoint: checkpoint,
            keyIsIndependent: keyring.isIndependent)
    }

    private func position(_ reader: any LedgerReader) throws(ProofFault) -> Position {
        switch target {
        case .position(let position): return position
        case .decision(let id): return try outcome(of: id, reader)
        case .token(let id):
            let position = try outcome(of: id, reader)
            let event: Event
            do throws(AuditError) { event = try reader.decodedEvent(at: position) } catch { throw .audit(error) }
            guard case .tokens(.issued(let data)) = event.data, data.claims.id == id else { throw .noToken(id) }
            return position
        }
    }

    private func outcome(of id: DecisionID, _ reader: any LedgerReader) throws(ProofFault) -> Position {
        let position = try reader.proving { (reader) throws(StoreError) in try reader.outcome(of: id) }
        guard let position else { throw .noOutcome(id) }
        return position
    }
}

/// An event, and the proof that it is in the log.
public struct ProvedEvent: Sendable {
    public let event: Event
    /// Its recorded bytes: what the proof is about, and what whoever checks it must have.
    public let leaf: [UInt8]
    public let leafHash: SHA256Digest
    public let receipt: Receipt
    public let checkpoint: Checkpoint
    /// The checkpoint's key came from elsewhere than the ledger.
    public let keyIsIndependent: Bool
}
