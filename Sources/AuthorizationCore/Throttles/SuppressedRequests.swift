/// What was not recorded one by one, summed per reason.
struct SuppressedRequests: Sendable {
    /// Distinct sources are counted exactly up to this, and no further.
    static let maximumSources = 1024
    static let drainSeconds: Int64 = 60

    private var sums: [Refusal: Sum] = [:]
    private var drainedAt: Timestamp?

    private struct Sum: Sendable {
        var count: Int64 = 0
        var from: Timestamp
        var to: Timestamp
        var sources: Set<Bytes16> = []
    }

    mutating func add(_ reason: Refusal, source: Bytes16, at now: Timestamp) {
        add(reason, count: 1, source: source, from: now, to: now)
    }

    /// Without a source where nobody counted them.
    mutating func add(_ reason: Refusal, count: Int64, source: Bytes16?, from: Timestamp, to: Timestamp) {
        var sum = sums.removeValue(forKey: reason) ?? Sum(from: from, to: to)
        sum.count += count
        sum.from = min(sum.from, from)
        sum.to = max(sum.to, to)
        if let source, sum.sources.count < Self.maximumSources { sum.sources.insert(source) }
        sums[reason] = sum
    }

    mutating func drain(at now: Timestamp, closing: Bool) -> [RequestsSuppressed] {
        let isDue = drainedAt.map { $0.advanced(bySeconds: Self.drainSeconds) <= now } ?? true
        guard !sums.isEmpty, isDue || closing else { return [] }
        defer {
            sums = [:]
            drainedAt = now
        }
        return Refusal.allCases.compactMap { reason in
            guard let sum = sums[reason] else { return nil }
            var event = RequestsSuppressed()
            event.count = sum.count
            event.from = sum.from
            event.reason = reason
            event.sources = Int64(sum.sources.count)
            event.to = sum.to
            return event
        }
    }
}
