public import AuthorizationCore

/// Whether the wall clock fits what the log and the monotonic clock say.
///
/// Times that are recorded order nothing, but lifetimes hang on them: a service whose clock has jumped is not ready
/// until its clock is right again, or its operator has looked and said that it is (`clock.confirmed`).
public enum ClockJudgement: Equatable, Sendable {
    /// Further behind than this is wrong: recorded time never runs backwards.
    public static let toleranceBehindInMicroseconds: Int64 = 5_000_000
    public static let toleranceAheadInMicroseconds: Int64 = 3_600_000_000

    case right
    case behind(microseconds: Int64)
    case ahead(microseconds: Int64)

    /// Judges the wall clock against a moment that is believed and the monotonic time since, which is known to lie in
    /// a range: each bound counts where it favours the clock.
    public init(wall: Timestamp, believed: Timestamp, elapsedMicroseconds elapsed: ClosedRange<Int64>) {
        let since = wall.microseconds - believed.microseconds
        let behind = elapsed.lowerBound - since
        let ahead = since - elapsed.upperBound
        if behind > Self.toleranceBehindInMicroseconds {
            self = .behind(microseconds: behind)
        } else if ahead > Self.toleranceAheadInMicroseconds {
            self = .ahead(microseconds: ahead)
        } else {
            self = .right
        }
    }

    /// How far the clock is ahead, negative when it is behind; nil while it is right.
    public var aheadMicroseconds: Int64? {
        switch self {
        case .right: nil
        case .behind(let microseconds): -microseconds
        case .ahead(let microseconds): microseconds
        }
    }
}

/// Follows the clock from look to look, because nobody looks at the very moment of an append.
///
/// What is believed is what the clock said when an event was first seen while it was right. While it is wrong, new
/// events are recorded under it and prove nothing: only an operator's word, or a clock that fits again, ends the alarm.
public struct ClockWatch: Sendable {
    private struct Look {
        /// The log's time then.
        var event: Timestamp
        /// What the wall clock said, or should have.
        var believed: Timestamp
        /// When, in microseconds from any beginning.
        var monotonic: Int64
    }

    private var reference: Look
    private var confirmedAt: Position?
    private var lastLook: Int64

    /// The first look. `monotonic` is in microseconds from any beginning.
    ///
    /// It takes the wall clock for right unless it is behind the log. How long nothing ran before cannot be told from
    /// a jump ahead: the monotonic clock does not outlive the machine's start, and a ledger that rested for a night or
    /// a month must start without ceremony.
    public init(wall: Timestamp, monotonic: Int64, newest: Timestamp, confirmation: ClockConfirmation?) {
        // A clock that was behind when it was confirmed lets the log's time stand still until it has caught up.
        let least = confirmation.flatMap { $0.recordedAt == newest ? $0.clock : nil } ?? newest
        reference = Look(event: newest, believed: max(wall, least), monotonic: monotonic)
        confirmedAt = confirmation?.at
        lastLook = monotonic
    }

    /// Judges the clock now.
    public mutating func judge(
        wall: Timestamp, monotonic: Int64, newest: Timestamp, confirmation: ClockConfirmation?
    ) -> ClockJudgement {
        defer { lastLook = monotonic }
        if let confirmation, confirmation.at != confirmedAt {
            confirmedAt = confirmation.at
            reference = Look(event: confirmation.recordedAt, believed: confirmation.clock, monotonic: monotonic)
            // The word was given at some time since the last look.
            let judgement = judgement(wall, monotonic, notSeenFor: max(0, monotonic - lastLook))
            if judgement == .right { reference.believed = wall }
            return judgement
        }
        let judgement = judgement(wall, monotonic)
        guard judgement == .right, newest > reference.event else { return judgement }
        reference = Look(event: newest, believed: max(wall, newest), monotonic: monotonic)
        // Wrong after all when the event is of a moment, between two looks, in which the clock was ahead.
        return self.judgement(wall, monotonic)
    }

    private func judgement(_ wall: Timestamp, _ monotonic: Int64, notSeenFor age: Int64 = 0) -> ClockJudgement {
        let elapsed = max(0, monotonic - reference.monotonic)
        return ClockJudgement(wall: wall, believed: reference.believed, elapsedMicroseconds: elapsed...(elapsed + age))
    }
}
