import Dispatch
import HTTPMessages
import HTTPServer
import Testing
import Threads

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite struct StopTests {
    @Test func `stopping finishes what was begun, closes what is idle and accepts nothing more`() async throws {
        let gate = Gate()
        let server = Server { request in
            await gate.wait()
            return await describe(request)
        }
        let port = try server.start(host: "127.0.0.1", port: 0)
        let half = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe"
        let (busy, idle, begun) = await blocking {
            let clients = (0..<3).map { _ in RawClient(port: port) }
            clients[0].send(get)
            clients[2].send(half)
            return (Unshared(clients[0]), Unshared(clients[1]), Unshared(clients[2]))
        }
        let arrived = get.utf8.count + half.utf8.count
        #expect(await eventually { server.counters.requestsInFlight == 1 && server.counters.bytesReceived == arrived })

        async let stopped: Void = server.stop(gracePeriod: .seconds(10))
        #expect(await blocking { idle.value.sawEnd() })
        #expect(await blocking { RawClient.isRefused(port: port) })
        await blocking { begun.value.send("llo") }
        #expect(await eventually { server.counters.requestsInFlight == 2 })
        await gate.open()
        for client in [busy, begun] {
            let (response, ended) = await blocking { (client.value.response(), client.value.sawEnd()) }
            #expect(response?.status == 200)
            #expect(response?.fields["connection"] == "close")
            #expect(ended)
        }
        await stopped
        #expect(server.counters.connectionsOpen == 0)
        #expect(server.counters.answersByStatusClass[2] == 2)
    }

    @Test func `a request that arrived together with the stop is answered`() async throws {
        let hold = DispatchSemaphore(value: 0)
        var configuration = ServerConfiguration()
        configuration.loopCount = 1
        // Holds the loop, so that the stop and the requests are both there when it looks again: the stop first.
        configuration.onAccess = { record in if record.path == "/first" { hold.wait() } }
        let server = Server(configuration: configuration, handler: describe)
        let port = try server.start(host: "127.0.0.1", port: 0)
        let clients = await blocking { Unshared((0..<10).map { _ in RawClient(port: port) }) }
        #expect(await eventually { server.counters.connectionsOpen == 10 })
        await blocking { clients.value[0].send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n") }
        #expect(await eventually { server.counters.answersByStatusClass[2] == 1 })

        async let stopped: Void = server.stop()
        try await Task.sleep(for: .milliseconds(100))
        await blocking { for client in clients.value.dropFirst() { client.send(get) } }
        hold.signal()
        #expect(await blocking { clients.value.count { $0.response()?.status == 200 } } == 10)
        await stopped
    }

    @Test func `a handler that does not end is not waited for beyond the grace period`() async throws {
        let gate = Gate()
        let server = Server { request in
            await gate.wait()
            return await describe(request)
        }
        let port = try server.start(host: "127.0.0.1", port: 0)
        let client = await blocking {
            let client = RawClient(port: port)
            client.send(get)
            return Unshared(client)
        }
        #expect(await eventually { server.counters.requestsInFlight == 1 })
        await server.stop(gracePeriod: .milliseconds(300))
        #expect(await blocking { client.value.response() } == nil)
        // The late answer finds nobody, and that is no harm.
        await gate.open()
        #expect(await eventually { server.counters.requestsInFlight == 0 })
    }

    @Test func `a handler whose client has left is waited for`() async throws {
        let gate = Gate()
        let server = Server { request in
            await gate.wait()
            return await describe(request)
        }
        let port = try server.start(host: "127.0.0.1", port: 0)
        let client = await blocking {
            let client = RawClient(port: port)
            client.send(get)
            return Unshared(client)
        }
        #expect(await eventually { server.counters.requestsInFlight == 1 })
        await blocking { client.value.reset() }
        #expect(await eventually { server.counters.connectionsOpen == 0 })
        let hasStopped = Locked(false)
        async let stopped: Void = {
            await server.stop()
            hasStopped.withLock { $0 = true }
        }()
        try await Task.sleep(for: .milliseconds(200))
        #expect(!hasStopped.withLock { $0 })
        await gate.open()
        await stopped
        #expect(server.counters.answersByStatusClass[2] == 1)
    }

    @Test func `stopping twice, or before a start, is no harm`() async throws {
        let server = Server(handler: describe)
        await server.stop()
        _ = try server.start(host: "127.0.0.1", port: 0)
        await server.stop()
        await server.stop()
    }
}
