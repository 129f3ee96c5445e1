public import AuthorizationCore

/// What would have come of recorded decisions on another estate.
public struct WhatIfReport: Sendable {
    /// What is imagined, as sentences without a full stop.
    public let changes: [String]
    /// The events whose outcomes are counted.
    public let range: Range<Int64>
    public let totals: WhatIfTotals
    /// Tokens that are issued all the same, and say something else.
    public let changedTokens: Int
    /// The claims in which they differ, and in how many.
    public let changedClaims: [(claim: String, count: Int)]
    /// Identities that were never asked and would have had to answer, with how many decisions hang on each.
    public let unasked: [(identity: IdentityID, name: String, count: Int)]
    public let byApp: [WhatIfGroup]
    /// A decision about several APIs is in the row of each.
    public let byAPI: [WhatIfGroup]
    /// Decisions that change or may, in the log's order.
    public var named: some RandomAccessCollection<WhatIfDecision> & Sendable { NamedDecisions(report: self) }
    /// How many change or may, named or not.
    public let changedDecisions: Int
    /// Requests without an outcome, for `verify` to judge.
    public let open: Int

    let judgements: [Judgement]
    let entries: [WhatIfTally.Named]
    let names: [String: String]

    /// What the ranges rest on.
    public static let premises =
        "An Identity that was asked gives the answer that it gave, whenever it is asked; one that was never asked may give "
        + "any. Apps ask for what they asked for, and whoever holds a refresh token presents the newest. The throttle's "
        + "numbers, circuits that were open, clock readings and what operators revoked are as recorded: what a change "
        + "would have done to later numbers is not in the range. Access rules decide at the gateway and change no token."

    init(_ tally: WhatIfTally, _ changes: [String], _ range: Range<Int64>, _ estate: Estate, open: Int) {
        self.changes = changes
        self.range = range
        self.open = open
        judgements = tally.judgements
        entries = tally.named
        changedDecisions = tally.changed
        let names = Self.names(in: estate)
        self.names = names
        var totals = WhatIfTotals()
        var (changedTokens, claims) = (0, [String: Int]())
        var unasked: [IdentityID: Int] = [:]
        var apps: [WhatIfGroup.Key: WhatIfTotals] = [:]
        var apis: [WhatIfGroup.Key: WhatIfTotals] = [:]
        for (judgement, count) in zip(tally.judgements, tally.counts) where count > 0 {
            totals.add(judgement, count)
            apps[.init(environment: judgement.environment, thing: judgement.app?.text), default: .init()]
                .add(judgement, count)
            for api in judgement.apis {
                apis[.init(environment: judgement.environment, thing: api.text), default: .init()].add(judgement, count)
            }
            for identity in judgement.unasked { unasked[identity, default: 0] += count }
            guard judgement.verdict == .same, judgement.recorded == nil, !judgement.changed.isEmpty else { continue }
            changedTokens += count
            for claim in judgement.changed { claims[claim, default: 0] += count }
        }
        self.totals = totals
        self.changedTokens = changedTokens
        changedClaims = claims.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        self.unasked = unasked.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { ($0.key, names[$0.key.text] ?? "declared by the file", $0.value) }
        byApp = WhatIfGroup.rows(apps, names)
        byAPI = WhatIfGroup.rows(apis, names)
    }

    private static func names(in estate: Estate) -> [String: String] {
        var names: [String: String] = [:]
        for thing in estate.apps.values { names[thing.id.text] = thing.content.name.text }
        for thing in estate.apis.values { names[thing.id.text] = thing.latest.content.name.text }
        for thing in estate.identities.values { names[thing.id.text] = thing.latest.content.name.text }
        return names
    }
}

/// How many decisions come out the same, and how many do not; as far as that can be known.
public struct WhatIfTotals: Sendable, Equatable {
    /// As recorded: a token or none.
    public private(set) var same = 0
    public private(set) var gained = 0
    public private(set) var lost = 0
    public private(set) var unknowable = 0
    /// Of the unknowable, those that are recorded with a token.
    public private(set) var unknowableTokens = 0
    /// Tokens on the record.
    public private(set) var tokens = 0

    public var decisions: Int { same + gained + lost + unknowable }
    /// The truth lies within.
    public var lostBounds: ClosedRange<Int> { lost...lost + unknowableTokens }
    public var gainedBounds: ClosedRange<Int> { gained...gained + unknowable - unknowableTokens }
    public var sameBounds: ClosedRange<Int> { same...same + unknowable }
    /// How many tokens would have been issued.
    public var tokenBounds: ClosedRange<Int> {
        let certain = tokens - lost + gained
        return certain - unknowableTokens...certain + unknowable - unknowableTokens
    }

    mutating func add(_ judgement: Judgement, _ count: Int) {
        if judgement.recorded == nil { tokens += count }
        switch judgement.verdict {
        case .same: same += count
        case .gained: gained += count
        case .lost: lost += count
        case .unknowable:
            unknowable += count
            if judgement.recorded == nil { unknowableTokens += count }
        }
    }
}

/// The decisions about one app or one API in one environment.
public struct WhatIfGroup: Sendable {
    struct Key: Hashable {
        var environment: EnvironmentName
        /// Nil for requests that named no app of the ledger.
        var thing: String?
    }

    public let environment: EnvironmentName
    public let id: String?
    public let name: String?
    public let totals: WhatIfTotals

    fileprivate static func rows(_ groups: [Key: WhatIfTotals], _ names: [String: String]) -> [WhatIfGroup] {
        groups.sorted { ($0.key.environment, $0.key.thing ?? "") < ($1.key.environment, $1.key.thing ?? "") }.map {
            WhatIfGroup(
                environment: $0.key.environment, id: $0.key.thing, name: $0.key.thing.flatMap { names[$0] },
                totals: $0.value)
        }
    }
}
