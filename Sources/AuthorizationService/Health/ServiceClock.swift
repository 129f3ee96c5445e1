internal import AuthorizationCore
internal import EventLog
internal import Threads

/// The wall clock, and whether it fits the log.
public final class ServiceClock: Sendable {
    private let store: any EventStore
    private let wall: @Sendable () -> Timestamp
    private let monotonic: @Sendable () -> Int64
    private let watch: Locked<ClockWatch>

    /// - Parameter monotonic: Microseconds from any beginning, of a clock that is never set.
    init(
        store: any EventStore, wall: @escaping @Sendable () -> Timestamp, monotonic: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.wall = wall
        self.monotonic = monotonic
        let state = store.state
        // The first look, so that a jump is noticed that comes before anybody asks.
        watch = Locked(
            ClockWatch(
                wall: wall(), monotonic: monotonic(), newest: state.recordedAt,
                confirmation: state.estate.ledger.clockConfirmation))
    }

    /// Judges the clock now.
    public var judgement: ClockJudgement { reading.judgement }

    /// The time that was judged, and the judgement.
    var reading: (time: Timestamp, judgement: ClockJudgement) {
        watch.withLock { watch in
            // Read in this order: an event recorded in between must not look later than the clock.
            let state = store.state
            let time = wall()
            return (
                time,
                watch.judge(
                    wall: time, monotonic: monotonic(), newest: state.recordedAt,
                    confirmation: state.estate.ledger.clockConfirmation)
            )
        }
    }

    /// The system's monotonic clock. It goes on while the machine sleeps.
    public static let systemMonotonic: @Sendable () -> Int64 = {
        let since = start.duration(to: ContinuousClock.now).components
        return since.seconds * 1_000_000 + since.attoseconds / 1_000_000_000_000
    }

    private static let start = ContinuousClock.now
}
