import Glibc
import IdentityClient
import Testing

@Suite struct `A call to an Identity` {
    @Test func `carries the body byte for byte and brings the answer back`() async throws {
        let question = #"{"username":"ann\u00e9","password":"  p\"w ","extra":[1, 2.0]}"#
        try await withServer { peer in
            while peer.receive() != nil {
                peer.answer("200 OK", #"{"a":1}"#, fields: "Content-Type: application/json\r\n")
            }
        } then: { client, server async throws in
            let outcome = try await client.ask(server, question)
            #expect(outcome == .answered(status: 200, contentType: "application/json", body: [UInt8](#"{"a":1}"#.utf8)))
            let request = try #require(server.requests.first)
            #expect(request.body == [UInt8](question.utf8))
            let fields = request.head.split(separator: "\r\n").map(String.init)
            #expect(
                Set(fields) == [
                    "POST /authenticate HTTP/1.1", "Host: 127.0.0.1:\(server.port)", "User-Agent: AuthLedger",
                    "Content-Type: application/json", "Accept: application/json",
                    "Content-Length: \(question.utf8.count)",
                ])
        }
    }

    @Test(arguments: ["200 OK", "201 Created", "400 Bad Request", "401 Unauthorized", "429 Slow", "500 Oops", "503 No"])
    func `reports a status as it is`(_ status: String) async throws {
        try await withServer { peer in
            while peer.receive() != nil { peer.answer(status, "{}") }
        } then: { client, server async throws in
            #expect(try await client.ask(server).status == Int(status.prefix(3)))
        }
    }

    @Test func `reports a redirect and does not follow it`() async throws {
        try await withServer { peer in
            while peer.receive() != nil { peer.answer("307 Elsewhere", "", fields: "Location: /other\r\n") }
        } then: { client, server async throws in
            #expect(try await client.ask(server).status == 307)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [
        ("HTTP/1.1 204 No Content\r\n\r\n", ""),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n",
            "abcde"
        ),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", "ok"),
        ("HTTP/1.0 200 OK\r\n\r\nuntil the end", "until the end"),
    ])
    func `reads every form of body`(_ answer: String, _ body: String) async throws {
        try await withServer { peer in
            peer.receive()
            peer.send(answer)
        } then: { client, server async throws in
            #expect(try await client.ask(server).text == body)
        }
    }

    static let manyFields = String(repeating: "X: \(String(repeating: "a", count: 90))\r\n", count: 800)
    static let noAnswers: [(String, IdentityCallFailure)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nabcde", .answerMalformed),
        ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .answerMalformed),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n", .connectionLost),
        ("HTTP/1.1 200 OK\nContent-Length: 0\n\n", .answerMalformed),
        ("HTTP/1.1 101 Switching Protocols\r\n\r\n", .answerMalformed),
        ("just a few words that are no answer\r\n\r\n", .answerMalformed),
        (String(repeating: "HTTP/1.1 103 Early Hints\r\n\r\n", count: 1_000), .answerMalformed),
        ("HTTP/1.1 200 OK\r\nX: \(String(repeating: "a", count: 70_000))\r\n\r\n", .answerMalformed),
        ("HTTP/1.1 200 OK\r\n\(manyFields)\r\n", .answerMalformed),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\nabc", .answerTooLarge),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", .connectionLost),
        ("HTTP/1.1 200 OK\r\nContent-Le", .connectionLost),
        ("", .connectionLost),
    ]

    @Test(arguments: noAnswers)
    func `fails for an answer that is none`(_ answer: String, _ failure: IdentityCallFailure) async throws {
        try await withServer { peer in
            peer.receive()
            peer.send(answer)
        } then: { client, server async throws in
            #expect(try await client.ask(server).failure == failure)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `is cut at the cap when the answer does not say how long it is`() async throws {
        let piece = String(repeating: "x", count: 4_096)
        try await withServer { peer in
            peer.receive()
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            if peer.index == 0 {
                for _ in 0..<16 { peer.send("1000\r\n\(piece)\r\n") }
                peer.send("1\r\nx\r\n0\r\n\r\n")
            } else {
                while peer.send("1000\r\n\(piece)\r\n") {}
            }
        } then: { client, server async throws in
            for _ in 0..<2 { #expect(try await client.ask(server).failure == .answerTooLarge) }
        }
    }

    @Test func `takes an answer of exactly the cap`() async throws {
        let body = String(repeating: "x", count: 65_536)
        try await withServer { peer in
            while peer.receive() != nil { peer.answer("200 OK", body) }
        } then: { client, server async throws in
            #expect(try await client.ask(server).text == body)
        }
    }

    @Test func `ends at its timeout, also when the answer drips`() async throws {
        try await withServer { peer in
            peer.receive()
            if peer.index == 1 {
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
                while peer.send("x") { usleep(5_000) }
            }
            peer.waitForEnd()
        } then: { client, server async throws in
            #expect(try await client.ask(server, timeout: 150).failure == .timeout)
            #expect(try await client.ask(server, timeout: 150).failure == .timeout)
            #expect(server.connections == 2)
        }
    }

    @Test func `fails when nobody listens, and when the name is unknown`() async throws {
        let client = try IdentityHTTPClient(.init(policy: DestinationPolicy(allowPrivate: true)))
        defer { client.stop() }
        for (url, failure) in [
            ("http://127.0.0.1:\(closedPort())/", IdentityCallFailure.connectFailed),
            ("http://nowhere.invalid/", .dnsFailed),
        ] {
            let answer = try await client.send(
                IdentityRequest(
                    destination: Destination(parsing: url), body: RequestBody(copying: []), contentType: .form,
                    timeoutInMilliseconds: 20_000, pool: "idn_1"))
            #expect(answer.outcome == .failed(failure))
            #expect(answer.tookMicroseconds >= 0)
        }
    }

    @Test func `goes to no proxy of the environment`() async {
        // In a process of its own: the environment belongs to all tests.
        await #expect(processExitsWith: .success) {
            let proxy = HostileServer { peer in
                while peer.receive() != nil { peer.answer("200 OK", "proxy") }
            }
            for name in ["http_proxy", "ALL_PROXY", "all_proxy"] { setenv(name, "http://127.0.0.1:\(proxy.port)", 1) }
            try await withServer { peer in
                while peer.receive() != nil { peer.answer("200 OK", "store") }
            } then: { client, server async throws in
                try #require(try await client.ask(server).text == "store")
                try #require(proxy.connections == 0)
            }
        }
    }

    @Test func `is judged by the address that its name has, before a connection is opened`() async throws {
        // Only the name's spelling is fine: as if it had been bound anew since its registration.
        try await withServer(policy: DestinationPolicy()) { peer in
            while peer.receive() != nil { peer.answer("200 OK", "") }
        } then: { client, server async throws in
            for host in loopbackNames() {
                #expect(try await client.ask(server, host: host).failure == .destinationRefused, "\(host)")
            }
            #expect(try await client.ask(server, host: "localhost").failure == .destinationRefused)
            #expect(try await client.ask(server).failure == .destinationRefused)
            #expect(server.connections == 0)
        }
    }

    @Test func `is not cut short when its caller leaves`() async throws {
        try await withServer { peer in
            while peer.receive() != nil {
                usleep(20_000)
                peer.answer("200 OK", "late")
            }
        } then: { client, server async throws in
            let caller = Task { try await client.ask(server) }
            caller.cancel()
            #expect(try await caller.value.text == "late")
        }
    }

    @Test func `runs beside many others`() async throws {
        try await withServer { peer in
            while let request = peer.receive() { peer.answer("200 OK", String(decoding: request.body, as: UTF8.self)) }
        } then: { client, server async throws in
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<64 {
                    group.addTask {
                        for round in 0..<5 {
                            let question = "\(number)/\(round)"
                            guard (try? await client.ask(server, question).text) == question else { return false }
                        }
                        return true
                    }
                }
                for await isFine in group { #expect(isFine) }
            }
            #expect(server.connections <= 64)
        }
    }
}

/// Names of this machine's that resolve to loopback without being called `localhost`.
private func loopbackNames() -> [String] {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count)
    let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return ["ip6-localhost", host].filter { candidate in
        guard (try? Destination(parsing: "http://\(candidate)/")) != nil else { return false }
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(candidate, nil, nil, &found) == 0 else { return false }
        defer { freeaddrinfo(found) }
        var isLoopback = true
        var next = found
        while let entry = next {
            switch entry.pointee.ai_family {
            case AF_INET:
                let address = UnsafeRawPointer(entry.pointee.ai_addr).loadUnaligned(as: sockaddr_in.self)
                if UInt32(bigEndian: address.sin_addr.s_addr) >> 24 != 127 { isLoopback = false }
            case AF_INET6:
                let address = UnsafeRawPointer(entry.pointee.ai_addr).loadUnaligned(as: sockaddr_in6.self)
                let bytes = withUnsafeBytes(of: address.sin6_addr) { [UInt8]($0) }
                if bytes != [UInt8](repeating: 0, count: 15) + [1] { isLoopback = false }
            default:
                isLoopback = false
            }
            next = entry.pointee.ai_next
        }
        return isLoopback
    }
}
