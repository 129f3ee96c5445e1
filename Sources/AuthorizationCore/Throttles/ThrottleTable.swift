/// Counts failed password grants: per user name in two budgets, and per app and source.
///
/// Nobody can lock a person out: a caller with an acceptance of this name in the last 30 days fails on the budget of
/// known callers, everyone else on the strangers', and neither can spend the other's. Only failed guesses count, never
/// an outage, a bad client or a throttled request.
///
/// A decision takes its place with ``admit(_:limits:at:)`` before it reads, and gives it back with ``leave(_:budget:)``
/// **after** its outcome was folded, so that at no moment neither counts. One that is refused as throttled leaves at
/// once. What is counted comes from the log alone (``fold(_:limits:)``): after a restart the table is again what it
/// was, apart from what was in flight, which is nobody's failure. One owner keeps it under a lock.
public struct ThrottleTable: Sendable {
    /// How many rows of each kind it holds.
    public struct Capacity: Hashable, Sendable {
        /// User names, each budget for itself.
        public var tags = 1_000_000
        /// Pairs of a user name and one who is known to it.
        public var callers = 1_000_000
        /// Pairs of an app and a source.
        public var appSources = 65_536
        /// Decisions without an outcome: more than can be in flight at a time.
        public var undecided = 16_384

        public static let standard = Capacity()
        public init() {}
    }

    var users: BoundedRows<UserBudget, FailureRun>
    var apps: BoundedRows<AppSource, AppFailures>
    var callers: BoundedRows<ThrottleCaller, Acceptance>
    var undecided: BoundedRows<DecisionID, Undecided>

    // Apart from the rows, so that no row that leaves takes them along. Their number is that of requests in flight.
    private var usersInFlight: [UserBudget: Int64] = [:]
    private var appsInFlight: [AppSource: Int64] = [:]

    public init(capacity: Capacity = .standard) {
        users = BoundedRows(capacity: capacity.tags)
        apps = BoundedRows(capacity: capacity.appSources)
        callers = BoundedRows(capacity: capacity.callers)
        undecided = BoundedRows(capacity: capacity.undecided)
    }

    /// Takes a place, and reports what counts against it: failures, and what is in flight without this one.
    ///
    /// Every call is answered by one of ``leave(_:budget:)`` with the same place and the budget of this reading.
    public mutating func admit(
        _ place: ThrottlePlace, limits: ThrottleLimits, at now: Timestamp
    ) -> ThrottleReading {
        let reading = reading(place, limits: limits, at: now)
        usersInFlight[UserBudget(tag: place.user.current, budget: reading.budget), default: 0] += 1
        appsInFlight[AppSource(app: place.app, source: place.source.current), default: 0] += 1
        return reading
    }

    /// Gives a place back.
    public mutating func leave(_ place: ThrottlePlace, budget: ThrottleReading.Budget) {
        decrement(&usersInFlight, UserBudget(tag: place.user.current, budget: budget))
        decrement(&appsInFlight, AppSource(app: place.app, source: place.source.current))
    }

    /// What counts against a place, without taking it.
    public func reading(_ place: ThrottlePlace, limits: ThrottleLimits, at now: Timestamp) -> ThrottleReading {
        var reading = ThrottleReading()
        reading.budget = isKnown(place, at: now) ? .known : .stranger

        let names = place.user.all.map { UserBudget(tag: $0, budget: reading.budget) }
        let runs = names.compactMap { users[$0]?.remembered(at: now, under: limits, in: reading.budget) }
        if let newest = runs.first {
            let run = runs.dropFirst().reduce(newest) { FailureRun(adding: $1, to: $0) }
            reading.failures = run.counted(at: now, under: limits, in: reading.budget)
        }
        reading.inFlight = names.reduce(0) { $0 + (usersInFlight[$1] ?? 0) }

        reading.app = count(of: place.app, from: place.source, limits: limits, at: now)
        return reading
    }

    /// What counts against an app from a source, for a request that names no user.
    public func reading(
        of app: AppID, from source: ThrottlePlace.Tags, limits: ThrottleLimits, at now: Timestamp
    ) -> ThrottleReading {
        var reading = ThrottleReading()
        reading.app = count(of: app, from: source, limits: limits, at: now)
        return reading
    }

    private func count(
        of app: AppID, from source: ThrottlePlace.Tags, limits: ThrottleLimits, at now: Timestamp
    ) -> ThrottleReading.Count {
        var count = ThrottleReading.Count()
        for tag in source.all {
            let key = AppSource(app: app, source: tag)
            count.failures += apps[key]?.bucket.level(at: now, interval: limits.appInterval) ?? 0
            count.inFlight += appsInFlight[key] ?? 0
        }
        return count
    }

    private func isKnown(_ place: ThrottlePlace, at now: Timestamp) -> Bool {
        place.callers.prefix(ThrottlePlace.maximumCallers).contains { caller in
            callers[caller].map { !$0.isExpired(at: now) } ?? false
        }
    }
}

private func decrement<Key: Hashable>(_ counts: inout [Key: Int64], _ key: Key) {
    guard let count = counts[key] else { return }
    counts[key] = count > 1 ? count - 1 : nil
}

extension ThrottleTable: Equatable {
    /// Equal when they counted the same. What is in flight is not compared: the log does not know it.
    public static func == (left: Self, right: Self) -> Bool {
        left.users == right.users && left.apps == right.apps && left.callers == right.callers
            && left.undecided == right.undecided
    }
}

/// A user name, and on whose account it fails.
struct UserBudget: Hashable, Sendable {
    var tag: Bytes16
    var budget: ThrottleReading.Budget
}

struct AppSource: Hashable, Sendable {
    var app: AppID
    var source: Bytes16
}

/// The failures of one app from one source.
struct AppFailures: BoundedRow {
    /// How many, since there were last none.
    var count: UInt32
    var bucket: LeakyBucket

    var isSingle: Bool { count == 1 }
    func isExpired(at now: Timestamp) -> Bool { bucket.emptyAt <= now }
}

/// When a caller was last accepted under a user name.
struct Acceptance: BoundedRow {
    var at: Timestamp

    var isSingle: Bool { false }
    func isExpired(at now: Timestamp) -> Bool {
        at.advanced(bySeconds: ThrottleLimits.knownForDays * 86_400) < now
    }
}

/// Under what the outcome of a decision will be counted.
struct Undecided: BoundedRow {
    var user: UserBudget
    var app: AppID?
    var source: Bytes16?
    var proofKey: Bytes16?
    var limits: ThrottleLimits

    var isSingle: Bool { false }
    func isExpired(at now: Timestamp) -> Bool { false }
}
