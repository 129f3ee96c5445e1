/// The failures about one user name in one budget.
///
/// A failure counts until `userSeconds` passed without another. That is stricter than a window that slides: no
/// `userSeconds` ever see more than the limit, in the two numbers that a million rows have room for. Once the limit is
/// reached each failure starts a wait; when it is over, one try at a time gets through, until `userSeconds` more passed
/// in peace. Failures in a row are remembered longer, so that patience does not buy a stranger more than
/// `strangerDayAfter` of them.
struct FailureRun: BoundedRow {
    /// Failures that followed each other closely enough to count together.
    var run: UInt32
    /// Failures without an acceptance, however slowly they came.
    var inARow: UInt32
    var lastAt: Timestamp

    /// A day's wait, and a day in which the one try that follows it may be made.
    static let memorySeconds = 2 * ThrottleLimits.strangerDaySeconds

    var isSingle: Bool { inARow == 1 }
    func isExpired(at now: Timestamp) -> Bool { lastAt.advanced(bySeconds: Self.memorySeconds) < now }

    init(firstAt: Timestamp) {
        self.init(run: 1, inARow: 1, lastAt: firstAt)
    }

    init(run: UInt32, inARow: UInt32, lastAt: Timestamp) {
        self.run = run
        self.inARow = inARow
        self.lastAt = lastAt
    }

    /// The same name under the tags of two epochs, as one: counts add up, and the wait runs from the later failure.
    init(adding older: FailureRun, to newer: FailureRun) {
        run = older.run.addingSaturating(newer.run)
        inARow = older.inARow.addingSaturating(newer.inARow)
        lastAt = max(older.lastAt, newer.lastAt)
    }

    mutating func fail(at moment: Timestamp, under limits: ThrottleLimits, in budget: ThrottleReading.Budget) {
        self = remembered(at: moment, under: limits, in: budget) ?? FailureRun(run: 0, inARow: 0, lastAt: moment)
        run = run.addingSaturating(1)
        inARow = inARow.addingSaturating(1)
        lastAt = max(lastAt, moment)
    }

    /// What of it is still remembered: nil for nothing, a run of 0 when only the failures in a row are.
    func remembered(
        at now: Timestamp, under limits: ThrottleLimits, in budget: ThrottleReading.Budget
    ) -> FailureRun? {
        guard !isExpired(at: now) else { return nil }
        let runEnds = lastAt.advanced(bySeconds: waitSeconds(under: limits, in: budget) + limits.userSeconds)
        return now <= runEnds ? self : FailureRun(run: 0, inARow: inARow, lastAt: lastAt)
    }

    /// The failures that a reading reports: at least the limit while a wait runs, one below it after.
    func counted(at now: Timestamp, under limits: ThrottleLimits, in budget: ThrottleReading.Budget) -> Int64 {
        let wait = waitSeconds(under: limits, in: budget)
        guard wait > 0 else { return Int64(run) }
        let isWaiting = now < lastAt.advanced(bySeconds: wait)
        return isWaiting ? max(Int64(run), limits.userFailures) : limits.userFailures - 1
    }

    /// How long after its last failure the name is not tried. A known caller never waits longer than the maximum delay:
    /// strangers cannot make him wait at all, and a person who mistypes is not locked out.
    func waitSeconds(under limits: ThrottleLimits, in budget: ThrottleReading.Budget) -> Int64 {
        if isEndless {
            return switch budget {
            case .stranger: ThrottleLimits.strangerDaySeconds
            case .known: ThrottleLimits.maximumDelaySeconds
            }
        }
        guard Int64(run) >= limits.userFailures else { return 0 }
        let doublings = min(Int64(run) - limits.userFailures, 16)
        return min(ThrottleLimits.firstDelaySeconds << doublings, ThrottleLimits.maximumDelaySeconds)
    }

    private var isEndless: Bool { Int64(inARow) >= ThrottleLimits.strangerDayAfter }
}

extension UInt32 {
    func addingSaturating(_ other: UInt32) -> UInt32 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
