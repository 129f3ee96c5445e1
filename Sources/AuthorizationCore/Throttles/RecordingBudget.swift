/// Which requests that never authenticated are recorded one by one.
///
/// Anyone can send them, and they must not fill the log: a burst of 600 and then 60 a minute are recorded. No source
/// takes all of it (60, then 10 a minute), a tenth is kept for sources that were not seen in the last hour, and a
/// known app with a wrong secret has 10 a minute of it. The others are counted and summed up once a minute.
public struct RecordingBudget: Sendable {
    public enum Verdict: Sendable {
        case record, suppress
    }

    public static let burst: Int64 = 600
    public static let perMinute: Int64 = 60
    public static let sourceBurst: Int64 = 60
    public static let sourcePerMinute: Int64 = 10
    public static let appBurst: Int64 = 10
    public static let appPerMinute: Int64 = 10
    /// Of the burst, what only sources that were not seen for ``newAfterSeconds`` may take.
    public static let keptForNewSources: Int64 = burst / 10
    public static let newAfterSeconds: Int64 = 3600
    public static let maximumSources = 4096
    public static let maximumApps = 1024

    private var total = LeakyBucket(emptyAt: Timestamp())
    private var sources = BoundedRows<Bytes16, SourceSeen>(capacity: maximumSources)
    private var apps = BoundedRows<AppID, WrongSecrets>(capacity: maximumApps)
    private var suppressed = SuppressedRequests()

    public init() {}

    /// Whether to record a request. One that is not goes into the sums.
    ///
    /// `app` is the app that was named, where one of that id is registered. `source` is the tag of the source.
    public mutating func decide(reason: Refusal, source: Bytes16, app: AppID?, at now: Timestamp) -> Verdict {
        let seen = sources[source].flatMap { $0.isExpired(at: now) ? nil : $0 }
        var row = seen ?? SourceSeen(count: 0, lastAt: now, bucket: LeakyBucket(emptyAt: now))
        row.count = row.count.addingSaturating(1)
        row.lastAt = max(row.lastAt, now)
        var wrongSecrets = app.map { apps[$0] ?? WrongSecrets(bucket: LeakyBucket(emptyAt: now)) }

        let available = seen == nil ? Self.burst : Self.burst - Self.keptForNewSources
        let fits =
            row.bucket.hasRoom(at: now, interval: sourceInterval, capacity: Self.sourceBurst)
            && wrongSecrets?.bucket.hasRoom(at: now, interval: appInterval, capacity: Self.appBurst) ?? true
            && total.hasRoom(at: now, interval: interval, capacity: available)
        if fits {
            row.bucket.add(at: now, interval: sourceInterval, capacity: Self.sourceBurst)
            wrongSecrets?.bucket.add(at: now, interval: appInterval, capacity: Self.appBurst)
            total.add(at: now, interval: interval, capacity: Self.burst)
        } else {
            suppressed.add(reason, source: source, at: now)
        }
        sources.set(row, for: source, at: now)
        if let app, let wrongSecrets { apps.set(wrongSecrets, for: app, at: now) }
        return fits ? .record : .suppress
    }

    /// Puts requests that will not be recorded one by one into the sums.
    ///
    /// `source` is nil where nobody counted from where they came.
    public mutating func suppress(
        _ count: Int64 = 1, reason: Refusal, source: Bytes16?, from: Timestamp, to: Timestamp
    ) {
        suppressed.add(reason, count: count, source: source, from: from, to: to)
    }

    /// The sums since the last ones, one per reason, if those are a minute old; and whatever there is when `closing`.
    public mutating func drain(at now: Timestamp, closing: Bool = false) -> [RequestsSuppressed] {
        suppressed.drain(at: now, closing: closing)
    }
}

// Microseconds in which one is given back.
private let interval = 60_000_000 / RecordingBudget.perMinute
private let sourceInterval = 60_000_000 / RecordingBudget.sourcePerMinute
private let appInterval = 60_000_000 / RecordingBudget.appPerMinute

private struct SourceSeen: BoundedRow {
    var count: UInt32
    var lastAt: Timestamp
    var bucket: LeakyBucket

    /// Sources that come once, however many, do not push out one that comes again and again.
    var isSingle: Bool { count == 1 }
    func isExpired(at now: Timestamp) -> Bool {
        lastAt.advanced(bySeconds: RecordingBudget.newAfterSeconds) < now
    }
}

private struct WrongSecrets: BoundedRow {
    var bucket: LeakyBucket

    var isSingle: Bool { false }
    func isExpired(at now: Timestamp) -> Bool { bucket.emptyAt <= now }
}
