internal import AuthorizationCore

/// Finds failures that follow each other closely, by what they have in common: a name, a source, an app.
///
/// Failures belong together while none comes later than ``gapSeconds`` after the one before.
struct FailureWatch<Subject: Hashable> {
    struct Run {
        var failures = Proof()
        var from: Timestamp
        var to: Timestamp
        var environment: Int
    }

    private let fewest: Int64
    private let gapSeconds: Int64
    private var runs: [Subject: Run] = [:]
    private var sweptAt: Timestamp?
    private(set) var bursts: [(subject: Subject, run: Run)] = []
    /// Failures of what found no room.
    private(set) var unwatched: Int64 = 0

    init(fewest: Int64, gapSeconds: Int64) {
        self.fewest = fewest
        self.gapSeconds = gapSeconds
    }

    mutating func add(_ subject: Subject, in environment: Int, at position: Position, _ time: Timestamp) {
        if var run = runs[subject] {
            if time > run.to.advanced(bySeconds: gapSeconds) {
                keep(subject, run)
                run = Run(from: time, to: time, environment: environment)
            }
            run.failures.add(position)
            run.to = time
            runs[subject] = run
            return
        }
        if runs.count >= ReviewLimits.maximumWatched, !sweep(time) { return unwatched += 1 }
        var run = Run(from: time, to: time, environment: environment)
        run.failures.add(position)
        runs[subject] = run
    }

    mutating func end() {
        for (subject, run) in runs { keep(subject, run) }
        runs = [:]
        func start(_ run: Run) -> Int64 { run.failures.first.first?.position.value ?? 0 }
        bursts.sort { start($0.run) < start($1.run) }
    }

    /// Puts away what has ended. It looks at all of them, so it does once in the time after which one has.
    private mutating func sweep(_ now: Timestamp) -> Bool {
        if let sweptAt, now <= sweptAt.advanced(bySeconds: gapSeconds) { return false }
        sweptAt = now
        for (subject, run) in runs where now > run.to.advanced(bySeconds: gapSeconds) {
            keep(subject, run)
            runs[subject] = nil
        }
        return runs.count < ReviewLimits.maximumWatched
    }

    private mutating func keep(_ subject: Subject, _ run: Run) {
        guard run.failures.count >= fewest else { return }
        bursts.append((subject, run))
        // The largest are kept.
        guard bursts.count > 2 * ReviewLimits.maximumFindingsOfOneCode else { return }
        bursts.sort { $0.run.failures.count > $1.run.failures.count }
        bursts.removeLast(ReviewLimits.maximumFindingsOfOneCode)
    }
}
