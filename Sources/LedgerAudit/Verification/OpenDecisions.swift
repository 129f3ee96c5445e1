internal import AuthorizationCore

/// The decisions that were begun and have not ended, by their identifiers.
///
/// A table with open addressing, as every decision of the log is put in and taken out: two steps of a few instructions.
struct OpenDecisions {
    struct Start {
        let decision: DecisionID
        let position: Position
        let recordedAt: Timestamp
    }

    /// Nobody can prepare identifiers that meet in one place: where they go is drawn for each run.
    private let key = UInt64.random(in: .min ... .max)
    /// A power of two, at most half of them taken.
    private var slots = [Start?](repeating: nil, count: 64)
    private(set) var count = 0

    /// Notes the start; false when the decision is open already.
    mutating func insert(_ start: Start) -> Bool {
        if 2 * (count + 1) > slots.count { grow() }
        var slot = home(of: start.decision)
        while let other = slots[slot] {
            if other.decision == start.decision { return false }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = start
        count += 1
        return true
    }

    func contains(_ decision: DecisionID) -> Bool { slot(of: decision) != nil }

    /// Takes out a decision; false when it is not open.
    mutating func remove(_ decision: DecisionID) -> Bool {
        guard var hole = slot(of: decision) else { return false }
        // Those behind it move up, so that none is cut off from its home.
        let mask = slots.count - 1
        var slot = (hole + 1) & mask
        while let other = slots[slot] {
            let distance = (slot - home(of: other.decision)) & mask
            if distance >= (slot - hole) & mask {
                slots[hole] = other
                hole = slot
            }
            slot = (slot + 1) & mask
        }
        slots[hole] = nil
        count -= 1
        return true
    }

    /// By where they were begun.
    var sorted: [Start] { slots.compactMap(\.self).sorted { $0.position < $1.position } }

    private func slot(of decision: DecisionID) -> Int? {
        var slot = home(of: decision)
        while let other = slots[slot] {
            if other.decision == decision { return slot }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func home(of decision: DecisionID) -> Int {
        let low = UInt64(truncatingIfNeeded: decision.bits)
        let high = UInt64(truncatingIfNeeded: decision.bits >> 64)
        var hash = (low ^ key) &* 0x9e37_79b9_7f4a_7c15
        hash = (hash ^ (hash >> 32) ^ high) &* 0xbf58_476d_1ce4_e5b9
        return Int(truncatingIfNeeded: hash >> 32) & (slots.count - 1)
    }

    private mutating func grow() {
        let old = slots
        slots = [Start?](repeating: nil, count: 2 * old.count)
        count = 0
        for case let start? in old { _ = insert(start) }
    }
}
