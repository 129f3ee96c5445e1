import AuthorizationCore
import Testing

struct ThrottleLimitsTests {
    @Test func `an environment's limit goes before the ledger's, and both before the default`() {
        var ledger = Limits()
        ledger.userFailures = 5
        ledger.appFailures = 50
        var environment = Limits()
        environment.userFailures = 3

        let limits = ThrottleLimits(ledger: ledger, environment: environment)

        #expect(limits.userFailures == 3)
        #expect(limits.appFailures == 50)
        #expect(limits.userSeconds == 300)
        #expect(limits.appSeconds == 60)
    }

    @Test(arguments: [Int64.min, -1, 0])
    func `a limit that would refuse everybody is taken as one`(_ value: Int64) {
        var recorded = Limits()
        recorded.userFailures = value
        recorded.appSeconds = value
        let limits = ThrottleLimits(ledger: recorded)
        #expect(limits.userFailures == 1)
        #expect(limits.appSeconds == 1)
    }

    @Test func `a limit beyond all sense is taken as the largest`() {
        var recorded = Limits()
        recorded.appFailures = .max
        recorded.userSeconds = .max
        let limits = ThrottleLimits(ledger: recorded)
        #expect(limits.appFailures == ThrottleLimits.failuresRange.upperBound)
        #expect(limits.userSeconds == 86_400)
    }

    @Test func `the estate knows the limits of an environment, and the ledger's for one that is unknown`() {
        var estate = Estate()
        estate.ledger.limits.userFailures = 7
        #expect(estate.throttleLimits(in: .example).userFailures == 7)
    }

    @Test(arguments: [
        (Int64(0), Int64(9), false), (0, 10, true), (9, 0, false), (10, 0, true), (5, 4, false), (5, 5, true),
    ])
    func `failures and what is in flight count alike`(_ failures: Int64, _ inFlight: Int64, _ throttled: Bool) {
        var reading = ThrottleReading()
        reading.failures = failures
        reading.inFlight = inFlight
        #expect(reading.userIsThrottled(under: .standard) == throttled)
        #expect(!reading.appIsThrottled(under: .standard))
    }

    @Test(arguments: [
        (Int64(1000), Int64(1)), (1016, 2), (1100, 7), (1999, 60), (5000, 60),
    ])
    func `Retry-After says when enough failures have aged`(_ failures: Int64, _ seconds: Int64) {
        var reading = ThrottleReading()
        reading.app.failures = failures
        #expect(reading.appIsThrottled(under: .standard))
        #expect(reading.appRetryAfterSeconds(under: .standard) == seconds)
    }

    @Test func `a proof's key is tagged by the first sixteen bytes of its thumbprint`() {
        // The example of RFC 7638, section 3.1.
        let tag = ThrottleCaller.tag(ofThumbprint: "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
        #expect(tag?.text == "3736cbb1787cb8309c77ee8c3705c5e1")
        #expect(ThrottleCaller.tag(ofThumbprint: "NzbLsXh8") == nil)
        #expect(ThrottleCaller.tag(ofThumbprint: String(repeating: "=", count: 43)) == nil)
    }
}
