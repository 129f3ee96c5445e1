internal import AuthorizationCore

/// What came of making decisions again.
public struct ReproductionReport: Sendable {
    /// Decisions that have an outcome and were made again, or should have been.
    public private(set) var decisions = 0
    /// Those that come out as recorded, whether or not all that is sealed could be opened.
    public private(set) var identical = 0
    /// Of these, those that were told by another one of their kind.
    public private(set) var recognised = 0
    /// Sealed values that the comparison would have needed and that are erased.
    public private(set) var erased = 0
    /// Sealed values that the comparison would have needed and that no key was given for.
    public private(set) var sealed = 0
    /// The decisions that differ, in their order; at most ``Reproduction/maximumNamed`` of them.
    public private(set) var different: [DecisionVerdict] = []
    public private(set) var differentCount = 0
    /// Those of engines that this program does not know.
    public private(set) var unknown: [DecisionVerdict] = []
    public private(set) var unknownCount = 0
    /// Requests without an outcome, for `verify` to judge.
    public internal(set) var open = 0
    /// The one decision that was asked for.
    public internal(set) var single: DecisionVerdict?
    public let vaultsGiven: Bool

    private var byVault: [VaultID: Int] = [:]
    private var destroyed: Set<VaultID> = []

    init(vaultsGiven: Bool) { self.vaultsGiven = vaultsGiven }

    /// Whether every decision came out as recorded.
    public var isIdentical: Bool { differentCount == 0 && unknownCount == 0 }

    /// What no replay can compute again, hence what stands on the ledger's word.
    public static let onTrust =
        "On trust, because no replay can compute it again: that a client's secret matched and a proof was valid, what "
        + "an Identity answered, the numbers in flight, clock readings, random ids. The ledger attests these."

    mutating func take(_ verdict: DecisionVerdict) {
        decisions += 1
        var verdict = verdict
        verdict.learnt = nil
        if verdict.unknownEngine != nil {
            unknownCount += 1
            if unknown.count < Reproduction.maximumNamed { unknown.append(verdict) }
        } else if verdict.differences.isEmpty {
            identical += 1
            erased += verdict.erased
            sealed += verdict.closed - verdict.erased
            if verdict.erased == 0, let vault = verdict.vault { byVault[vault, default: 0] += verdict.closed }
        } else {
            differentCount += 1
            if different.count < Reproduction.maximumNamed { different.append(verdict) }
        }
    }

    /// A decision that is as recorded, with so many sealed values.
    mutating func takeIdentical(sealed count: Int = 0, in vault: VaultID? = nil) {
        decisions += 1
        identical += 1
        recognised += 1
        sealed += count
        if let vault { byVault[vault, default: 0] += count }
    }

    /// A step of a decision whose request stands nowhere before it.
    mutating func takeStray(_ decision: DecisionID, at position: Position) {
        var verdict = DecisionVerdict(of: decision, at: position)
        verdict.differences = [Difference("request", at: position, replayed: "no request stands before this step")]
        take(verdict)
    }

    /// An outcome that names no decision.
    mutating func takeNameless(at position: Position) {
        var verdict = DecisionVerdict(of: DecisionID(), at: position)
        verdict.differences = [Difference("correlation", at: position, replayed: "it names no decision")]
        take(verdict)
    }

    /// Notes which vaults were destroyed: what lies in them is erased, not only sealed.
    mutating func note(_ data: EventData) {
        guard case .accounts(let event) = data else { return }
        switch event {
        case .vaultDestroyed(let data): destroyed.insert(data.vault)
        case .personErased(let data): destroyed.formUnion(data.vaults)
        case .opened, .subjectAssigned, .credentialLinked, .credentialUnlinked, .mergeProposed, .merged, .split,
            .declaredSeparate, .holdPlaced, .holdLifted:
            break
        }
    }

    /// Tells erased from sealed, once all of the log was read.
    mutating func finish() {
        for vault in destroyed {
            guard let values = byVault[vault] else { continue }
            erased += values
            sealed -= values
        }
        byVault = [:]
    }

    /// The whole in one line.
    public var answer: String {
        if let single { return single.answer }
        let all = decisions == 1 ? "1 decision" : "\(decisions) decisions"
        if !isIdentical {
            var parts = ["\(all)", "\(identical) identical"]
            if differentCount > 0 { parts.append("\(differentCount) different") }
            if unknownCount > 0 { parts.append("\(unknownCount) of an engine that is not known") }
            return parts.joined(separator: ", ")
        }
        var parts = ["\(all)", "all identical"]
        if sealed > 0 { parts.append("\(sealed) \(sealed == 1 ? "value" : "values") sealed") }
        if erased > 0 { parts.append("\(erased) \(erased == 1 ? "value" : "values") erased") }
        return parts.joined(separator: ", ")
    }
}
