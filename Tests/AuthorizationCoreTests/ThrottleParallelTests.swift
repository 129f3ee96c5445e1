import AuthorizationCore
import Testing

struct ThrottleParallelTests {
    typealias Asker = ThrottleScenario.Asker

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `a thousand parallel guesses get no more through than the limit`(_ seed: UInt64) {
        var random = Seeded(state: seed)
        let scenario = ThrottleScenario()
        var waiting = 1000
        var open: [ThrottleScenario.Open] = []
        var asked = 0
        while waiting > 0 || !open.isEmpty {
            if waiting > 0, open.isEmpty || Bool.random(using: &random) {
                waiting -= 1
                let source = UInt64.random(in: 0..<50, using: &random)
                if let decision = scenario.open(Asker(source: source)) {
                    asked += 1
                    open.append(decision)
                }
            } else {
                let index = Int.random(in: 0..<open.count, using: &random)
                scenario.close(open.remove(at: index), .refused(.credentialsRejected))
            }
        }
        #expect(asked == 10)
    }

    /// Guesses at random moments over hours: at no moment do failures and open tries exceed what the rule allows.
    @Test(arguments: 0..<5 as Range<UInt64>)
    func `no five minutes see more than ten guesses, however they interleave`(_ seed: UInt64) {
        var random = Seeded(state: seed)
        let scenario = ThrottleScenario()
        var open: [ThrottleScenario.Open] = []
        var asked: [Timestamp] = []
        for _ in 0..<3000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: scenario.wait(Int64.random(in: 0..<20, using: &random))
            case 1 where !open.isEmpty:
                let index = Int.random(in: 0..<open.count, using: &random)
                scenario.close(open.remove(at: index), .refused(.credentialsRejected))
            default:
                if let decision = scenario.open(Asker(source: UInt64.random(in: 0..<9, using: &random))) {
                    asked.append(scenario.now)
                    open.append(decision)
                }
            }
        }
        // One try may follow the first wait, and one the second and third, before five minutes are over.
        for (index, start) in asked.enumerated() {
            let end = start.advanced(bySeconds: 300)
            #expect(asked[index...].prefix { $0 <= end }.count <= 13)
        }
        #expect(asked.count <= 100)
    }

    @Test func `places that were given back leave nothing behind`() {
        let scenario = ThrottleScenario()
        let open = (0..<10).compactMap { scenario.open(Asker(source: $0)) }
        #expect(scenario.reading(Asker()).inFlight == 10)
        for decision in open { scenario.close(decision, .refused(.identityUnavailable)) }
        #expect(scenario.reading(Asker()) == ThrottleReading())
        scenario.table.leave(Asker().place, budget: .stranger)
        #expect(scenario.reading(Asker()).inFlight == 0)
    }

    @Test func `a decision keeps its budget until it ends, even when its caller becomes known meanwhile`() throws {
        let scenario = ThrottleScenario()
        let first = try #require(scenario.open(Asker()))
        let second = try #require(scenario.open(Asker()))
        scenario.close(first, .issued)
        #expect(scenario.reading(Asker()).budget == .known)
        #expect(scenario.reading(Asker()).inFlight == 0)
        #expect(scenario.reading(Asker(source: 2)).inFlight == 1)
        scenario.close(second, .refused(.credentialsRejected))
        #expect(scenario.reading(Asker(source: 2)).failures == 1)
        #expect(scenario.reading(Asker()).failures == 0)
    }
}
