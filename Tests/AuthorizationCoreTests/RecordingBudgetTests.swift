import AuthorizationCore
import Testing

struct RecordingBudgetTests {
    private static let start = Timestamp(microseconds: 1_790_000_000_000_000)

    private func source(_ number: UInt64) -> Bytes16 { Bytes16(high: 3, low: number) }
    private func later(_ microseconds: Int64) -> Timestamp {
        Timestamp(microseconds: Self.start.microseconds + microseconds)
    }

    /// Sends `count` requests, `perSecond` of them a second, and says how many were recorded.
    private func send(
        _ count: Int, perSecond: Int64, to budget: inout RecordingBudget, app: AppID? = nil,
        source: (Int) -> UInt64
    ) -> Int {
        var recorded = 0
        for index in 0..<count {
            let now = later(Int64(index) * 1_000_000 / perSecond)
            switch budget.decide(reason: .unknownApp, source: self.source(source(index)), app: app, at: now) {
            case .record: recorded += 1
            case .suppress: break
            }
        }
        return recorded
    }

    @Test func `one source gets sixty and then ten a minute`() {
        var budget = RecordingBudget()
        #expect(send(1000, perSecond: 100_000, to: &budget) { _ in 1 } == 60)
        var hour = RecordingBudget()
        let recorded = send(36_000, perSecond: 10, to: &hour) { _ in 1 }
        #expect((600...660).contains(recorded))
    }

    @Test func `a tenth is kept for sources that are new`() {
        var budget = RecordingBudget()
        // Fifty sources that come again and again take nine tenths.
        #expect(send(5000, perSecond: 100_000, to: &budget) { UInt64($0 % 50) } == 540)
        var new = 0
        for number in 0..<200 as Range<UInt64> {
            let verdict = budget.decide(
                reason: .unknownApp, source: source(1000 + number), app: nil, at: later(50_000))
            if verdict == .record { new += 1 }
        }
        #expect(new == 60)
    }

    @Test func `a source that was silent for an hour is new again`() {
        var budget = RecordingBudget()
        // Ten sources spend all that seen ones may have, for more than an hour.
        _ = send(2 * 3700 * 10, perSecond: 20, to: &budget) { UInt64($0 % 10) + 1 }
        let now = later(3700 * 1_000_000)
        #expect(budget.decide(reason: .unknownApp, source: source(1), app: nil, at: now) == .suppress)
        #expect(budget.decide(reason: .unknownApp, source: source(99), app: nil, at: now) == .record)
    }

    @Test func `a known app with a wrong secret has ten a minute`() {
        var budget = RecordingBudget()
        let app = AppID(bits: 1)
        #expect(send(1000, perSecond: 100_000, to: &budget, app: app) { UInt64($0) } == 10)
        let verdict = budget.decide(reason: .unknownApp, source: source(5000), app: AppID(bits: 2), at: later(10_000))
        #expect(verdict == .record)
        var minutes = RecordingBudget()
        #expect(send(6000, perSecond: 10, to: &minutes, app: app) { UInt64($0) } <= 10 + 100)
    }

    @Test(arguments: [1, 5, 4096, 100_000] as [UInt64])
    func `an hour of attack records no more than the budget, and the sums say the rest`(_ sources: UInt64) {
        var budget = RecordingBudget()
        var random = Seeded(state: sources)
        let reasons = [Refusal.unknownApp, .malformedRequest, .proofInvalid]
        var recorded: Int64 = 0
        var sent: [Refusal: Int64] = [:]
        var suppressed: [Refusal: Int64] = [:]
        var drains = 0
        func note(_ events: [RequestsSuppressed]) {
            drains += events.isEmpty ? 0 : 1
            for event in events {
                suppressed[event.reason, default: 0] += event.count
                #expect(event.from <= event.to)
                #expect((1...min(1024, Int64(sources))).contains(event.sources))
            }
        }
        func request(at now: Timestamp) {
            let reason = reasons[Int.random(in: 0..<3, using: &random)]
            let source = source(UInt64.random(in: 0..<sources, using: &random))
            sent[reason, default: 0] += 1
            switch budget.decide(reason: reason, source: source, app: nil, at: now) {
            case .record:
                recorded += 1
                suppressed[reason, default: 0] += 1
            case .suppress: break
            }
        }
        // A second of 20,000 requests, then an hour at a rate that a test has time for: what counts is that there are
        // always more than the budget.
        for index in 0..<20_000 as Range<Int64> { request(at: later(index * 50)) }
        for second in 1...3600 as ClosedRange<Int64> {
            for index in 0..<10 as Range<Int64> { request(at: later(second * 1_000_000 + index * 100_000)) }
            note(budget.drain(at: later(second * 1_000_000 + 999_999)))
        }
        note(budget.drain(at: later(3601 * 1_000_000), closing: true))

        #expect(recorded <= 600 + 60 * 60 + 1)
        #expect(sources == 1 ? recorded <= 60 + 600 + 1 : recorded > 600)
        #expect(sent == suppressed)
        #expect(drains <= 62)
    }

    @Test func `sums come at most once a minute, per reason and in order`() {
        var budget = RecordingBudget()
        #expect(budget.drain(at: Self.start).isEmpty)
        for number in 0..<5000 as Range<UInt64> {
            _ = budget.decide(reason: .malformedRequest, source: source(number), app: nil, at: later(Int64(number)))
        }
        for _ in 0..<70 { _ = budget.decide(reason: .unknownApp, source: source(1), app: nil, at: later(6000)) }

        let sums = budget.drain(at: later(7000))
        #expect(sums.map(\.reason) == [.unknownApp, .malformedRequest])
        #expect(sums.map(\.count) == [70, 4400])
        #expect(sums.map(\.sources) == [1, 1024])
        #expect(sums.last?.from == later(600) && sums.last?.to == later(4999))

        _ = budget.decide(reason: .unknownApp, source: source(1), app: nil, at: later(8000))
        #expect(budget.drain(at: later(60_006_999)).isEmpty)
        #expect(budget.drain(at: later(60_007_000)).map(\.count) == [1])
        #expect(budget.drain(at: later(60_007_000), closing: true).isEmpty)
    }
}
