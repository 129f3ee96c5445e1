import AuthorizationCore
import Testing

struct ThrottleAppTests {
    typealias Asker = ThrottleScenario.Asker

    /// A thousand failures at one moment, each about another name.
    private func spent() -> ThrottleScenario {
        let scenario = ThrottleScenario()
        for user in 0..<1000 { #expect(scenario.attempt(Asker(user: UInt64(user)))) }
        return scenario
    }

    @Test func `a source that guesses over many names is stopped, for this app and no other source`() {
        let scenario = spent()
        #expect(!scenario.attempt(Asker(user: 5000)))
        #expect(scenario.attempt(Asker(user: 5000, source: 2)))
        #expect(scenario.attempt(Asker(user: 5000, app: 2)))
    }

    @Test func `room comes back evenly, all of it in a minute`() {
        let scenario = spent()
        let reading = scenario.reading(Asker(user: 5000))
        scenario.wait(reading.appRetryAfterSeconds(under: .standard))
        #expect(scenario.attempt(Asker(user: 5000)))
        scenario.wait(60)
        #expect(scenario.reading(Asker(user: 5000)).app.failures == 0)
    }

    @Test func `a steady trickle of failures never stops a source`() {
        let scenario = ThrottleScenario()
        for user in 0..<3000 {
            #expect(scenario.attempt(Asker(user: UInt64(user))))
            scenario.wait(1)
        }
        #expect(scenario.reading(Asker()).app.failures <= 1)
    }

    @Test func `what is in flight counts for the app too`() {
        let scenario = ThrottleScenario()
        let open = (0..<1000).compactMap { scenario.open(Asker(user: UInt64($0))) }
        #expect(open.count == 1000)
        #expect(scenario.open(Asker(user: 5000)) == nil)
        for decision in open { scenario.close(decision, .issued) }
        #expect(scenario.reading(Asker(user: 5000)).app == ThrottleReading.Count())
    }

    @Test func `an operator clears an app`() {
        let scenario = spent()
        var cleared = ThrottleCleared()
        cleared.app = Asker().appID
        scenario.record(.access(.throttleCleared(cleared)))
        #expect(scenario.attempt(Asker(user: 5000)))
    }
}
