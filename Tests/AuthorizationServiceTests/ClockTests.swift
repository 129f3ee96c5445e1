import AuthorizationCore
import AuthorizationService
import EventLog
import HTTPMessages
import Testing
import Threads

extension DoorsService {
    /// Time passes for both clocks, and the wall clock is set by `jump`.
    func pass(seconds: Int64, jump: Int64 = 0) {
        monotonic.withLock { $0 += seconds * 1_000_000 }
        pass(milliseconds: (seconds + jump) * 1_000)
    }
}

/// Whether the wall clock fits the log, from look to look.
@Suite struct ClockTests {
    let service: DoorsService

    init() throws {
        service = try DoorsService()
    }

    var judgement: ClockJudgement { service.context.serviceClock.judgement }
    var now: Timestamp { service.clock.withLock { $0 } }

    /// An event of the moment, of no other interest.
    func record() throws {
        try service.store.record(.ledger(.anchorReset(AnchorReset())), at: max(now, service.store.state.recordedAt))
    }

    func confirm() throws {
        var data = ClockConfirmed()
        data.clock = now
        try service.store.record(
            .ledger(.clockConfirmed(data)), at: max(now, service.store.state.recordedAt))
    }

    @Test(
        arguments: [
            (3_601, ClockJudgement.ahead(microseconds: 3_601_000_000)),
            (-6, .behind(microseconds: 6_000_000)),
        ] as [(Int64, ClockJudgement)])
    func `an alarm stands whatever is recorded, until somebody confirms the clock`(
        _ jump: Int64, _ expected: ClockJudgement
    ) throws {
        try record()
        #expect(judgement == .right)
        service.pass(seconds: 60, jump: jump)
        #expect(judgement == expected)
        for _ in 0..<3 {
            try record()
            service.pass(seconds: 60)
            #expect(judgement == expected)
        }
        let door = HealthDoor(service.context, releaser: service.releaser)
        let answer = door.answer(try DoorsService.request("/readyz"))
        #expect(answer.status == 503)
        #expect(String(decoding: answer.body, as: UTF8.self).contains(jump > 0 ? "clock_ahead" : "clock_behind"))
        let metrics = String(decoding: door.answer(try DoorsService.request("/metrics")).body, as: UTF8.self)
        #expect(metrics.contains("authledger_clock_ahead_microseconds \(jump * 1_000_000)\n"))
        try confirm()
        #expect(judgement == .right)
        service.pass(seconds: 60)
        try record()
        #expect(judgement == .right)
        // The next jump is another alarm.
        service.pass(seconds: 60, jump: 3_601)
        #expect(judgement == .ahead(microseconds: 3_601_000_000))
    }

    @Test func `a jump is noticed although an event was recorded before anybody looked`() throws {
        service.pass(seconds: 60)
        #expect(judgement == .right)
        service.pass(seconds: 60, jump: 3_700)
        try record()
        #expect(judgement == .ahead(microseconds: 3_700_000_000))
    }

    @Test func `a clock that is set right again needs nobody's word`() throws {
        service.pass(seconds: 60, jump: 7_200)
        #expect(judgement != .right)
        service.pass(seconds: 60, jump: -7_200)
        #expect(judgement == .right)
    }

    @Test func `a clock that is set right after it led the log astray is behind, until it is confirmed`() throws {
        service.pass(seconds: 60, jump: 7_200)
        #expect(judgement != .right)
        try record()
        service.pass(seconds: 60, jump: -7_200)
        guard case .behind = judgement else {
            Issue.record("the log is ahead of its clock")
            return
        }
        try confirm()
        #expect(judgement == .right)
        service.pass(seconds: 3_600)
        #expect(judgement == .right)
        // The log's time stands still until the clock has caught up, also over a restart.
        let again = ServiceContext(
            store: service.store, vaults: DoorsVaults(), keys: service.keys, identities: service.context.identities,
            configuration: service.context.configuration, throttles: service.context.throttles,
            clock: service.context.clock, monotonic: { 0 })
        #expect(again.serviceClock.judgement == .right)
        service.pass(seconds: 7_200)
        try record()
        #expect(judgement == .right)
    }

    @Test func `long quiet and rare looks are no jump`() throws {
        service.pass(seconds: 100_000)
        #expect(judgement == .right)
        // An event of long ago that is seen only now.
        try service.store.record(.ledger(.anchorReset(AnchorReset())), at: now.advanced(bySeconds: 10))
        service.pass(seconds: 100_000)
        #expect(judgement == .right)
        service.pass(seconds: 10, jump: 100_000 + 3_601)
        #expect(judgement != .right)
    }

    @Test func `a ledger that rested is started without ceremony, and one whose clock is behind is not`() throws {
        func judgement(after seconds: Int64) -> ClockJudgement {
            let started = service.store.state.recordedAt.advanced(bySeconds: seconds)
            return ServiceContext(
                store: service.store, vaults: DoorsVaults(), keys: service.keys,
                identities: service.context.identities, configuration: service.context.configuration,
                throttles: service.context.throttles, clock: { started }, monotonic: { 0 }
            ).serviceClock.judgement
        }
        #expect(judgement(after: 86_400) == .right)
        #expect(judgement(after: 400 * 86_400) == .right)
        #expect(judgement(after: -5) == .right)
        #expect(judgement(after: -6) == .behind(microseconds: 6_000_000))
    }

    @Test(
        arguments: [
            (ClockJudgement.right, 3_600, nil),
            (
                .right, 3_601,
                "The clock is 1 hour 1 second ahead of the newest event. If the service has not rested for that long, the clock "
                    + "is wrong: stop the service and set it."
            ),
            (
                .right, 2 * 86_400 + 3_600 + 60,
                "The clock is 2 days 1 hour ahead of the newest event. If the service has not rested for that long, the clock "
                    + "is wrong: stop the service and set it."
            ),
            (
                .behind(microseconds: 61_000_000), -61,
                "The clock is 1 minute 1 second behind the newest event: no token is issued until it is right, or an "
                    + "administrator confirms it (POST /manager/clock/confirmation)."
            ),
        ] as [(ClockJudgement, Int64, String?)])
    func `at a start the clock is said to be behind, or ahead of what is newest`(
        _ judgement: ClockJudgement, _ seconds: Int64, _ note: String?
    ) {
        #expect(judgement.note(sinceNewestEvent: seconds * 1_000_000) == note)
    }

    @Test(arguments: [
        (0, 0, 0, ClockJudgement.right), (-5_000_000, 0, 0, .right),
        (-5_000_001, 0, 0, .behind(microseconds: 5_000_001)),
        (0, 5_000_000, 5_000_000, .right), (0, 5_000_001, 9_000_000, .behind(microseconds: 5_000_001)),
        (3_600_000_000, 0, 0, .right), (3_600_000_001, 0, 0, .ahead(microseconds: 3_600_000_001)),
        (3_600_000_001, 0, 1, .right), (7_200_000_002, 1, 3_600_000_001, .ahead(microseconds: 3_600_000_001)),
        (Int64.max / 4, 0, Int64.max / 4, .right),
    ])
    func `the clock is judged by what is believed and the time since`(
        _ ahead: Int64, _ atLeast: Int64, _ atMost: Int64, _ judgement: ClockJudgement
    ) {
        let event = Timestamp(microseconds: 1_790_000_000_000_000)
        #expect(
            ClockJudgement(
                wall: Timestamp(microseconds: event.microseconds + ahead), believed: event,
                elapsedMicroseconds: atLeast...atMost) == judgement)
    }
}
