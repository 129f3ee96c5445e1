import HTTPMessages
import HTTPServer
import Testing

@Suite struct LimitTests {
    @Test(arguments: [
        ("/token", 65_536, 200), ("/token", 65_537, 413),
        ("/manager", 1_048_576, 200), ("/manager/apps?x", 1_048_576, 200), ("/manager/apps", 1_048_577, 413),
        ("/%6Danager/apps", 1_048_576, 200), ("/managers", 65_537, 413), ("/manager%2Fapps", 65_537, 413),
        ("//manager", 65_537, 413),
    ])
    func `the limit of a body depends on the decoded path`(path: String, size: Int, status: Int) async throws {
        try await withServer { _, port in
            let seen = await blocking {
                let client = RawClient(port: port)
                client.send("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
                // A refusal must come before the body does.
                if status == 200 { client.send([UInt8](repeating: 0x78, count: size)) }
                return client.response()
            }
            #expect(seen?.status == status)
            if status == 200 { #expect(seen?.body == "POST \(path) \(size)") }
        }
    }

    @Test func `connections beyond the limit are closed at once, and a place that is free again is given`() async throws
    {
        try await withServer {
            $0.maximumConnections = 3
        } _: { server, port in
            let clients = await blocking { Unshared((0..<3).map { _ in RawClient(port: port) }) }
            #expect(await eventually { server.counters.connectionsOpen == 3 })
            #expect(await blocking { RawClient(port: port).sawEnd() })
            #expect(server.counters.connectionsRefusedByTotal == 1)
            await blocking { clients.value[0].end() }
            #expect(await eventually { server.counters.connectionsOpen == 2 })
            #expect(await blocking { isServed(port) })
            withExtendedLifetime(clients) {}
        }
    }

    @Test(arguments: [true, false])
    func `connections from one address are limited, except for exempt ones`(isExempt: Bool) async throws {
        try await withServer {
            $0.maximumConnectionsPerAddress = 2
            $0.isExempt = { address in isExempt && address == .v4(0x7F00_0001) }
        } _: { server, port in
            let clients = await blocking { Unshared((0..<2).map { _ in RawClient(port: port) }) }
            #expect(await eventually { server.counters.connectionsOpen == 2 })
            #expect(await blocking { isServed(port) } == isExempt)
            #expect(server.counters.connectionsRefusedByAddress == (isExempt ? 0 : 1))
            // An optimised build would close them as soon as nobody asks for them again.
            withExtendedLifetime(clients) {}
        }
    }

    @Test func `requests beyond the limit in flight are answered 503 on a connection that lives on`() async throws {
        let gate = Gate()
        try await withServer {
            $0.maximumRequestsInFlight = 2
        } handler: { request in
            await gate.wait()
            return await describe(request)
        } _: { server, port in
            let clients = await blocking {
                Unshared(
                    (0..<2).map { _ in
                        let client = RawClient(port: port)
                        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                        return client
                    })
            }
            #expect(await eventually { server.counters.requestsInFlight == 2 })
            let refused = await blocking {
                let client = RawClient(port: port)
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
                return Unshared((client, client.response()))
            }
            #expect(refused.value.1?.status == 503)
            #expect(refused.value.1?.fields["retry-after"] == "1")
            #expect(server.counters.refusalsByStatus == [503: 1])
            await gate.open()
            #expect(await blocking { clients.value.map { $0.response()?.status } } == [200, 200])
            let again = await blocking {
                refused.value.0.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return refused.value.0.response()?.status
            }
            #expect(again == 200)
        }
    }

    @Test func `a port that is taken, a name, and a second start are told apart`() async throws {
        try await withServer { server, port in
            let other = Server(handler: describe)
            #expect(throws: ListenError.addressInUse(port: port)) { try other.start(host: "127.0.0.1", port: port) }
            #expect(throws: ListenError.notAnAddress("example")) { try other.start(host: "example", port: 0) }
            #expect(throws: ListenError.alreadyStarted) { try server.start(host: "127.0.0.1", port: 0) }
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "::"])
    func `a server listens on literals of both families`(host: String) async throws {
        let server = Server(handler: describe)
        let port = try server.start(host: host, port: 0)
        #expect(await blocking { isServed(port) })
        await server.stop()
    }
}

@Sendable private func isServed(_ port: UInt16) -> Bool {
    let client = RawClient(port: port)
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    return client.response()?.status == 200
}

/// Holds handlers until it is opened.
actor Gate {
    private var isOpen = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        guard !isOpen else { return }
        await withCheckedContinuation { waiting.append($0) }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
