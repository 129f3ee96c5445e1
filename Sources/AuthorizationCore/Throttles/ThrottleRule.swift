// What a reading means. Pure, and from the reading alone: the decision asks it when it is made, and again whenever it
// is replayed from the log. How failures age stands in `FailureRun` and `LeakyBucket`, which make the readings.
extension ThrottleReading {
    /// Whether this decision must be refused because too much about its user name failed, or might yet fail.
    ///
    /// What is in flight counts as failed until it ends, so that parallel guesses cannot slip by.
    public func userIsThrottled(under limits: ThrottleLimits) -> Bool {
        failures + inFlight >= limits.userFailures
    }

    /// Whether this decision must be refused because too much of its app failed from its source.
    public func appIsThrottled(under limits: ThrottleLimits) -> Bool {
        app.failures + app.inFlight >= limits.appFailures
    }

    /// Why this decision must be refused, app before user; nil when it need not.
    public func refusal(under limits: ThrottleLimits) -> Refusal? {
        if appIsThrottled(under: limits) { return .appThrottled }
        return userIsThrottled(under: limits) ? .userThrottled : nil
    }

    /// The `Retry-After` of an app that is throttled: whole seconds, at least 1 (RFC 9110, section 10.2.3).
    ///
    /// By then enough failures have aged for one more try, if what is in flight has failed and nothing else has.
    public func appRetryAfterSeconds(under limits: ThrottleLimits) -> Int64 {
        let tooMany = min(max(app.failures + app.inFlight - limits.appFailures + 1, 1), limits.appFailures)
        return max(1, (tooMany * limits.appInterval + 999_999) / 1_000_000)
    }
}
