internal import Synchronization

/// How many requests handlers work on, over all loops, and that they do not become too many.
final class RequestSlots: Sendable {
    private let maximum: Int
    private let taken = Atomic<Int>(0)

    init(maximum: Int) {
        self.maximum = maximum
    }

    var inUse: Int { taken.load(ordering: .relaxed) }

    /// False when all are taken. Who gets one gives it back with ``give()``.
    func take() -> Bool {
        guard taken.wrappingAdd(1, ordering: .relaxed).newValue <= maximum else {
            give()
            return false
        }
        return true
    }

    func give() {
        taken.wrappingSubtract(1, ordering: .relaxed)
    }
}
