internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import LedgerAudit

/// What an auditor asks, with the parameters that the options of `authaudit` are named after.
enum AuditQuestion: Sendable {
    case history(HistoryFilter)
    case chain(api: String, environment: String, at: Place?, since: Place?)
    case explain(DecisionID)
    case reproduce(Reproduction.Selection, inFull: Bool)
    case impact(IdentityID, at: Timestamp?)
    case verify(VerifierKey?)

    /// The word in the record.
    var action: String {
        switch self {
        case .history: "history"
        case .chain: "chain"
        case .explain: "explain"
        case .reproduce: "reproduce"
        case .impact: "impact"
        case .verify: "verify"
        }
    }

    /// Whether it may go through the whole ledger.
    var isLong: Bool {
        switch self {
        case .history(let filter): filter.isNarrowed
        case .chain, .explain, .reproduce(.decision, _): false
        case .reproduce, .impact, .verify: true
        }
    }

    /// Reads a request; nil when there is nothing at the path.
    init?(_ request: HTTPRequest, _ limits: AuditLimits) throws(AuditQueryError) {
        let path = Array(request.pathSegments.dropFirst())
        var query = try AuditQuery(request.query)
        switch path.first {
        case "history" where path.count == 1: self = .history(try Self.filter(&query, limits))
        case "chain" where path.count == 1:
            self = .chain(
                api: try query.needed("api"), environment: try query.needed("environment"),
                at: try query.value("at") { Place($0) }, since: try query.value("since") { Place($0) })
        case "explain" where path.count == 2:
            guard let id = DecisionID(text: path[1]) else { return nil }
            self = .explain(id)
        case "reproduce" where path.count == 1:
            self = .reproduce(
                try Self.selection(&query), inFull: try query.value("in-full") { $0 == "1" ? true : nil } ?? false)
        case "impact" where path.count == 1:
            let identity = try query.value("identity") { IdentityID(text: $0) }
            guard let identity else { throw AuditQueryError("A parameter is missing", "missing", ["identity"]) }
            self = .impact(identity, at: try query.value("at") { Timestamp(rfc3339: $0) })
        case "verify" where path.count == 1:
            self = .verify(try query.value("vkey") { try? VerifierKey($0) })
        default: return nil
        }
        try query.finish()
    }

    private static func filter(_ query: inout AuditQuery, _ limits: AuditLimits) throws(AuditQueryError)
        -> HistoryFilter
    {
        var filter = HistoryFilter()
        filter.from = try query.value("from") { Place($0) }
        filter.to = try query.value("to") { Place($0) }
        filter.types = try query.values("type") { HistoryFilter.TypePattern($0) }
        filter.environments = Set(try query.values("environment") { EnvironmentName(text: $0) })
        filter.apis = Set(try query.values("api") { APIID(text: $0) })
        filter.identities = Set(try query.values("identity") { IdentityID(text: $0) })
        filter.apps = Set(try query.values("app") { AppID(text: $0) })
        filter.decisions = Set(try query.values("decision") { DecisionID(text: $0) })
        filter.tokens = Set(try query.values("jti") { DecisionID(text: $0) })
        filter.limit =
            try query.value("limit") { text in
                Int(text).flatMap { (1...limits.maximumRows).contains($0) && String($0) == text ? $0 : nil }
            } ?? limits.usualRows
        return filter
    }

    private static func selection(_ query: inout AuditQuery) throws(AuditQueryError) -> Reproduction.Selection {
        let decision = try query.value("decision") { DecisionID(text: $0) }
        let token = try query.value("jti") { DecisionID(text: $0) }
        let from = try query.value("from") { Place($0) }
        let to = try query.value("to") { Place($0) }
        guard let id = decision ?? token else {
            return from == nil && to == nil ? .everything : .range(from: from, to: to)
        }
        guard from == nil, to == nil, decision == nil || token == nil || decision == token else {
            throw AuditQueryError("One decision and something else cannot both be meant", "malformed", ["decision"])
        }
        return .decision(id)
    }
}
