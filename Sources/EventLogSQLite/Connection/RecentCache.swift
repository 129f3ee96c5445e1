/// Remembers what was asked for lately, in two generations: when the young one is full it becomes the old one, and what
/// nobody asked for since is gone.
struct RecentCache<Key: Hashable, Value> {
    private let maximumPerGeneration: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    /// At most `maximumCount` values are held.
    init(maximumCount: Int) {
        maximumPerGeneration = maximumCount / 2
    }

    mutating func value(of key: Key) -> Value? {
        if let value = young[key] { return value }
        guard let value = old[key] else { return nil }
        set(key, value)
        return value
    }

    mutating func set(_ key: Key, _ value: Value) {
        if young.count >= maximumPerGeneration {
            old = young
            young.removeAll(keepingCapacity: true)
        }
        young[key] = value
    }

    mutating func remove(_ key: Key) {
        young[key] = nil
        old[key] = nil
    }

    mutating func removeAll() {
        young = [:]
        old = [:]
    }
}
