import HTTPMessages
import HTTPServer
import Testing

/// Outcomes only: how long it took is the machine's business.
@Suite struct DeadlineTests {
    @Test func `a head that drips is answered 408, however steadily`() async throws {
        try await withServer {
            $0.headDeadline = 300
        } _: { _, port in
            let statuses = await blocking { drip("GET / HTTP/1.1\r\nHost: a\r\nX: ", port) }
            #expect(statuses == [408])
        }
    }

    @Test func `a body that drips is answered 408, however steadily`() async throws {
        try await withServer {
            $0.bodyDeadline = 300
        } _: { _, port in
            let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n"
            #expect(await blocking { drip(head, port) } == [408])
        }
    }

    @Test func `a chunked body that drips is answered 408, however steadily`() async throws {
        try await withServer {
            $0.bodyDeadline = 300
        } _: { _, port in
            let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\n"
            #expect(await blocking { drip(head, port) } == [408])
        }
    }

    @Test func `a connection that never says anything is closed without an answer`() async throws {
        try await withServer {
            $0.headDeadline = 300
        } _: { _, port in
            #expect(await blocking { RawClient(port: port).sawEnd() })
        }
    }

    @Test func `an idle connection is closed without an answer`() async throws {
        try await withServer {
            $0.idleDeadline = 300
        } _: { server, port in
            let outcome = await blocking {
                let client = RawClient(port: port)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return (client.response()?.status, client.sawEnd())
            }
            #expect(outcome == (200, true))
            #expect(server.counters.refusalsByStatus.isEmpty)
        }
    }

    @Test func `a handler may take longer than any deadline`() async throws {
        try await withServer {
            $0.headDeadline = 100
            $0.bodyDeadline = 100
            $0.idleDeadline = 100
            $0.writeDeadline = 100
        } handler: { request in
            try? await Task.sleep(for: .milliseconds(800))
            return await describe(request)
        } _: { _, port in
            let response = await blocking {
                let client = RawClient(port: port)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return client.response()
            }
            #expect(response?.body == "GET / 0")
        }
    }

    @Test func `a client that does not take its answer is cut off`() async throws {
        try await withServer {
            $0.writeDeadline = 300
        } handler: { _ in
            HTTPResponse(status: 200, body: [UInt8](repeating: 0x78, count: 32_000_000))
        } _: { server, port in
            let client = await blocking {
                let client = RawClient(port: port, receiveBufferSize: 4_096)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return Unshared(client)
            }
            #expect(await eventually { server.counters.unreadAnswers == 1 && server.counters.connectionsOpen == 0 })
            #expect(await blocking { client.value.response() } == nil)
        }
    }

    @Test func `a client that lingers after the last answer is closed`() async throws {
        try await withServer { _ in
        } _: { server, port in
            let client = await blocking {
                let client = RawClient(port: port)
                client.send("GET / HTTP/1.1\r\n\r\n")
                _ = client.response()
                return Unshared(client)
            }
            #expect(await eventually { server.counters.connectionsOpen == 0 })
            _ = client
        }
    }
}

/// Sends a beginning and then a byte every few milliseconds; what the server answers while it goes on, for ten seconds
/// at most.
@Sendable private func drip(_ beginning: String, _ port: UInt16) -> [Int] {
    let client = RawClient(port: port)
    client.send(beginning)
    for _ in 0..<500 {
        client.send("x")
        guard client.hasInput(within: 20) else { continue }
        guard let response = client.response() else { return [] }
        return client.sawEnd() ? [response.status] : [response.status, 0]
    }
    return []
}

/// Hands a value from one thread to the next.
struct Unshared<Value>: @unchecked Sendable {
    // Safe to send: the tests that use it never touch the value from two threads at a time.
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
