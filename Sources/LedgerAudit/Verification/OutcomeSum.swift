internal import AuthorizationCore

/// A fingerprint of a set of outcomes that does not depend on their order.
///
/// It compares the index of decisions, whose order is not the log's, with the log, in memory that does not grow. Its
/// keys are drawn for each run, so that nobody can prepare an index that differs and has the same sums.
struct OutcomeSum: Equatable {
    private static let keys: (UInt64, UInt64) = (.random(in: .min ... .max), .random(in: .min ... .max))

    private let keys = Self.keys
    private(set) var count: Int64 = 0
    private var sums: (UInt64, UInt64) = (0, 0)

    mutating func add(_ decision: DecisionID, _ position: Position) {
        count += 1
        sums.0 &+= Self.mix(decision, position, keys.0)
        sums.1 &+= Self.mix(decision, position, keys.1)
    }

    private static func mix(_ decision: DecisionID, _ position: Position, _ key: UInt64) -> UInt64 {
        var word = mix(key, UInt64(truncatingIfNeeded: decision.bits))
        word = mix(word, UInt64(truncatingIfNeeded: decision.bits >> 64))
        return mix(word, UInt64(bitPattern: position.value))
    }

    /// The finalizer of SplitMix64.
    @inline(__always)
    private static func mix(_ word: UInt64, _ part: UInt64) -> UInt64 {
        var word = (word ^ part) &+ 0x9e37_79b9_7f4a_7c15
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }

    static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.sums == right.sums
    }
}
