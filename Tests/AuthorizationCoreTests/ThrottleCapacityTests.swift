import Testing

@testable import AuthorizationCore

private struct Thing: BoundedRow {
    var isSingle: Bool
    var expiresAt = Timestamp(microseconds: 1000)
    func isExpired(at now: Timestamp) -> Bool { expiresAt < now }
}

struct ThrottleCapacityTests {
    private let start = Timestamp(microseconds: 0)

    @Test func `single rows leave first, then the longest untouched`() {
        var rows = BoundedRows<Int, Thing>(capacity: 3)
        rows.set(Thing(isSingle: false), for: 1, at: start)
        rows.set(Thing(isSingle: true), for: 2, at: start)
        rows.set(Thing(isSingle: true), for: 3, at: start)
        rows.set(Thing(isSingle: false), for: 4, at: start)
        #expect(rows.entries.map(\.key) == [3, 1, 4])
        rows.set(Thing(isSingle: false), for: 3, at: start)
        rows.set(Thing(isSingle: false), for: 1, at: start)
        rows.set(Thing(isSingle: true), for: 5, at: start)
        #expect(rows.entries.map(\.key) == [5, 3, 1])
    }

    @Test func `an expired row leaves before any other`() {
        var rows = BoundedRows<Int, Thing>(capacity: 3)
        rows.set(Thing(isSingle: false, expiresAt: Timestamp(microseconds: 5)), for: 1, at: start)
        rows.set(Thing(isSingle: true), for: 2, at: start)
        rows.set(Thing(isSingle: true), for: 3, at: start)
        rows.set(Thing(isSingle: true), for: 4, at: Timestamp(microseconds: 6))
        #expect(rows.entries.map(\.key) == [2, 3, 4])
    }

    /// The chains against a plain list that is searched.
    @Test(arguments: 0..<5 as Range<UInt64>)
    func `the chains do what a search would`(_ seed: UInt64) {
        var random = Seeded(state: seed)
        var rows = BoundedRows<Int, Thing>(capacity: 8)
        var model: [(key: Int, row: Thing)] = []
        for _ in 0..<3000 {
            let key = Int.random(in: 0..<20, using: &random)
            if Int.random(in: 0..<4, using: &random) == 0 {
                rows.remove(key)
                model.removeAll { $0.key == key }
            } else {
                let row = Thing(isSingle: Bool.random(using: &random))
                rows.set(row, for: key, at: start)
                let isNew = !model.contains { $0.key == key }
                if isNew, model.count == 8 { model.remove(at: model.firstIndex { $0.row.isSingle } ?? 0) }
                model.removeAll { $0.key == key }
                model.append((key, row))
            }
            let expected = model.filter(\.row.isSingle) + model.filter { !$0.row.isSingle }
            #expect(rows.entries.map(\.key) == expected.map(\.key))
            #expect(rows.count == model.count)
            #expect(rows[key] == model.first { $0.key == key }?.row)
        }
    }

    @Test func `a flood of names leaves the name that was guessed at`() {
        var capacity = ThrottleTable.Capacity()
        capacity.tags = 100
        let scenario = ThrottleScenario(capacity: capacity)
        for _ in 0..<10 { scenario.attempt(.init(user: 1)) }
        for user in 2..<5000 as Range<UInt64> { scenario.attempt(.init(user: user, source: user)) }
        #expect(scenario.table.users.count == 100)
        #expect(!scenario.attempt(.init(user: 1, source: 9)))
    }

    @Test func `a bucket forgets what does not fit`() {
        var bucket = LeakyBucket(emptyAt: start)
        for _ in 0..<10 { bucket.add(at: start, interval: 100, capacity: 4) }
        #expect(bucket.level(at: start, interval: 100) == 4)
        #expect(!bucket.hasRoom(at: start, interval: 100, capacity: 4))
        #expect(bucket.hasRoom(at: Timestamp(microseconds: 100), interval: 100, capacity: 4))
        #expect(bucket.level(at: Timestamp(microseconds: 399), interval: 100) == 1)
        #expect(bucket.level(at: Timestamp(microseconds: 400), interval: 100) == 0)
    }
}
