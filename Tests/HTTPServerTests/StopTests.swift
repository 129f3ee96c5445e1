import HTTPMessages
import HTTPServer
import Testing

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
        let server = Server(handler: describe)
        let port = try server.start(host: "127.0.0.1", port: 0)
        let clients = await blocking {
            Unshared(
                (0..<50).map { _ in
                    let client = RawClient(port: port)
                    client.send(get)
                    return client
                })
        }
        await server.stop()
        #expect(await blocking { clients.value.count { $0.response()?.status == 200 } } == 50)
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
        async let stopped: Void = server.stop()
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
