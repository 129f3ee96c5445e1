public import AuthorizationCore

/// One thing that a review has to say, with its proof.
public struct ReviewFinding: Sendable, Equatable {
    public let code: ReviewCode
    /// Where it was found, if it belongs to one environment.
    public let environment: EnvironmentName?
    /// Our ids of the things concerned.
    public let about: [String]
    /// One plain sentence. It says what a holder of a credential or token did, never what a person did.
    public let sentence: String
    /// Events that prove it, of which ``evidence`` names the first.
    public let count: Int64
    public let evidence: [Evidence]
    /// It stood during the period, and ended with the event at this position.
    public let endedAt: Position?

    public var severity: ReviewSeverity { code.severity }
    public var mend: String { code.mend }

    /// An event of the ledger, or a row of an environment's access log.
    public struct Evidence: Sendable, Hashable {
        public var position: Position
        /// The environment whose access log it is; nil for the ledger itself.
        public var accessLog: EnvironmentName?
        public var row: Int?

        public init(_ position: Position, accessLog: EnvironmentName? = nil, row: Int? = nil) {
            self.position = position
            self.accessLog = accessLog
            self.row = row
        }

        /// Such as `17`, or `prod 4.2` for a row of an access log.
        public var text: String {
            guard let accessLog else { return position.description }
            return "\(accessLog.text) \(position)" + (row.map { ".\($0)" } ?? "")
        }
    }
}

/// Positions that prove one thing: all of them counted, the first of them kept.
struct Proof: Sendable {
    private(set) var count: Int64 = 0
    private(set) var first: [ReviewFinding.Evidence] = []

    init() {}
    init(_ positions: [Position]) { for position in positions { add(position) } }

    mutating func add(_ position: Position) { add(ReviewFinding.Evidence(position)) }

    mutating func add(_ evidence: ReviewFinding.Evidence) {
        count += 1
        if first.count < ReviewLimits.maximumEvidence { first.append(evidence) }
    }

    mutating func add(_ other: Proof) {
        count += other.count
        first += other.first.prefix(ReviewLimits.maximumEvidence - first.count)
    }
}

/// Gathers findings, and keeps no more than anybody would read.
struct FindingBook: Sendable {
    private var byCode: [ReviewCode: [ReviewFinding]] = [:]
    private(set) var leftOut: [ReviewCode: Int] = [:]

    mutating func add(
        _ code: ReviewCode, in environment: EnvironmentName? = nil, about: [String] = [], _ sentence: String,
        _ proof: Proof, endedAt: Position? = nil
    ) {
        guard (byCode[code]?.count ?? 0) < ReviewLimits.maximumFindingsOfOneCode else {
            leftOut[code, default: 0] += 1
            return
        }
        byCode[code, default: []].append(
            ReviewFinding(
                code: code, environment: environment, about: about, sentence: sentence, count: proof.count,
                evidence: proof.first, endedAt: endedAt))
    }

    /// By severity, then in the order of the codes, then as they were found.
    var sorted: [ReviewFinding] {
        let codes = ReviewCode.allCases.enumerated().sorted {
            ($0.element.severity, $0.offset) < ($1.element.severity, $1.offset)
        }
        return Array(codes.flatMap { byCode[$0.element] ?? [] }.prefix(ReviewLimits.maximumFindings))
    }
}
