import Glibc
import HTTPMessages
import HTTPServer
import Testing
import Threads

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

@Suite struct ServingTests {
    @Test func `pipelined answers come in order, though the handlers would finish out of order`() async throws {
        try await withServer { _ in
        } handler: { request in
            let delay = Int(request.query ?? "") ?? 0
            try? await Task.sleep(for: .milliseconds(delay))
            return await describe(request)
        } _: { _, port in
            let bodies = await blocking {
                let client = RawClient(port: port)
                client.send([120, 60, 0].map { "GET /?\($0) HTTP/1.1\r\nHost: a\r\n\r\n" }.joined())
                return (0..<3).map { _ in client.response()?.body }
            }
            #expect(bodies == ["GET /?120 0", "GET /?60 0", "GET /?0 0"])
        }
    }

    @Test func `a client may pipeline more than we read ahead, and waits instead of being cut`() async throws {
        try await withServer { _ in
        } handler: { request in
            await Task.yield()
            return await describe(request)
        } _: { _, port in
            let count = 3_000
            let client = await blocking { Unshared(RawClient(port: port)) }
            async let sent: Void = blocking {
                client.value.send(
                    String(
                        repeating: "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50\r\n\r\n"
                            + String(repeating: "x", count: 50), count: count))
            }
            let answered = await blocking {
                let reader = client.value
                return (0..<count).count { _ in reader.response()?.body == "POST / 50" }
            }
            await sent
            #expect(answered == count)
        }
    }

    @Test func `what is read ahead while a handler works is bounded`() async throws {
        let gate = Gate()
        try await withServer { _ in
        } handler: { request in
            await gate.wait()
            return await describe(request)
        } _: { server, port in
            let client = await blocking { Unshared(RawClient(port: port)) }
            async let sent: Void = blocking { client.value.send(String(repeating: get, count: 50_000)) }
            #expect(await eventually { server.counters.requestsInFlight == 1 })
            try await Task.sleep(for: .milliseconds(200))
            #expect(server.counters.bytesReceived < 65_536)
            await blocking { client.value.hangUp() }
            await sent
            await gate.open()
        }
    }

    @Test func `HEAD gets the length and no body`() async throws {
        try await withServer { _, port in
            let (head, next) = await blocking {
                let client = RawClient(port: port)
                client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n" + get)
                return (client.response(toHead: true), client.response())
            }
            #expect(head?.fields["content-length"] == "8")
            #expect(next?.status == 200)
            #expect(next?.body == "GET / 0")
        }
    }

    @Test func `an answer says its length and date, and names no server`() async throws {
        try await withServer { _, port in
            let response = await blocking {
                let client = RawClient(port: port)
                client.send(get)
                return client.response()
            }
            #expect(response?.fields["content-length"] == "7")
            #expect(response?.fields["date"]?.hasSuffix(" GMT") == true)
            #expect(response?.fields["server"] == nil)
            #expect(response?.fields["connection"] == nil)
        }
    }

    @Test(arguments: [204, 304]) func `an answer without content has no length and no body`(_ status: Int) async throws
    {
        try await withServer { _ in
        } handler: { _ in
            HTTPResponse(status: status, body: [1, 2, 3])
        } _: { _, port in
            let (first, second) = await blocking {
                let client = RawClient(port: port)
                client.send(get + get)
                return (client.response(), client.response())
            }
            #expect(first?.status == status)
            #expect(first?.fields["content-length"] == nil)
            #expect(second?.status == status)
        }
    }

    @Test(arguments: [
        HTTPResponse(status: 200, fields: ["X": "a\r\nSet-Cookie: b"]),
        HTTPResponse(status: 200, fields: ["X: y\r\nZ": "a"]),
        HTTPResponse(status: 100),
        HTTPResponse(status: 1_000),
    ])
    func `an answer that cannot be sent becomes a 500`(_ response: HTTPResponse) async throws {
        try await withServer { _ in
        } handler: { _ in
            response
        } _: { _, port in
            let received = await blocking {
                let client = RawClient(port: port)
                client.send(get)
                return client.response()
            }
            #expect(received?.status == 500)
            #expect(received?.fields["set-cookie"] == nil)
        }
    }

    @Test func `a refusal is JSON, is not stored and is sent once`() async throws {
        try await withServer { _, port in
            let (response, ended) = await blocking {
                let client = RawClient(port: port)
                client.send("GET / HTTP/1.1\r\n\r\n")
                return (client.response(), client.sawEnd())
            }
            #expect(response?.body == #"{"error":"invalid_request"}"#)
            #expect(response?.fields["content-type"] == "application/json")
            #expect(response?.fields["cache-control"] == "no-store")
            #expect(response?.fields["connection"] == "close")
            #expect(ended)
        }
    }

    @Test func `a refusal reaches a client that is still sending`() async throws {
        try await withServer {
            $0.lingerDeadline = 5_000
        } _: { _, port in
            let (isTaken, status) = await blocking {
                let client = RawClient(port: port)
                client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8000000\r\n\r\n")
                return (client.send([UInt8](repeating: 0x78, count: 8_000_000)), client.response()?.status)
            }
            // A connection that is closed with unread bytes is reset, and a reset may overtake the answer.
            #expect(isTaken)
            #expect(status == 413)
        }
    }

    @Test func `a client that has finished writing still gets its answers`() async throws {
        try await withServer { _ in
        } handler: { request in
            try? await Task.sleep(for: .milliseconds(50))
            return await describe(request)
        } _: { _, port in
            let (statuses, ended) = await blocking {
                let client = RawClient(port: port)
                client.send(get + get)
                client.finishWriting()
                return ([client.response()?.status, client.response()?.status], client.sawEnd())
            }
            #expect(statuses == [200, 200])
            #expect(ended)
        }
    }

    @Test(arguments: [true, false])
    func `a client that leaves cancels nothing`(byReset: Bool) async throws {
        let gate = Gate()
        let finished = Locked(0)
        let records = Locked<[AccessRecord]>([])
        try await withServer {
            $0.onAccess = { record in records.withLock { $0.append(record) } }
        } handler: { request in
            await gate.wait()
            if !Task.isCancelled { finished.withLock { $0 += 1 } }
            return await describe(request)
        } _: { server, port in
            let client = await blocking {
                let client = RawClient(port: port)
                client.send(get)
                return Unshared(client)
            }
            #expect(await eventually { server.counters.requestsInFlight == 1 })
            await blocking { if byReset { client.value.reset() } else { client.value.end() } }
            if byReset { #expect(await eventually { server.counters.connectionsOpen == 0 }) }
            await gate.open()
            #expect(await eventually { records.withLock { $0.count } == 1 })
            #expect(finished.withLock { $0 } == 1)
            #expect(await eventually { server.counters.connectionsOpen == 0 })
            if byReset { #expect(records.withLock { $0[0].clientLeft }) }
        }
    }

    @Test func `an answer that comes late does not reach the next client on the same descriptor`() async throws {
        let (slow, next) = (Gate(), Gate())
        try await withServer {
            $0.loopCount = 1
        } handler: { request in
            await (request.path == "/slow" ? slow : next).wait()
            return await describe(request)
        } _: { server, port in
            await blocking {
                let clients = (1...20).map { count in
                    let client = RawClient(port: port)
                    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
                    while server.counters.requestsInFlight < count { sched_yield() }
                    return client
                }
                for client in clients { client.reset() }
            }
            #expect(await eventually { server.counters.connectionsOpen == 0 })
            let clients = await blocking {
                // Many, because other tests compete for the descriptors that those have left.
                Unshared(
                    (21...220).map { count in
                        let client = RawClient(port: port)
                        client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
                        while server.counters.requestsInFlight < count { sched_yield() }
                        return client
                    })
            }
            await slow.open()
            #expect(await eventually { server.counters.answersByStatusClass[2] == 20 })
            await next.open()
            #expect(await blocking { Set(clients.value.map { $0.response()?.body }) } == ["GET /next 0"])
        }
    }

    @Test func `a hundred clients keep their connections and get their own answers`() async throws {
        try await withServer { server, port in
            let wrong = await blocking {
                let clients = (0..<100).map { _ in RawClient(port: port) }
                var wrong = 0
                for round in 0..<20 {
                    for (index, client) in clients.enumerated() {
                        client.send("GET /\(index)/\(round) HTTP/1.1\r\nHost: a\r\n\r\n")
                    }
                    for (index, client) in clients.enumerated()
                    where client.response()?.body != "GET /\(index)/\(round) 0" { wrong += 1 }
                }
                return wrong
            }
            #expect(wrong == 0)
            #expect(server.counters.connectionsAccepted == 100)
            #expect(server.counters.answersByStatusClass[2] == 2_000)
            #expect(server.counters.requestsInFlight == 0)
        }
    }

    @Test func `an access record tells what happened and nothing that is secret`() async throws {
        let records = Locked<[AccessRecord]>([])
        try await withServer {
            $0.onAccess = { record in records.withLock { $0.append(record) } }
        } _: { _, port in
            await blocking {
                let client = RawClient(port: port)
                client.send(
                    "POST /token?code=secret HTTP/1.1\r\nHost: a\r\nAuthorization: secret\r\nContent-Length: 6\r\n\r\nsecret"
                )
                _ = client.response()
                client.send("GET /a%zz HTTP/1.1\r\n\r\n")
                _ = client.response()
            }
        }
        let seen = records.withLock { $0 }
        try #require(seen.count == 2)
        #expect(seen[0].method == "POST" && seen[0].path == "/token" && seen[0].status == 200)
        #expect(seen[0].requestBodySize == 6 && seen[0].responseBodySize == 25)
        #expect(seen[0].source == .v4(0x7F00_0001))
        #expect(seen[1].method == "" && seen[1].path == "" && seen[1].status == 400)
        #expect(!"\(seen)".contains("secret"))
    }
}
