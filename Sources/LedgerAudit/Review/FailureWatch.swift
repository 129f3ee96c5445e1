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
    private var sinceSweep = 0
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
        sinceSweep += 1
    }

    mutating func end() {
        for (subject, run) in runs { keep(subject, run) }
        runs = [:]
        bursts.sort { ($0.run.failures.first.first?.position.value ?? 0) < ($1.run.failures.first.first?.position.value ?? 0) }
    }

    /// Puts away what has ended. Not too often: it looks at all of them.
    private mutating func sweep(_ now: Timestamp) -> Bool {
        guard sinceSweep > ReviewLimits.maximumWatched / 8 else { return false }
        sinceSweep = 0
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
