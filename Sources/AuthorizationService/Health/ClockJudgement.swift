public import AuthorizationCore

/// Whether the wall clock fits what the log and the monotonic clock say.
///
/// Times that are recorded order nothing, but lifetimes hang on them: a service whose clock has jumped is not ready
/// until its operator has looked (`clock.confirmed`).
public enum ClockJudgement: Equatable, Sendable {
    /// Further behind than this is wrong: recorded time never runs backwards.
    public static let toleranceBehindInMicroseconds: Int64 = 5_000_000
    public static let toleranceAheadInMicroseconds: Int64 = 3_600_000_000

    case right
    case behind(microseconds: Int64)
    case ahead(microseconds: Int64)

    /// Judges the wall clock against the newest event's time and the monotonic time since, which is known to lie in a
    /// range: each bound counts where it favours the clock.
    public init(wall: Timestamp, lastEvent: Timestamp, elapsedMicroseconds elapsed: ClosedRange<Int64>) {
        let sinceEvent = wall.microseconds - lastEvent.microseconds
        let behind = elapsed.lowerBound - sinceEvent
        let ahead = sinceEvent - elapsed.upperBound
        if behind > Self.toleranceBehindInMicroseconds {
            self = .behind(microseconds: behind)
        } else if ahead > Self.toleranceAheadInMicroseconds {
            self = .ahead(microseconds: ahead)
        } else {
            self = .right
        }
    }
}

/// Follows the newest event's time from look to look, because the monotonic clock says nothing about times before
/// the start, and nobody looks at the very moment of an append.
public struct ClockWatch: Sendable {
    private struct Look {
        var lastEvent: Timestamp
        var monotonic: Int64
        /// How long ago the event may have been when it was first seen.
        var ageAtMost: Int64
    }

    private var firstSeen: Look?
    private var lastLook: Int64 = 0

    public init() {}

    /// Judges the clock now. `monotonic` is in microseconds from any beginning.
    ///
    /// The first look takes the wall clock for right unless it is behind the log: how long nothing ran before cannot
    /// be told from a jump.
    public mutating func judge(wall: Timestamp, monotonic: Int64, lastEvent: Timestamp) -> ClockJudgement {
        let seen: Look
        if let firstSeen, firstSeen.lastEvent == lastEvent {
            seen = firstSeen
        } else {
            let ageAtMost =
                firstSeen == nil ? max(0, wall.microseconds - lastEvent.microseconds) : max(0, monotonic - lastLook)
            seen = Look(lastEvent: lastEvent, monotonic: monotonic, ageAtMost: ageAtMost)
        }
        firstSeen = seen
        lastLook = monotonic
        let elapsed = max(0, monotonic - seen.monotonic)
        return ClockJudgement(
            wall: wall, lastEvent: lastEvent, elapsedMicroseconds: elapsed...(elapsed + seen.ageAtMost))
    }
}
