/// A count that rises by one at a time and drains evenly, one per interval.
///
/// It is the moment at which it will be empty, and nothing else: eight bytes, and no rounding adds up.
struct LeakyBucket: Hashable, Sendable {
    var emptyAt: Timestamp

    /// How much is in it, rounded up. `interval` is in microseconds.
    func level(at now: Timestamp, interval: Int64) -> Int64 {
        emptyAt <= now ? 0 : (emptyAt.microseconds - now.microseconds + interval - 1) / interval
    }

    /// Whether one more fits below `capacity`.
    func hasRoom(at now: Timestamp, interval: Int64, capacity: Int64) -> Bool {
        emptyAt.microseconds - now.microseconds <= (capacity - 1) * interval
    }

    /// Adds one. What does not fit below `capacity` is not remembered.
    mutating func add(at now: Timestamp, interval: Int64, capacity: Int64) {
        let fuller = max(emptyAt.microseconds, now.microseconds) + interval
        emptyAt = max(emptyAt, Timestamp(microseconds: min(fuller, now.microseconds + capacity * interval)))
    }
}
