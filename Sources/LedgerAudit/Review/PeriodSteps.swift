internal import AuthorizationCore

/// Divides a period into equal steps of a length that people use, from a full one on.
struct PeriodSteps {
    private static let lengths: [Int64] = [
        1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600, 86_400, 7 * 86_400,
    ]

    let start: Timestamp
    let seconds: Int64
    let count: Int

    /// At most `maximum` steps from the first moment to the last, both in one.
    init(from first: Timestamp, to last: Timestamp, maximum: Int) {
        func steps(_ seconds: Int64) -> (start: Int64, count: Int64) {
            let start = first.seconds - (first.seconds % seconds + seconds) % seconds
            return (start, max(0, last.seconds - start) / seconds + 1)
        }
        var seconds = Self.lengths.first { steps($0).count <= Int64(maximum) } ?? 0
        if seconds == 0 {
            seconds = 7 * 86_400
            while steps(seconds).count > Int64(maximum) { seconds *= 2 }
        }
        self.seconds = seconds
        start = Timestamp(microseconds: steps(seconds).start * 1_000_000)
        count = Int(steps(seconds).count)
    }

    /// The step of a moment; the nearest for what lies outside.
    func index(of time: Timestamp) -> Int {
        Int(min(max(0, (time.microseconds - start.microseconds) / 1_000_000 / seconds), Int64(count - 1)))
    }
}

extension ReviewReport.Steps {
    init(_ steps: PeriodSteps) {
        self.init()
        start = steps.start
        seconds = steps.seconds
        outcomes = Array(repeating: ReviewReport.OutcomeCounts(), count: steps.count)
        attempts = Array(repeating: 0, count: steps.count)
        bound = attempts
        bearer = attempts
    }
}

extension ReviewReport.OutcomeCounts {
    mutating func add(refusal reason: Refusal?) {
        switch reason {
        case .locked, .credentialsRejected: rejected += 1
        case .identityUnavailable: unavailable += 1
        case .appThrottled, .userThrottled: throttled += 1
        case .oauthNotDeployed, .unknownApp, .appSuspended, .proofInvalid, .malformedRequest, .grantUnknown,
            .grantNotAllowed, .targetUnknown, .scopeNotAllowed, .levelUnreachable, .grantInvalid,
            .noLinkedIdentity, .noIdentityInEnvironment, nil:
            refused += 1
        }
    }
}
