import IdentityClient
import LedgerTestSupport
import Testing

@Suite struct `An Identity over HTTPS` {
    private let folder: TemporaryFolder
    private let certificate: TestCertificate

    init() throws {
        folder = try TemporaryFolder()
        certificate = try TestCertificate.issued(for: "localhost", in: folder)
    }

    private let echo: @Sendable (Peer) -> Void = { peer in
        while let request = peer.receive() { peer.answer("200 OK", "\(peer.index) \(request.body.count)") }
    }

    @Test func `is believed when the registered authority vouches for its host`() async throws {
        try await withServer(certificate: certificate, echo) { client, server async throws in
            for _ in 0..<3 {
                let outcome = try await client.ask(
                    server, "12345", host: "localhost", scheme: "https", authority: certificate.authority)
                #expect(outcome.text == "0 5")
            }
            #expect(server.connections == 1)
        }
    }

    @Test func `is not believed with another authority, another host, or only the system's roots`() async throws {
        let other = try TestCertificate.issued(for: "other.example", in: folder)
        try await withServer(certificate: certificate, echo) { client, server async throws in
            for (host, authority) in [
                ("localhost", other.authority), ("127.0.0.1", certificate.authority), ("localhost", nil),
            ] {
                let outcome = try await client.ask(server, host: host, scheme: "https", authority: authority)
                #expect(outcome.failure == .tlsFailed, "\(host)")
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `cannot be asked with certificates that are none, and that is our failure`() async throws {
        try await withServer(certificate: certificate, echo) { client, server async throws in
            let outcome = try await client.ask(server, host: "localhost", scheme: "https", authority: "no PEM")
            #expect(outcome.failure == .callNotMade)
        }
    }

    @Test func `that does not speak TLS is not spoken to`() async throws {
        try await withServer { peer in
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            peer.waitForEnd()
        } then: { client, server async throws in
            #expect(try await client.ask(server, scheme: "https").failure == .tlsFailed)
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `hands no surplus answer to the next request, not even from within TLS`() async throws {
        let planted = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nplanted"
        try await withServer(certificate: certificate) { peer in
            var first = peer.index == 0
            while peer.receive() != nil {
                if first {
                    // Two records: the surplus lies behind the body in the second, which leaves the socket whole.
                    peer.send("HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n")
                    peer.send("no" + planted)
                } else {
                    peer.answer("403 Own", "own")
                }
                first = false
            }
        } then: { client, server async throws in
            func ask() async throws -> String? {
                try await client.ask(server, host: "localhost", scheme: "https", authority: certificate.authority).text
            }
            #expect(try await ask() == "no")
            #expect(try await ask() == "own")
            #expect(server.requests.count == 2)
        }
    }
}
