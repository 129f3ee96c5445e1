import AuthorizationCore
import AuthorizationService
import CanonicalJSON
import EventLog
import HTTPMessages
import Testing

/// What an operator says of the ledger as a whole: its settings, and its clock.
@Suite struct ManagementLedgerTests {
    // MARK: Clock

    @Test func `an administrator confirms a clock that jumped, says why, and tokens are decided on again`() async throws
    {
        let desk = try ManagementDesk()
        try await desk.made("POST", "environments", #"{"name":"prod"}"#)
        let service = LedgerService(desk.context)
        func strange() async throws -> Int {
            let request = HTTPRequest(
                method: "POST", target: try RequestTarget(parsing: "/prod/oauth/access-token"),
                receivedAt: desk.time.now.microseconds)
            let answer: HTTPResponse = await service.answer(request)
            return answer.status
        }
        #expect(try await strange() == 404)
        #expect(try await desk.send("GET", "clock/confirmation").status == 404)
        desk.time.advance(seconds: 7_200)
        #expect(try await strange() == 503)
        // Other commands go on, and their events do not end the alarm.
        try await desk.made("POST", "environments", #"{"name":"test"}"#)
        #expect(try await strange() == 503)

        let answer = try await desk.made("POST", "clock/confirmation", #"{"reason":"the host's clock was a day off"}"#)

        #expect(answer.status == 200)
        #expect(answer["clock"]?.stringValue == desk.time.now.text)
        let ahead = try #require(answer["ahead_us"]?.integerValue)
        #expect(ahead == 7_200_000_000)
        #expect(answer["ledger"] != nil)
        #expect(try await strange() == 404)
        let event = try #require(desk.store.events.last { $0.data.type == .clockConfirmed })
        guard case .ledger(.clockConfirmed(let data)) = event.data else {
            Issue.record("\(event.data.type)")
            return
        }
        #expect(event.actor == .operator(desk.first.id))
        #expect(data.clock == desk.time.now && data.aheadMicroseconds == ahead && data.reason != nil)
        #expect(desk.store.sealedRecords.map(\.field) == ["reason"])
        #expect(!desk.store.leaves.contains { String(decoding: $0, as: UTF8.self).contains("a day off") })
        var shown = answer.object
        shown["ledger"] = nil
        #expect(JSONValue.object(try await desk.send("GET", "clock/confirmation").object) == .object(shown))
    }

    @Test func `a clock that fits is not confirmed, and nothing is sealed for it`() async throws {
        let desk = try ManagementDesk()
        let answer = try await desk.send("POST", "clock/confirmation", #"{"reason":"to be sure"}"#)
        #expect(answer.status == 409 && answer.reason == "clock_right")
        #expect(desk.refusals.map(\.command) == ["clock.confirm"])
        #expect(desk.store.sealedRecords.isEmpty)
    }

    @Test func `a confirmation that came twice is answered alike`() async throws {
        let desk = try ManagementDesk()
        desk.time.advance(seconds: -60)
        let body = #"{"reason":"set back by hand"}"#
        let key = [("Idempotency-Key", "k1")]
        let first = try await desk.send("POST", "clock/confirmation", body, fields: key)
        let second = try await desk.send("POST", "clock/confirmation", body, fields: key)
        #expect(first.status == 200 && second.status == 200)
        #expect(first["ahead_us"] == .integer(-60_000_000))
        #expect(second.fields.first("Idempotency-Replayed") == "true")
        #expect(first.body == second.body)
    }

    @Test(arguments: ["{}", #"{"reason":""}"#, #"{"reason":"  "}"#, #"{"reason":1}"#])
    func `a confirmation needs a reason in words`(_ body: String) async throws {
        let desk = try ManagementDesk()
        desk.time.advance(seconds: 7_200)
        let answer = try await desk.send("POST", "clock/confirmation", body)
        #expect(answer.status == 400 && answer.faultyFields == ["reason"])
        let long = #"{"reason":"\#(String(repeating: "x", count: 513))"}"#
        #expect(try await desk.send("POST", "clock/confirmation", long).status == 400)
        #expect(desk.store.state.estate.ledger.clockConfirmation == nil)
    }

    // MARK: Settings

    @Test func `settings hold from the next decision on, and what is absent has its default`() async throws {
        let desk = try ManagementDesk()
        let defaults = try await desk.send("GET", "settings")
        #expect(defaults["limits"] == limits(1_000, 60, 10, 300))
        #expect(defaults["operator_key_days"] == .integer(90))
        #expect(defaults["tag_retention_days"] == .integer(30))
        #expect(defaults["unrecognised_retention_days"] == .integer(30))
        try await desk.made("POST", "environments", #"{"name":"prod"}"#)

        try await desk.made(
            "PUT", "settings", #"{"limits":{"user_failures":5},"operator_key_days":7,"tag_retention_days":60}"#)

        let prod = try #require(EnvironmentName(text: "prod"))
        #expect(desk.store.state.estate.throttleLimits(in: prod).userFailures == 5)
        let added = try await desk.made("POST", "operators", #"{"name":"Anna","roles":["auditor"]}"#)
        #expect(added["expires_at"]?.stringValue == desk.time.now.advanced(bySeconds: 7 * 86_400).text)
        let changed = try await desk.made("PUT", "settings", #"{"limits":{"app_failures":10}}"#)
        #expect(changed["limits"] == limits(10, 60, 10, 300))
        #expect(changed["operator_key_days"] == .integer(90) && changed["tag_retention_days"] == .integer(30))
    }

    private func limits(_ app: Int64, _ appSeconds: Int64, _ user: Int64, _ userSeconds: Int64) -> JSONValue {
        .object([
            "app_failures": .integer(app), "app_seconds": .integer(appSeconds), "user_failures": .integer(user),
            "user_seconds": .integer(userSeconds),
        ])
    }

    @Test func `what an operator set, no command line sets, and one that differs is told`() async throws {
        let desk = try ManagementDesk()
        let service = LedgerService(desk.context)
        #expect(try await service.configureOnce(userLimit: (3, 60), appLimit: nil) == [])
        #expect(desk.store.state.estate.ledger.limits.userFailures == 3)
        try await desk.made("PUT", "settings", #"{"limits":{"user_failures":5,"user_seconds":60}}"#)
        let before = desk.store.events.count
        #expect(try await service.configureOnce(userLimit: (5, 60), appLimit: (1_000, 60)) == [])
        #expect(
            try await service.configureOnce(userLimit: (3, 60), appLimit: (7, 7)) == ["throttle-user", "throttle-app"])
        #expect(desk.store.events.count == before)
        #expect(desk.store.state.estate.ledger.limits.userFailures == 5)
    }

    @Test func `settings that an operator put empty are the ledger's own as well`() async throws {
        let desk = try ManagementDesk()
        try await desk.made("PUT", "settings", "{}")
        #expect(desk.store.events.last?.data.type == .ledgerConfigured)
        let service = LedgerService(desk.context)
        #expect(try await service.configureOnce(userLimit: (3, 60), appLimit: nil) == ["throttle-user"])
        #expect(desk.store.state.estate.ledger.limits == Limits())
    }

    @Test func `what this door does not set stays as it is`() async throws {
        let desk = try ManagementDesk()
        var data = LedgerConfigured()
        data.anchorEvery = .second
        desk.store.add(.ledger(.configured(data)))
        try await desk.made("PUT", "settings", #"{"operator_key_days":30}"#)
        #expect(desk.store.state.estate.ledger.anchorEvery == .second)
    }
}
