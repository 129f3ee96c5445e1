import AuthorizationCore
import AuthorizationService
import HTTPMessages
import LedgerCrypto
import Testing
import Threads

/// What stands before every door: who asks behind a proxy, places per kind, and a clock that must be right.
@Suite struct ServiceRoutingTests {
    static let path = "/prod/oauth/access-token"

    /// A desk with the environment `prod`, in which tokens may be asked for.
    func desk() async throws -> ManagementDesk {
        let desk = try ManagementDesk()
        try await desk.send("POST", "environments", #"{"name":"prod"}"#)
        try await desk.send("PUT", "environments/prod/deployments/oauth", "{}")
        return desk
    }

    /// A token request of an app that nobody knows.
    func strange(
        _ service: LedgerService, _ desk: ManagementDesk, _ fields: HTTPFields = [:], from source: UInt32 = 0x7F00_0001
    ) async throws -> HTTPResponse {
        await service.answer(
            HTTPRequest(
                method: "POST", target: try RequestTarget(parsing: Self.path), fields: fields, source: .v4(source),
                receivedAt: desk.time.now.microseconds))
    }

    /// The tags of the sources of all refusals, in order.
    func sources(_ desk: ManagementDesk) -> [Bytes16] {
        desk.store.events.compactMap {
            guard case .tokens(.refused(let data)) = $0.data else { return nil }
            return data.request?.sourceTag
        }
    }

    // MARK: Clock

    @Test(arguments: [-6, 3_601] as [Int64])
    func `no token is decided on while the clock is wrong`(_ jump: Int64) async throws {
        let desk = try await desk()
        let service = LedgerService(desk.context)
        #expect(try await strange(service, desk).status == 401)
        desk.time.advance(seconds: jump)
        let before = desk.store.events.count
        let answer = try await strange(service, desk)
        #expect(answer.status == 503 && answer.fields.first("Retry-After") == "60")
        #expect(desk.store.events.count == before)
        desk.time.advance(seconds: -jump)
        #expect(try await strange(service, desk).status == 401)
    }

    // MARK: Queries

    @Test(arguments: [
        ("/manager/apis?x=1", 400), ("/ledger/checkpoint?x=1", 400), ("/ledger/tile/0/000.p/1?x", 400),
        ("/ledger/tile/entries/000.p/1?x=1", 400), ("/ledger/receipts/0?x=1", 400), ("/ledger/checkpoint?", 200),
        // What has no parameters to be mistaken about: caches and monitors add their own.
        ("/healthz?x=1", 200), ("/readyz?x=1", 200), ("/metrics?x=1", 200), ("/prod/oauth/jwks?x=1", 200),
        ("/.well-known/oauth-authorization-server/prod?x=1", 200),
    ])
    func `a parameter that a door does not know is refused where it could mean something`(
        _ target: String, _ status: Int
    ) async throws {
        let desk = try await desk()
        let fields: HTTPFields = ["Authorization": "Bearer \(desk.first.key)"]
        let answer = await LedgerService(desk.context).answer(
            HTTPRequest(method: "GET", target: try RequestTarget(parsing: target), fields: fields))
        #expect(answer.status == status)
        if status == 400 { #expect(String(decoding: answer.body, as: UTF8.self).contains("unknown_parameter")) }
    }

    // MARK: Places

    @Test func `management has places of its own, and no more`() async throws {
        let doors = try DoorsService()
        var configuration = doors.context.configuration
        configuration.maximumManagementRequests = 1
        let context = ServiceContext(
            store: doors.store, vaults: DoorsVaults(), keys: doors.keys, identities: doors.context.identities,
            configuration: configuration, throttles: doors.context.throttles, clock: doors.context.clock)
        let service = LedgerService(context)
        let (entered, enter) = AsyncStream<Void>.makeStream()
        let (left, leave) = AsyncStream<Void>.makeStream()
        doors.store.content.withLock {
            $0.beforeKeeping = {
                enter.finish()
                for await _ in left {}
            }
        }
        async let first = service.answer(try DoorsService.request("/ledger/checkpoint"))
        for await _ in entered {}
        let second = await service.answer(try DoorsService.request("/manager/apis"))
        #expect(second.status == 503 && second.fields.first("Retry-After") == "1")
        #expect(await service.answer(try DoorsService.request("/healthz")).status == 200)
        leave.finish()
        #expect(try await first.status == 200)
        #expect(await service.answer(try DoorsService.request("/manager/apis")).status == 401)
    }

    // MARK: Proxies

    @Test func `a proxy that shows its key says who asks`() async throws {
        let desk = try await desk()
        let proxy = try desk.add(.gateway, named: "proxy")
        let service = LedgerService(desk.context)
        let key = ("X-Gateway-Key", proxy.key)
        let client = ("X-Forwarded-For", "203.0.113.9, 198.51.100.7")
        #expect(!service.isProxy(.v4(0x7F00_0001)))
        _ = try await strange(service, desk, from: 0xC633_6407)
        _ = try await strange(service, desk, HTTPFields(dictionaryLiteral: key, client))
        _ = try await strange(service, desk)
        let tags = sources(desk)
        try #require(tags.count == 3)
        // 198.51.100.7 itself, the same behind the proxy, and the proxy's own address.
        #expect(tags[0] == tags[1] && tags[1] != tags[2])
        #expect(service.isProxy(.v4(0x7F00_0001)))
        // Its connections are a proxy's no longer than its key holds.
        desk.time.advance(seconds: 91 * 86_400)
        #expect(!service.isProxy(.v4(0x7F00_0001)))
    }

    @Test(arguments: ["no key", "a manager's key", "a wrong key", "two keys", "another address", "no address"])
    func `what no proxy of ours says about a client counts for nothing`(_ what: String) async throws {
        let desk = try await desk()
        var context = desk.context
        let proxy = try desk.add(what == "a manager's key" ? .manager : .gateway, named: "proxy")
        var fields: HTTPFields = ["X-Forwarded-For": what == "no address" ? "localhost" : "198.51.100.7"]
        switch what {
        case "no key": break
        case "a wrong key": fields.append("X-Gateway-Key", String(proxy.key.dropLast(4)) + "AAAA")
        default: fields.append("X-Gateway-Key", proxy.key)
        }
        if what == "two keys" { fields.append("X-Gateway-Key", proxy.key) }
        if what == "another address" {
            context = desk.context { $0.trustedProxies = [.v4(0x0A00_0001)] }
        }
        let service = LedgerService(context)
        _ = try await strange(service, desk)
        _ = try await strange(service, desk, fields)
        let tags = sources(desk)
        try #require(tags.count == 2)
        #expect(tags[0] == tags[1])
    }
}
