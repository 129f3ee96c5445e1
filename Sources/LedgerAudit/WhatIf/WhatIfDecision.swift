public import AuthorizationCore

/// A decision that comes out otherwise, or may.
public struct WhatIfDecision: Sendable {
    public enum Verdict: String, Sendable { case gained, lost, unknowable }

    public let decision: DecisionID
    /// Where its outcome stands.
    public let position: Position
    public let verdict: Verdict
    public let environment: EnvironmentName
    public let app: AppID?
    public let appName: String?
    public let apis: [APIID]
    /// Whose token was issued.
    public let account: AccountID?
    /// `issued`, or the reason of the refusal.
    public let recorded: String
    /// All that can come of it then, in the same words.
    public let imagined: [String]
    /// One sentence without a full stop.
    public let reason: String
}

/// Made where they are looked at: there may be a million.
struct NamedDecisions: RandomAccessCollection, Sendable {
    let report: WhatIfReport

    var startIndex: Int { 0 }
    var endIndex: Int { report.entries.count }

    subscript(index: Int) -> WhatIfDecision {
        let entry = report.entries[index]
        let judgement = report.judgements[entry.judgement]
        return WhatIfDecision(
            decision: entry.decision, position: entry.position, verdict: judgement.named,
            environment: judgement.environment, app: judgement.app,
            appName: judgement.app.flatMap { report.names[$0.text] }, apis: judgement.apis, account: entry.account,
            recorded: judgement.recorded?.text ?? "issued",
            imagined: (judgement.mayIssue ? ["issued"] : []) + judgement.refusals.map(\.text),
            reason: judgement.reason(report.names))
    }
}

extension Judgement {
    fileprivate var named: WhatIfDecision.Verdict {
        switch verdict {
        case .gained: .gained
        case .lost: .lost
        case .unknowable, .same: .unknowable
        }
    }

    fileprivate func reason(_ names: [String: String]) -> String {
        switch doubt {
        case .none: break
        case .engine(let number): return "it was decided by engine \(number), which this program does not know"
        case .replay: return "the log does not give what is recorded; 'authaudit reproduce' says more"
        case .family: return "whether the refresh token was ever issued hangs on an earlier decision"
        }
        switch verdict {
        case .same: return "nothing changes"
        case .gained: return "it was refused as \(recorded?.text ?? ""), and a token would have been issued"
        case .lost: return "it would have been refused as \(refusals.map(\.text).joined(separator: " or "))"
        case .unknowable:
            guard !unasked.isEmpty else { return "what is recorded of the answer leaves it open" }
            let asked = unasked.map { id in names[id.text].map { "\($0) (\(id.text))" } ?? "an Identity of the file" }
            return "\(asked.joined(separator: ", ")) was never asked and would have had to answer"
        }
    }
}
