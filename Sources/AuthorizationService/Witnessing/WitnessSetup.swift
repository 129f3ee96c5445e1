public import EventLog

/// The witnesses that a service sends its checkpoints to, and how it reaches them.
public struct WitnessSetup: Sendable {
    public var policy: WitnessPolicy
    /// Posts a body to a URL and waits for the answer.
    public var post: @Sendable (_ url: String, _ body: [UInt8]) async -> WitnessAnswer
    /// The newest checkpoint that the quorum cosigned, as a file: survives a restart.
    public var file: any CosignedFile
    /// Takes a sentence for the service's own log.
    public var say: @Sendable (String) -> Void

    public init(
        policy: WitnessPolicy, post: @escaping @Sendable (String, [UInt8]) async -> WitnessAnswer,
        file: any CosignedFile, say: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.policy = policy
        self.post = post
        self.file = file
        self.say = say
    }
}

/// What came of asking a witness.
public enum WitnessAnswer: Sendable, Equatable {
    case answered(status: Int, contentType: String?, body: [UInt8])
    /// No answer; a word for the reason.
    case failed(String)
}

/// A file that holds one thing, whole, at any moment.
public protocol CosignedFile: Sendable {
    /// Nil when there is none yet.
    func read() throws -> [UInt8]?
    /// Once it returns, the content survives a crash; before, the old one does.
    func write(_ bytes: [UInt8]) throws
}

/// Why no checkpoints can be sent to witnesses. Its description is one sentence.
public enum WitnessSetupError: Error, Equatable, Sendable, CustomStringConvertible {
    case otherLog(expected: String)
    case logKeyCosigns(name: String)
    case quorumOutOfReach
    case badURL(witness: String)
    case fileUnreadable(String)
    /// The witnesses cosigned more than the ledger holds, or something else.
    case contradicts(size: Int64, has: Int64)
    case ledgerUnreadable(String)

    public var description: String {
        switch self {
        case .otherLog(let expected): "The policy names logs, and this ledger's key is none of them: \(expected)."
        case .logKeyCosigns(let name): "The policy's witness '\(name)' has the log's own key, which counts for nothing."
        case .quorumOutOfReach: "The quorum cannot be reached: too few of the policy's witnesses have a URL."
        case .badURL(let witness):
            "The URL of the policy's witness '\(witness)' is no http or https URL without a query."
        case .fileUnreadable(let reason): "The cosigned checkpoint cannot be used: \(reason)."
        case .contradicts(let size, let has):
            "Witnesses cosigned \(size) events of this log, and the ledger, which has \(has), does not begin with them: it "
                + "was rolled back or changed, and nothing is signed on top of that."
        case .ledgerUnreadable(let reason): "The ledger could not be read: \(reason)."
        }
    }
}
