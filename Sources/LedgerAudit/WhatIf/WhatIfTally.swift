internal import AuthorizationCore

/// Counts judgements, and keeps the decisions that change.
struct WhatIfTally {
    private(set) var judgements: [Judgement] = []
    /// Of each judgement, how many decisions.
    private(set) var counts: [Int] = []
    private var numbers: [Judgement: Int] = [:]
    private(set) var named: [Named] = []
    private(set) var changed = 0
    private let maximumNamed: Int

    /// A decision that changes, or may.
    struct Named {
        var decision: DecisionID
        var position: Position
        /// Whose token it is.
        var account: AccountID?
        var judgement: Int
    }

    init(maximumNamed: Int) { self.maximumNamed = maximumNamed }

    mutating func number(of judgement: Judgement) -> Int {
        if let number = numbers[judgement] { return number }
        judgements.append(judgement)
        counts.append(0)
        numbers[judgement] = judgements.count - 1
        return judgements.count - 1
    }

    mutating func count(_ judgement: Int, _ id: DecisionID, at position: Position, _ account: AccountID?) {
        counts[judgement] += 1
        guard judgements[judgement].isChange else { return }
        changed += 1
        if named.count < maximumNamed {
            named.append(Named(decision: id, position: position, account: account, judgement: judgement))
        }
    }
}
