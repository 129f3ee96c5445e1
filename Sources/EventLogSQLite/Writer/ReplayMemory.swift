internal import AuthorizationCore

/// Proofs or assertions that were used, for as long as their replay would be believed.
///
/// Memory is enough: after a start the service counts none that could have been used before it.
struct ReplayMemory {
    private let lifetimeInSeconds: Int64
    private let maximumCount: Int
    private var used: [FenceName: Int64] = [:]
    // In order of their end, because time never runs backwards in the log.
    private var order: [(name: FenceName, endsAt: Timestamp)] = []
    private var firstInOrder = 0

    init(lifetimeInSeconds: Int64, maximumCount: Int) {
        self.lifetimeInSeconds = lifetimeInSeconds
        self.maximumCount = maximumCount
    }

    var isFull: Bool { used.count >= maximumCount }

    func position(of name: FenceName) -> Int64? { used[name] }

    mutating func use(_ name: FenceName, at position: Int64, now: Timestamp) {
        guard used.updateValue(position, forKey: name) == nil else { return }
        order.append((name, now.advanced(bySeconds: lifetimeInSeconds)))
    }

    mutating func forget(before now: Timestamp) {
        while firstInOrder < order.count, order[firstInOrder].endsAt < now {
            used[order[firstInOrder].name] = nil
            firstInOrder += 1
        }
        if firstInOrder > 1_024, firstInOrder * 2 > order.count {
            order.removeFirst(firstInOrder)
            firstInOrder = 0
        }
    }
}
