public import LedgerCrypto

/// What a witness remembers of a log: the largest tree that it cosigned.
public struct WitnessedTree: Equatable, Sendable {
    public var size: UInt64
    public var root: SHA256Digest

    public init(size: UInt64, root: SHA256Digest) {
        self.size = size
        self.root = root
    }

    /// Where a witness begins with a log.
    public static let nothing = WitnessedTree(size: 0, root: MerkleTree.emptyRoot)
}

/// Why a witness does not cosign; the statuses are C2SP tlog-witness's.
public enum WitnessRefusal: Error, Equatable, Sendable {
    /// The old size is larger than the checkpoint's.
    case sizesOutOfOrder
    /// None of the log's keys signed, or what bears a key's name is not its signature.
    case notSigned
    /// The old size is not that of the checkpoint that was cosigned last, which is this.
    case conflict(lastSize: UInt64)
    /// A tree of the size that was cosigned last, with another root: the log signed two histories.
    case otherRoot(lastSize: UInt64)
    /// The proof does not lead from what was cosigned last to the checkpoint.
    case proofInvalid

    public var status: Int {
        switch self {
        case .sizesOutOfOrder: 400
        case .notSigned: 403
        case .conflict, .otherRoot: 409
        case .proofInvalid: 422
        }
    }
}

extension CheckpointSubmission {
    /// The checkpoint, if a witness that remembers `last` of this log may cosign it.
    ///
    /// `logKeys` are those that may sign for `origin`, which must be the checkpoint's. What is returned must be kept before
    /// the cosignature leaves, and nothing else be judged in between.
    public func judged(
        origin: String, logKeys: [VerifierKey], after last: WitnessedTree
    ) throws(WitnessRefusal) -> VerifiedCheckpoint {
        let verified: VerifiedCheckpoint
        do throws(NoteError) {
            verified = try VerifiedCheckpoint(checkpoint, origin: origin, logKeys: logKeys)
        } catch {
            throw .notSigned
        }
        let tree = verified.checkpoint
        guard oldSize <= tree.size else { throw .sizesOutOfOrder }
        guard oldSize == last.size else { throw .conflict(lastSize: last.size) }
        if oldSize == tree.size, tree.root != last.root { throw .otherRoot(lastSize: last.size) }
        let consistency = ConsistencyProof(oldSize: oldSize, newSize: tree.size, hashes: proof)
        do throws(ProofError) {
            try consistency.verifyAsWitness(oldRoot: last.root, newRoot: tree.root)
        } catch {
            throw .proofInvalid
        }
        return verified
    }
}
