internal import AuthorizationCore

/// A finding that holds as long as the estate stands as it does.
struct Standing {
    struct Key: Hashable {
        var code: ReviewCode
        var environment: EnvironmentName?
        var about: [String]
    }

    var key: Key
    var sentence: String
    /// The events that made it so.
    var positions: [Position]

    init(
        _ code: ReviewCode, in environment: EnvironmentName? = nil, about: [String] = [], _ sentence: String,
        _ positions: [Position]
    ) {
        key = Key(code: code, environment: environment, about: about)
        self.sentence = sentence
        self.positions = Array(Set(positions)).sorted()
    }
}

/// Standing findings over the versions of an estate: what stood at some moment of the period, and what ended in it.
///
/// What ended before any decision was made under it had no consequence, and is forgotten, unless it is about the record.
struct StandingBook {
    private struct Entry {
        var standing: Standing
        /// Decisions of the period before it stood.
        var decisionsBefore: Int64
        var endedAt: Position?
    }

    private var entries: [Standing.Key: Entry] = [:]
    private var order: [Standing.Key] = []

    /// Takes what stands after the event at a position; nil for the beginning of the period. So many decisions of the
    /// period came before.
    mutating func take(_ standing: [Standing], after position: Position?, decisions: Int64) {
        var present: Set<Standing.Key> = []
        for finding in standing {
            present.insert(finding.key)
            let known = entries[finding.key]
            if known == nil { order.append(finding.key) }
            entries[finding.key] = Entry(
                standing: finding, decisionsBefore: known?.decisionsBefore ?? decisions)
        }
        guard let position else { return }
        for key in order where !present.contains(key) {
            guard let entry = entries[key], entry.endedAt == nil else { continue }
            if key.code.outlivesItsEnd(decisions: decisions - entry.decisionsBefore) {
                entries[key]?.endedAt = position
            } else {
                entries[key] = nil
            }
        }
        order.removeAll { entries[$0] == nil }
    }

    func report(to book: inout FindingBook) {
        for key in order {
            guard let entry = entries[key] else { continue }
            var proof = Proof(entry.standing.positions)
            if let end = entry.endedAt { proof.add(end) }
            book.add(
                key.code, in: key.environment, about: key.about, entry.standing.sentence, proof, endedAt: entry.endedAt)
        }
    }
}

extension ReviewCode {
    /// Whether a reviewer has to know of it though it ended, when so many decisions were made meanwhile.
    fileprivate func outlivesItsEnd(decisions: Int64) -> Bool {
        switch self {
        case .relaxedRecording, .anchorNotEveryCommit, .limitsWidened, .keyCompromised, .acceptsAnything: true
        case .firstOperatorHasAllRoles, .singleOperator, .operatorKeyExpired: false
        default: decisions > 0
        }
    }
}
