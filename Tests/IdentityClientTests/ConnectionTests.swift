import Glibc
import IdentityClient
import Testing
import Threads

@Suite struct `A kept connection` {
    @Test func `serves one request after another`() async throws {
        try await withServer { peer in
            while peer.receive() != nil { peer.answer("200 OK", "\(peer.index)") }
        } then: { client, server async throws in
            for _ in 0..<20 { #expect(try await client.ask(server).text == "0") }
            #expect(server.connections == 1)
        }
    }

    @Test func `serves its own pool only`() async throws {
        try await withServer { peer in
            while peer.receive() != nil { peer.answer("200 OK", "\(peer.index)") }
        } then: { client, server async throws in
            #expect(try await client.ask(server, pool: "idn_1@7").text == "0")
            #expect(try await client.ask(server, pool: "idn_1@8").text == "1")
            #expect(try await client.ask(server, pool: "idn_2@9").text == "2")
            #expect(try await client.ask(server, pool: "idn_1@7").text == "0")
        }
    }

    @Test(arguments: [
        // In the same packet as the answer, behind a body, behind none, behind the last chunk.
        "HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 401 No\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n",
    ])
    func `hands no surplus answer to the next request`(_ answer: String) async throws {
        let planted = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nplanted"
        try await withServer { peer in
            var first = peer.index == 0
            while peer.receive() != nil {
                peer.send(first ? answer + planted : "HTTP/1.1 403 Own\r\nContent-Length: 3\r\n\r\nown")
                first = false
            }
        } then: { client, server async throws in
            #expect(try await client.ask(server).status == Int(answer.dropFirst(9).prefix(3)))
            #expect(try await client.ask(server).text == "own")
        }
    }

    @Test func `with an answer that came before the question is not used`() async throws {
        let isPlanted = Locked(false)
        try await withServer { peer in
            while peer.receive() != nil {
                peer.answer("401 No", "\(peer.index)")
                if peer.index == 0 {
                    usleep(20_000)
                    peer.answer("200 OK", "planted")
                    isPlanted.withLock { $0 = true }
                }
            }
        } then: { client, server async throws in
            #expect(try await client.ask(server).text == "0")
            while !isPlanted.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
            #expect(try await client.ask(server).text == "1")
            #expect(server.requests.count == 2)
        }
    }

    @Test func `is not opened to an Identity that speaks before it is asked`() async throws {
        try await withServer { peer in
            peer.answer("200 OK", "planted")
            peer.waitForEnd()
        } then: { client, server async throws in
            // The greeting may come too late to be seen before sending: then it cannot be told from an answer.
            let outcome = try await client.ask(server)
            #expect(outcome.failure == .answerMalformed || outcome.text == "planted")
        }
    }

    @Test func `that the Identity has closed is replaced before anything is sent`() async throws {
        let isClosed = Locked(false)
        try await withServer { peer in
            peer.receive()
            peer.answer("200 OK", "\(peer.index)")
            peer.end()
            isClosed.withLock { $0 = true }
        } then: { client, server async throws in
            #expect(try await client.ask(server).text == "0")
            while !isClosed.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
            #expect(try await client.ask(server).text == "1")
            #expect(server.requests.count == 2)
        }
    }

    @Test func `that ends without an answer does not make the request go out twice`() async throws {
        try await withServer { peer in
            peer.receive()
            peer.answer("200 OK", "\(peer.index)")
            peer.receive()  // and no answer
        } then: { client, server async throws in
            #expect(try await client.ask(server).text == "0")
            #expect(try await client.ask(server).failure == .connectionLost)
            #expect(server.requests.count == 2)
            // libcurl had opened a connection to repeat the request, which went no further.
            #expect(try await client.ask(server).status == 200)
        }
    }

    @Test func `is closed after a malformed answer`() async throws {
        try await withServer { peer in
            while peer.receive() != nil {
                if peer.index == 0 {
                    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok")
                } else {
                    peer.answer("200 OK", "fine")
                }
            }
        } then: { client, server async throws in
            #expect(try await client.ask(server).failure == .answerMalformed)
            #expect(try await client.ask(server).text == "fine")
            #expect(server.connections == 2)
        }
    }
}

@Suite struct `A pool` {
    @Test func `that nobody uses any more is closed with its connections, and may be used anew`() async throws {
        let hasEnded = Locked(false)
        let server = HostileServer { peer in
            while peer.receive() != nil { peer.answer("200 OK", "\(peer.index)") }
            hasEnded.withLock { $0 = true }
        }
        defer { server.stop() }
        var configuration = IdentityHTTPClient.Configuration(policy: DestinationPolicy(allowPrivate: true))
        configuration.maximumPoolIdleSeconds = 0
        let client = try IdentityHTTPClient(configuration)
        defer { client.stop() }
        #expect(try await client.ask(server).text == "0")
        while !hasEnded.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(try await client.ask(server).text == "1")
    }
}

@Suite struct `Stopping a client` {
    @Test func `ends what is under way, and what comes later`() async throws {
        let isAsked = Locked(false)
        let server = HostileServer { peer in
            peer.receive()
            isAsked.withLock { $0 = true }
            peer.waitForEnd()
        }
        defer { server.stop() }
        let client = try IdentityHTTPClient(.init(policy: DestinationPolicy(allowPrivate: true)))
        async let first = client.ask(server)
        async let second = client.ask(server)
        while !isAsked.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
        client.stop()
        client.stop()
        #expect(try await first.failure == .cancelledAtStop)
        #expect(try await second.failure == .cancelledAtStop)
        #expect(try await client.ask(server).failure == .cancelledAtStop)
    }
}
