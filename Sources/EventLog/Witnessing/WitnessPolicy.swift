/// Which logs and witnesses are believed, and how many witnesses must have cosigned: C2SP tlog-policy.
///
/// Names stand for witnesses and groups inside the file only and are compared by bytes.
public struct WitnessPolicy: Sendable, Equatable {
    /// The longest file that is read, in bytes.
    public static let maximumLength = 262_144
    /// More logs, more witnesses, or more groups than this are refused; the format asks for at least 32 of each.
    public static let maximumEntries = 128

    public struct Log: Sendable, Equatable {
        /// Its name is the log's origin.
        public let key: VerifierKey
        public let url: String?
    }

    public struct Witness: Sendable, Equatable {
        public let name: String
        public let key: VerifierKey
        /// The submission prefix of tlog-witness.
        public let url: String?
    }

    public internal(set) var logs: [Log] = []
    public internal(set) var witnesses: [Witness] = []
    /// What must have cosigned; nil for `quorum none`.
    var quorum: Rule?

    /// A witness, or so many of the rules below.
    indirect enum Rule: Sendable, Equatable {
        case witness(VerifierKey)
        case atLeast(Int, of: [Rule])
    }

    init() {}

    /// Whether the quorum has cosigned a checkpoint that these have cosigned.
    public func isMet(by cosigners: some Sequence<VerifierKey>) -> Bool {
        quorum.map { Self.isMet($0, Set(cosigners)) } ?? true
    }

    // A group names what stands above it only, so no rule is inside itself.
    private static func isMet(_ rule: Rule, _ cosigners: Set<VerifierKey>) -> Bool {
        switch rule {
        case .witness(let key): cosigners.contains(key)
        case .atLeast(let count, let rules): rules.count { isMet($0, cosigners) } >= count
        }
    }

    /// Whether a checkpoint of this log is meant: any, when the policy names none.
    public func accepts(log key: VerifierKey) -> Bool {
        logs.isEmpty || logs.contains { $0.key == key }
    }
}

/// Why a policy file is refused.
public struct WitnessPolicyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Counted from 1; nil when it is about the whole file.
    public let line: Int?
    public let reason: String

    /// One sentence, without the file's name.
    public var description: String { line.map { "Line \($0): \(reason)." } ?? "\(reason)." }
}
