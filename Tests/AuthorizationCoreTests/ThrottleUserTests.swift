import AuthorizationCore
import Testing

struct ThrottleUserTests {
    typealias Asker = ThrottleScenario.Asker

    @Test func `the eleventh guess in a row waits thirty seconds`() {
        let scenario = ThrottleScenario()
        for guess in 0..<10 { #expect(scenario.attempt(Asker(source: UInt64(guess)))) }
        #expect(!scenario.attempt(Asker(source: 99)))
        scenario.wait(29)
        #expect(!scenario.attempt(Asker(source: 99)))
        scenario.wait(1)
        #expect(scenario.attempt(Asker(source: 99)))
    }

    @Test func `nine failures are forgotten after five minutes of peace`() {
        let scenario = ThrottleScenario()
        for _ in 0..<9 { scenario.attempt(Asker()) }
        #expect(scenario.reading(Asker()).failures == 9)
        scenario.wait(300)
        #expect(scenario.reading(Asker()).failures == 9)
        scenario.wait(1)
        #expect(scenario.reading(Asker()).failures == 0)
    }

    @Test func `each further failure doubles the wait, up to fifteen minutes`() {
        let scenario = ThrottleScenario()
        for _ in 0..<10 { scenario.attempt(Asker()) }
        for seconds in [30, 60, 120, 240, 480, 900, 900, 900] as [Int64] {
            scenario.wait(seconds - 1)
            #expect(!scenario.attempt(Asker()), "a wait of \(seconds)")
            scenario.wait(1)
            #expect(scenario.attempt(Asker()), "a wait of \(seconds)")
        }
    }

    @Test func `after a wait one try at a time gets through`() throws {
        let scenario = ThrottleScenario()
        for _ in 0..<10 { scenario.attempt(Asker()) }
        scenario.wait(30)
        let only = try #require(scenario.open(Asker()))
        #expect(scenario.open(Asker()) == nil)
        scenario.close(only, .refused(.identityUnavailable))
        #expect(scenario.attempt(Asker()))
        #expect(!scenario.attempt(Asker()))
    }

    @Test func `after a hundred failures in a row strangers wait a day`() {
        let scenario = ThrottleScenario()
        var guesses = 0
        while guesses < 100 {
            if scenario.attempt(Asker()) { guesses += 1 } else { scenario.wait(30) }
        }
        scenario.wait(86_399)
        #expect(!scenario.attempt(Asker()))
        scenario.wait(1)
        #expect(scenario.attempt(Asker()))
        scenario.wait(86_399)
        #expect(!scenario.attempt(Asker()))
    }

    @Test func `patience does not buy more than a hundred failures`() {
        let scenario = ThrottleScenario()
        var guesses = 0
        // Nine every six minutes, so that no wait ever starts before the hundredth.
        for _ in 0..<240 {
            for _ in 0..<9 where scenario.attempt(Asker()) { guesses += 1 }
            scenario.wait(360)
        }
        #expect(guesses == 100)
    }

    @Test func `two days of peace after a day's wait forgive everything`() {
        let scenario = ThrottleScenario()
        for _ in 0..<200 {
            scenario.attempt(Asker())
            scenario.wait(900)
        }
        #expect(!scenario.attempt(Asker()))
        scenario.wait(2 * 86_400 + 1)
        #expect(scenario.reading(Asker()).failures == 0)
    }

    @Test(arguments: Refusal.allCases)
    func `only a failed guess counts`(_ reason: Refusal) {
        let scenario = ThrottleScenario()
        scenario.attempt(Asker(), .refused(reason))
        let counts = reason == .credentialsRejected || reason == .locked ? 1 : 0
        #expect(scenario.reading(Asker()).failures == Int64(counts))
        #expect(scenario.reading(Asker()).app.failures == Int64(counts))
    }

    @Test func `a decision counts once`() throws {
        let scenario = ThrottleScenario()
        let decision = try #require(scenario.open(Asker()))
        scenario.close(decision, .refused(.credentialsRejected))
        scenario.close(decision, .refused(.credentialsRejected))
        scenario.close(decision, .issued)
        #expect(scenario.reading(Asker()).failures == 1)
    }

    @Test func `an acceptance clears the budget that it was made in`() {
        let scenario = ThrottleScenario()
        for _ in 0..<9 { scenario.attempt(Asker()) }
        scenario.attempt(Asker(), .issued)
        #expect(scenario.reading(Asker(source: 2)).failures == 0)
        #expect(scenario.reading(Asker()).budget == .known)
        #expect(scenario.reading(Asker(source: 2)).budget == .stranger)
    }

    @Test func `strangers never lock out a known caller, nor he them`() {
        let scenario = ThrottleScenario()
        let victim = Asker(source: 7)
        scenario.attempt(victim, .issued)
        for guess in 0..<2000 {
            scenario.attempt(Asker(source: 1000 + UInt64(guess)))
            scenario.wait(guess % 10 == 0 ? 30 : 0)
            if guess % 100 == 0 { #expect(scenario.attempt(victim, .issued)) }
        }
        #expect(scenario.reading(Asker(source: 1)).userIsThrottled(under: .standard))
        #expect(scenario.attempt(victim, .issued))

        let other = ThrottleScenario()
        other.attempt(victim, .issued)
        for _ in 0..<10 { #expect(other.attempt(victim)) }
        #expect(!other.attempt(victim))
        #expect(other.attempt(Asker(source: 8)))
    }

    @Test func `a known caller waits fifteen minutes at most`() {
        let scenario = ThrottleScenario()
        let caller = Asker(source: 7)
        scenario.attempt(caller, .issued)
        for _ in 0..<300 {
            scenario.attempt(caller)
            scenario.wait(900)
        }
        #expect(scenario.attempt(caller))
        scenario.wait(899)
        #expect(!scenario.attempt(caller))
    }

    @Test func `a caller is known for thirty days, across epochs`() {
        let scenario = ThrottleScenario()
        scenario.attempt(Asker(epoch: 10), .issued)
        scenario.wait(30 * 86_400)
        #expect(scenario.reading(Asker(epoch: 14)).budget == .known)
        scenario.wait(1)
        #expect(scenario.reading(Asker(epoch: 14)).budget == .stranger)
    }

    @Test func `the key of a proof is known wherever it comes from`() {
        let thumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
        let scenario = ThrottleScenario()
        scenario.attempt(Asker(source: 1, thumbprint: thumbprint), .issued)
        #expect(scenario.reading(Asker(source: 2, epoch: 11, thumbprint: thumbprint)).budget == .known)
        #expect(scenario.reading(Asker(user: 2, source: 2, thumbprint: thumbprint)).budget == .stranger)
    }

    @Test func `a new epoch keeps what was counted in the last one`() {
        let scenario = ThrottleScenario()
        for _ in 0..<6 { scenario.attempt(Asker(epoch: 10)) }
        for _ in 0..<4 { #expect(scenario.attempt(Asker(epoch: 11))) }
        #expect(!scenario.attempt(Asker(epoch: 11)))
        #expect(scenario.reading(Asker(epoch: 11)).app.failures == 10)
        scenario.wait(30)
        #expect(scenario.attempt(Asker(epoch: 11)))
        #expect(scenario.reading(Asker(epoch: 12)).failures == 5)
    }

    @Test func `an operator clears a name, in both budgets`() {
        let scenario = ThrottleScenario()
        scenario.attempt(Asker(source: 7), .issued)
        for _ in 0..<10 {
            scenario.attempt(Asker())
            scenario.attempt(Asker(source: 7))
        }
        #expect(!scenario.attempt(Asker()) && !scenario.attempt(Asker(source: 7)))
        var cleared = ThrottleCleared()
        cleared.userTag = Asker().userTag(10)
        scenario.record(.access(.throttleCleared(cleared)))
        #expect(scenario.attempt(Asker()) && scenario.attempt(Asker(source: 7)))
    }

    @Test func `names do not share a budget`() {
        let scenario = ThrottleScenario()
        for user in 0..<10_000 as Range<UInt64> {
            for _ in 0...(user % 3) { scenario.attempt(Asker(user: user, source: user, app: user)) }
        }
        for user in 0..<10_000 as Range<UInt64> {
            #expect(scenario.reading(Asker(user: user)).failures == Int64(user % 3) + 1)
        }
    }
}
