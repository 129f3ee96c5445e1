import AuthorizationCore
import AuthorizationService
import HTTPMessages
import Testing
import Threads

/// Requests that the HTTP server refused by itself, on the record of those who never authenticated.
@Suite struct UnreadRequestTests {
    let desk: ManagementDesk
    let service: LedgerService

    init() async throws {
        desk = try ManagementDesk()
        try await desk.send("POST", "environments", #"{"name":"prod"}"#)
        service = LedgerService(desk.context)
    }

    func refused(
        _ status: Int, _ path: [String]? = ["prod", "oauth", "access-token"], from source: UInt32 = 0xCB00_7109
    ) -> RefusedRequest {
        RefusedRequest(
            status: status, method: "POST", pathSegments: path, source: .v4(source),
            refusedAt: desk.time.now.microseconds)
    }

    var refusals: [TokenRefused] {
        desk.store.events.compactMap {
            if case .tokens(.refused(let data)) = $0.data { data } else { nil }
        }
    }
    var sums: [RequestsSuppressed] {
        desk.store.events.compactMap {
            if case .access(.requestsSuppressed(let data)) = $0.data { data } else { nil }
        }
    }

    @Test(arguments: [400, 408, 413, 414, 417, 431, 501, 505])
    func `what was meant for a token endpoint is recorded as refused there`(_ status: Int) async throws {
        service.note(refused(status))
        #expect(refusals.isEmpty)
        await service.close()
        let events = refusals
        try #require(events.count == 1)
        #expect(events[0].status == Int64(status) && events[0].error == "invalid_request")
        #expect(events[0].reason == .malformedRequest && events[0].isUnread)
        let facts = try #require(events[0].request)
        #expect(facts.environment.text == "prod" && facts.receivedAt == desk.time.now)
        #expect(facts.client == ClientAuthentication() && facts.sourceTag != nil && facts.tagEpoch != nil)
        #expect(desk.store.events.last?.actor == .stranger)
        #expect(sums.isEmpty)
        #expect(desk.context.counters.current.tokensRefused == 1)
    }

    @Test(
        arguments: [
            nil, [], ["test", "oauth", "access-token"], ["prod", "oauth", "jwks"], ["manager", "apis"],
            ["prod", "oauth", "access-token", ""], ["prod", "oauth", "access-token", "x"],
        ] as [[String]?])
    func `what was meant for nobody knows where is summed up`(_ path: [String]?) async throws {
        for source in 1...3 { service.note(refused(400, path, from: UInt32(source) << 8)) }
        await service.close()
        #expect(refusals.isEmpty)
        try #require(sums.count == 1)
        #expect(sums[0].count == 3 && sums[0].sources == 3 && sums[0].reason == .malformedRequest)
        #expect(desk.context.counters.current.requestsSuppressed == 3)
    }

    @Test func `the budget is the one of all who never authenticated`() async throws {
        let stranger = HTTPRequest(
            method: "GET", target: try RequestTarget(parsing: "/prod/oauth/access-token"), source: .v4(0xCB00_7109),
            receivedAt: desk.time.now.microseconds)
        try await desk.send("PUT", "environments/prod/deployments/oauth", "{}")
        for _ in 0..<50 { #expect(await service.answer(stranger).status == 405) }
        #expect(refusals.count == 50)
        for _ in 0..<30 { service.note(refused(400)) }
        // A source has sixty.
        await service.close()
        #expect(refusals.count == 60)
        #expect(sums.map(\.count) == [20])
    }

    @Test func `a flood waits in a bounded place and loses only its sources`() async throws {
        for _ in 0..<5_000 { service.note(refused(413)) }
        await service.close()
        #expect(refusals.count == 60)
        #expect(sums.map(\.count) == [4_940] && sums.map(\.sources) == [1])
        #expect(desk.context.counters.current.requestsSuppressed == 4_940)
        // Of those that found no place nobody knows whence they came.
        desk.time.advance(seconds: 3_600)
        for source in 0..<5_000 { service.note(refused(413, from: UInt32(source))) }
        await service.close()
        #expect(sums.last?.count == 5_000 - (Int64(refusals.count) - 60))
        #expect(sums.last?.sources == 1_024 - (Int64(refusals.count) - 60))
    }

    @Test func `short of space, and on a ledger that stopped, they are only counted`() async throws {
        let free = Locked<Int64>((1 << 30) - 1)
        let context = desk.context { $0.freeBytes = { free.withLock { $0 } } }
        let service = LedgerService(context)
        service.note(refused(400))
        service.note(refused(400, nil))
        await service.close()
        #expect(refusals.isEmpty && sums.isEmpty)
        #expect(context.counters.current.requestsSuppressed == 2)
        free.withLock { $0 = 1 << 30 }
        await desk.store.stop()
        service.note(refused(400))
        await service.close()
        #expect(refusals.isEmpty)
        #expect(context.counters.current.requestsSuppressed == 3)
    }
}
