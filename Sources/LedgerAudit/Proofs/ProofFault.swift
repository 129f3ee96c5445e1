public import AuthorizationCore
internal import EventLog

/// Why something could not be proved. Its description is one sentence that says what to do.
public enum ProofFault: Error, Sendable, Equatable {
    case audit(AuditError)
    /// The ledger knows no outcome of the decision.
    case noOutcome(DecisionID)
    /// The decision ended without a token.
    case noToken(DecisionID)
    /// The ledger kept no checkpoint yet.
    case noCheckpoint
    /// The newest checkpoint is older than the event.
    case notCovered(Position, newest: UInt64)
    case malformedCheckpoint
    case foreignCheckpoint(origin: String, expected: [String])
    case unknownKey(origin: String)
    case badSignature(name: String)
    /// The ledger has no key to check signatures with.
    case noKey
    /// The checkpoint covers more events than the ledger has.
    case beyondLedger(checkpoint: UInt64, size: Int64)
    /// The checkpoint is not of the tree that the ledger holds.
    case otherTree(size: UInt64)
    /// Tiles or leaf hashes of the ledger do not belong to its own checkpoint.
    case damagedTree(size: UInt64)
    /// Two trees of different sizes, and nothing that holds both.
    case needsLedger
    case malformedProof
    /// The proof does not prove what it says.
    case provesNothing(String)

    /// Whether it says that a record is bad or that something signed is not so, rather than that the question is wrong.
    public var isFinding: Bool {
        switch self {
        case .audit(let error): error.isDamage
        case .needsLedger: false
        case .noOutcome, .noToken, .noCheckpoint, .notCovered, .malformedCheckpoint, .foreignCheckpoint, .unknownKey,
            .badSignature, .noKey, .beyondLedger, .otherTree, .damagedTree, .malformedProof, .provesNothing:
            true
        }
    }
}

extension ProofFault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .audit(let error): "\(error)"
        case .noOutcome(let id): "The ledger knows no decision \(id.text) that ended."
        case .noToken(let id): "Decision \(id.text) ended without a token; '--decision' proves its outcome."
        case .noCheckpoint:
            "The ledger kept no checkpoint yet, and nothing is proved without one. The service signs one at its stop, "
                + "while events arrive, and for every receipt."
        case .notCovered(let position, let newest):
            "No kept checkpoint covers position \(position): the newest one is of \(newest) events. Ask again when the "
                + "service has signed another, or give --checkpoint."
        case .malformedCheckpoint: "This is neither a signed checkpoint nor a receipt."
        case .foreignCheckpoint(let origin, let expected):
            "The checkpoint is of another log: '\(origin)', not \(expected.map { "'\($0)'" }.joined(separator: ", "))."
        case .unknownKey(let origin):
            "The checkpoint of '\(origin)' is signed by none of the keys that may sign it; give --vkey if it has another."
        case .badSignature(let name): "The signature by '\(name)' does not hold: the checkpoint was changed."
        case .noKey: "The ledger's first event names no checkpoint key; give --vkey."
        case .beyondLedger(let checkpoint, let size):
            "The checkpoint covers \(checkpoint) events and the ledger has \(size): events were removed, or the file is "
                + "an older copy."
        case .otherTree(let size):
            "The checkpoint of \(size) events is not of the tree in this ledger; 'prove --consistency' says more."
        case .damagedTree(let size):
            "The ledger's events, tiles and checkpoint of \(size) events do not belong together; "
                + "'authaudit verify' says what is damaged."
        case .needsLedger:
            "Checkpoints of different sizes can be linked only by the tree that they are of; give --ledger."
        case .malformedProof: "This is neither a receipt nor a proof of misbehaviour."
        case .provesNothing(let reason): "The proof proves nothing: \(reason)."
        }
    }
}

extension LedgerReader {
    /// What the store says, or why not.
    func proving<Output>(
        _ body: (any LedgerReader) throws(StoreError) -> Output
    ) throws(ProofFault) -> Output {
        do throws(StoreError) { return try body(self) } catch { throw .audit(.store(error)) }
    }
}
