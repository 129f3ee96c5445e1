extension ClockJudgement {
    /// What the operator of the host should hear about the clock when the service starts; nil while it fits the log.
    ///
    /// A clock ahead of the log may be right, because nothing says how long the service rested: it is only told.
    public func note(sinceNewestEvent microseconds: Int64) -> String? {
        switch self {
        case .behind(let microseconds):
            "The clock is \(duration(microseconds)) behind the newest event: no token is issued until it is right, or an "
                + "administrator confirms it (POST /manager/clock/confirmation)."
        case .right where microseconds > Self.toleranceAheadInMicroseconds:
            "The clock is \(duration(microseconds)) ahead of the newest event. If the service has not rested for that long, "
                + "the clock is wrong: stop the service and set it."
        case .right, .ahead: nil
        }
    }
}

/// The two largest units, such as `1 day 2 hours`.
private func duration(_ microseconds: Int64) -> String {
    var rest = microseconds / 1_000_000
    var parts: [String] = []
    for (unit, seconds) in [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)] as [(String, Int64)] {
        let count = rest / seconds
        rest %= seconds
        if count > 0 { parts.append("\(count) \(unit)\(count == 1 ? "" : "s")") }
    }
    return parts.prefix(2).joined(separator: " ")
}
