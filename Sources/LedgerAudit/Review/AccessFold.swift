internal import AuthorizationCore

/// What access decisions show: one token from several callers, calls that no rule names, and how many were allowed.
///
/// It is a fold over rows, wherever they are read from.
struct AccessFold {
    private struct Presented {
        var source: Bytes16
        var epoch: Int64
        var evidence: ReviewFinding.Evidence
        var others: Proof
    }

    private(set) var totals = ReviewReport.AccessTotals()
    private(set) var rows: Int64 = 0
    private var presented: [DecisionID: Presented] = [:]
    private var repeated: [DecisionID] = []
    private var withoutRule: [EnvironmentName: Proof] = [:]
    private(set) var gaps: [EnvironmentName: Proof] = [:]
    private(set) var unwatched: Int64 = 0

    /// Sources are known by tags whose key changes every week; tags of two weeks are never compared.
    private static let daysOfTag: Int64 = 7

    mutating func take(_ batch: AccessBatch, at position: Position, in environment: EnvironmentName) {
        for (index, row) in batch.rows.enumerated() {
            take(row, ReviewFinding.Evidence(position, accessLog: environment, row: index), in: environment)
        }
    }

    mutating func takeGap(at position: Position, in environment: EnvironmentName) {
        gaps[environment, default: Proof()].add(ReviewFinding.Evidence(position, accessLog: environment))
    }

    mutating func take(_ row: AccessRow, _ evidence: ReviewFinding.Evidence, in environment: EnvironmentName) {
        rows += 1
        if row.allowed {
            totals.allowed += row.count
            if row.thumbprint != nil { totals.bound += row.count }
            present(row, evidence)
        } else {
            totals.denied += row.count
            if row.rule == nil, row.jti != nil { withoutRule[environment, default: Proof()].add(evidence) }
        }
    }

    private mutating func present(_ row: AccessRow, _ evidence: ReviewFinding.Evidence) {
        guard let token = row.jti, let source = row.sourceTag else { return }
        let epoch = row.at.day / Self.daysOfTag
        guard let first = presented[token] else {
            guard presented.count < ReviewLimits.maximumPresentedTokens else { return unwatched += 1 }
            presented[token] = Presented(source: source, epoch: epoch, evidence: evidence, others: Proof())
            return
        }
        if first.epoch != epoch {
            presented[token]?.source = source
            presented[token]?.epoch = epoch
        } else if first.source != source {
            if first.others.count == 0 { repeated.append(token) }
            presented[token]?.others.add(evidence)
        }
    }

    func report(to book: inout FindingBook) {
        for token in repeated {
            guard let found = presented[token] else { continue }
            var proof = Proof()
            proof.add(found.evidence)
            proof.add(found.others)
            book.add(
                .tokenFromSeveralCallers, in: found.evidence.accessLog, about: [token.text],
                "Holders of token \(token.text) at two or more addresses were let in with it.", proof)
        }
        for (environment, proof) in withoutRule.sorted(by: { $0.key < $1.key }) {
            book.add(
                .endpointWithoutRule, in: environment,
                "Calls with a token were denied because no rule names their endpoint, in \(proof.count) rows.", proof)
        }
        for (environment, proof) in gaps.sorted(by: { $0.key < $1.key }) {
            book.add(
                .recordingGap, in: environment,
                "After an unclean stop, decisions of a moment may be missing in the access log.", proof)
        }
    }
}
