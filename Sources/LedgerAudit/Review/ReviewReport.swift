public import AuthorizationCore

/// What a review found.
public struct ReviewReport: Sendable {
    public internal(set) var scope: Scope
    public internal(set) var findings: [ReviewFinding] = []
    public internal(set) var totals = Totals()
    public internal(set) var steps = Steps()
    public internal(set) var chains: [ChainLine] = []
    public internal(set) var chainChanges: [ChainChange] = []
    /// Changes of chains, those that are not named included.
    public internal(set) var chainChangeCount = 0
    public internal(set) var levels: [LevelCount] = []
    public internal(set) var identities: [IdentityLine] = []
    public internal(set) var tenets: [Tenet] = []
    /// What did not fit, and what this run did not look at, one sentence each.
    public internal(set) var notes: [String] = []

    init(_ scope: Scope) { self.scope = scope }

    /// What was looked at.
    public struct Scope: Sendable {
        public var origin = ""
        /// Positions of the period.
        public var range: Range<Int64> = 0..<0
        /// When its first and its last event were recorded.
        public var from = Timestamp()
        public var to = Timestamp()
        public var environments: [EnvironmentName] = []
        /// The caller asked for some environments only.
        public var isNarrowed = false

        public init() {}
    }

    /// Counts over the whole period.
    public struct Totals: Sendable {
        public var events: Int64 = 0
        public var estateEvents: Int64 = 0
        public var requests: Int64 = 0
        public var attempts: Int64 = 0
        public var outcomes = OutcomeCounts()
        public var bound: Int64 = 0
        public var bearer: Int64 = 0
        public var severalAudiences: Int64 = 0
        public var longestLifetime: Int64 = 0
        public var families: Int64 = 0
        public var refreshes: Int64 = 0
        public var revocations: Int64 = 0
        public var auditReads: Int64 = 0
        public var commandsRefused: Int64 = 0
        public var open: Int64 = 0
        public var suspensions: Int64 = 0
        public var refused: [String: Int64] = [:]
        public var access: AccessTotals?
        public var rules = 0
        public var apis = 0
        public var identities = 0
        public var apps = 0
        public var destinations = 0
        public var httpsDestinations = 0
        public var probed = 0
        public var operators = 0

        public init() {}
    }

    public struct AccessTotals: Sendable, Equatable {
        public var allowed: Int64 = 0
        public var denied: Int64 = 0
        public var bound: Int64 = 0

        public init() {}
    }

    /// How decisions ended.
    public struct OutcomeCounts: Sendable, Equatable {
        public var issued: Int64 = 0
        /// Credentials that no Identity accepted, or that a store has locked.
        public var rejected: Int64 = 0
        /// No Identity could answer.
        public var unavailable: Int64 = 0
        /// Too many failures before.
        public var throttled: Int64 = 0
        /// Refused before any Identity was asked, for any other reason.
        public var refused: Int64 = 0

        public var all: Int64 { issued + rejected + unavailable + throttled + refused }

        public init() {}
    }

    /// The period in equal steps.
    public struct Steps: Sendable {
        public var start = Timestamp()
        public var seconds: Int64 = 1
        public var outcomes: [OutcomeCounts] = []
        public var attempts: [Int64] = []
        public var bound: [Int64] = []
        public var bearer: [Int64] = []

        public init() {}
    }

    /// The chain of one API in one environment, as its length over time.
    public struct ChainLine: Sendable {
        public var environment: EnvironmentName
        public var api: APIID
        public var name: String
        /// How long it was when the period began.
        public var lengthAtStart: Int
        public var changes: [Point]

        public struct Point: Sendable {
            public var at: Timestamp
            public var position: Position
            public var length: Int
        }
    }

    /// One event that changed a chain.
    public struct ChainChange: Sendable {
        public var position: Position
        public var at: Timestamp
        public var type: EventType
        public var environment: EnvironmentName
        public var api: APIID
        public var apiName: String
        public var joined: [String]
        public var left: [String]
        public var length: Int
    }

    /// Tokens of one level of trust.
    public struct LevelCount: Sendable {
        /// Nil: the token states none.
        public var acr: String?
        public var count: Int64
    }

    /// What one Identity answered in one environment.
    public struct IdentityLine: Sendable {
        public var environment: EnvironmentName?
        public var identity: IdentityID
        public var name: String
        public var asked: Int64 = 0
        public var accepted: Int64 = 0
        public var rejected: Int64 = 0
        public var indeterminate: Int64 = 0
        public var skipped: Int64 = 0
        /// Half of the answers came within this.
        public var medianMilliseconds: Int64?
        /// Nine in ten of the answers came within this.
        public var ninetiethMilliseconds: Int64?
    }

    /// One of the seven tenets of NIST SP 800-207, section 2.1.
    public struct Tenet: Sendable {
        public var number: Int
        public var title: String
        public var statement: String
        public var figures: [Figure]
        public var queries: [Query]
        public var codes: [ReviewCode]

        public struct Figure: Sendable {
            public var label: String
            public var value: String
        }
        public struct Query: Sendable {
            public var command: String
            /// What it answers here.
            public var gives: String
        }
    }

    public func count(of severity: ReviewSeverity) -> Int { findings.count { $0.severity == severity } }

    /// A breach or a warning is among the findings, and did not end in the period.
    public var needsMending: Bool { findings.contains { $0.severity != .notice && $0.endedAt == nil } }
}
