import AuthorizationCore
import Testing

@testable import AuthorizationService

private let second: UInt64 = 1_000_000_000

/// When a destination is left in peace.
@Suite struct IdentityBreakerTests {
    private let breakers = IdentityBreakers()
    private let place = IdentityBreakers.Place(
        identity: IdentityID(bits: 1), environment: EnvironmentName(text: "prod") ?? EnvironmentName())

    private func fail(_ times: Int, from start: UInt64, every interval: UInt64 = 0) {
        for index in 0..<times {
            breakers.note(isIndeterminate: true, of: place, at: start + UInt64(index) * interval)
        }
    }

    @Test func `five answers in ten seconds that say nothing open it, four do not`() {
        fail(4, from: 0, every: 2 * second)
        #expect(breakers.allows(place, at: 8 * second))
        fail(1, from: 8 * second)
        #expect(!breakers.allows(place, at: 8 * second))
        #expect(breakers.openCount() == 1)
    }

    @Test func `failures that are further apart do not open it`() {
        fail(50, from: 0, every: 3 * second)
        #expect(breakers.allows(place, at: 150 * second))
    }

    @Test func `an answer in between that says something starts the count anew`() {
        fail(4, from: 0)
        breakers.note(isIndeterminate: false, of: place, at: 0)
        fail(4, from: 0)
        #expect(breakers.allows(place, at: 0))
    }

    @Test func `open, it lets one call a second through, and the first good answer closes it`() {
        fail(5, from: 0)
        #expect(!breakers.allows(place, at: second - 1))
        #expect(breakers.allows(place, at: second))
        #expect(!breakers.allows(place, at: second))
        breakers.note(isIndeterminate: true, of: place, at: second)
        #expect(!breakers.allows(place, at: 2 * second - 1))
        #expect(breakers.allows(place, at: 2 * second))
        breakers.note(isIndeterminate: false, of: place, at: 2 * second)
        #expect(breakers.allows(place, at: 2 * second))
        #expect(breakers.openCount() == 0)
    }

    @Test func `one environment's outage is not another's`() {
        fail(5, from: 0)
        var other = place
        other.environment = EnvironmentName(text: "test") ?? EnvironmentName()
        #expect(breakers.allows(other, at: 0))
    }
}
