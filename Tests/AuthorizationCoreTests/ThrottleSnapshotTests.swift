import AuthorizationCore
import Testing

struct ThrottleSnapshotTests {
    typealias Asker = ThrottleScenario.Asker

    /// Some hours of mixed traffic with a seed; a few decisions stay open.
    private func traffic(_ seed: UInt64, capacity: ThrottleTable.Capacity = .standard, steps: Int = 600)
        -> ThrottleScenario
    {
        var random = Seeded(state: seed)
        let scenario = ThrottleScenario(capacity: capacity)
        var open: [ThrottleScenario.Open] = []
        for _ in 0..<steps {
            let asker = Asker(
                user: UInt64.random(in: 0..<40, using: &random), source: UInt64.random(in: 0..<10, using: &random),
                app: UInt64.random(in: 0..<3, using: &random), epoch: UInt64.random(in: 10..<12, using: &random),
                thumbprint: Bool.random(using: &random) ? String(repeating: "Q", count: 43) : nil)
            if let decision = scenario.open(asker) { open.append(decision) }
            while open.count > 5 {
                let ends: [ThrottleScenario.End] = [
                    .issued, .refused(.credentialsRejected), .refused(.credentialsRejected), .refused(.locked),
                    .refused(.identityUnavailable),
                ]
                let end = ends.randomElement(using: &random) ?? .issued
                scenario.close(open.remove(at: Int.random(in: 0..<open.count, using: &random)), end)
            }
            scenario.wait(Int64.random(in: 0..<30, using: &random))
        }
        return scenario
    }

    private var small: ThrottleTable.Capacity {
        var capacity = ThrottleTable.Capacity()
        capacity.tags = 20
        capacity.callers = 15
        capacity.appSources = 8
        capacity.undecided = 4
        return capacity
    }

    @Test(arguments: 0..<10 as Range<UInt64>, [false, true])
    func `a snapshot and the log's tail make the live table`(_ seed: UInt64, _ isSmall: Bool) throws {
        let capacity = isSmall ? small : .standard
        let scenario = traffic(seed, capacity: capacity)
        var random = Seeded(state: seed)
        let cut = Int.random(in: 0..<scenario.log.count, using: &random)

        var before = ThrottleTable(capacity: capacity)
        for event in scenario.log[..<cut] { before.fold(event) { _ in .standard } }
        var after = try #require(ThrottleTable(serialized: before.serialized(), capacity: capacity))
        #expect(after == before)
        for event in scenario.log[cut...] { after.fold(event) { _ in .standard } }

        #expect(after == scenario.table)
        #expect(after.serialized() == scenario.table.serialized())
    }

    @Test func `a table that counted something else is not equal`() {
        #expect(traffic(1).table != traffic(2).table)
    }

    @Test func `any changed or missing byte is refused, or stands for another table`() {
        let bytes = traffic(3, capacity: small, steps: 30).table.serialized()
        for length in 0..<bytes.count {
            #expect(ThrottleTable(serialized: Array(bytes[..<length]), capacity: small) == nil)
        }
        #expect(ThrottleTable(serialized: bytes + [0], capacity: small) == nil)
        var random = Seeded(state: 3)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            if let table = ThrottleTable(serialized: changed, capacity: small) {
                #expect(table.serialized() == changed)
            }
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `noise is refused`(_ seed: UInt64) {
        var random = Seeded(state: seed)
        let noise = (0..<Int.random(in: 0..<300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(ThrottleTable(serialized: noise) == nil)
        #expect(ThrottleTable(serialized: Array(ThrottleTable().serialized().prefix(9)) + noise) == nil)
    }

    @Test func `more rows than fit are refused`() {
        let bytes = traffic(4).table.serialized()
        #expect(ThrottleTable(serialized: bytes, capacity: small) == nil)
    }

    @Test func `an empty table is twenty-five bytes`() {
        #expect(ThrottleTable().serialized().count == 25)
        #expect(ThrottleTable(serialized: ThrottleTable().serialized()) == ThrottleTable())
    }

    @Test func `a decision without an outcome is forgotten when too many followed`() throws {
        let scenario = ThrottleScenario(capacity: small)
        let first = try #require(scenario.open(Asker(user: 1)))
        for user in 2..<6 as Range<UInt64> { _ = scenario.open(Asker(user: user)) }
        scenario.close(first, .refused(.credentialsRejected))
        #expect(scenario.reading(Asker(user: 1)).failures == 0)
    }
}
