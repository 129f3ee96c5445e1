import HTTPMessages
import HTTPServer
import Testing
import Threads

/// What the server tells about requests that it refused by itself.
@Suite struct RefusalTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var name: String
        var bytes: String
        var status: Int
        var method = "POST"
        var segments: [String]? = ["a", "oauth", "b/c"]

        var testDescription: String { name }
    }

    private static let line = "POST /a/oauth/b%2Fc?password=x HTTP/1.1\r\n"

    @Test(arguments: [
        Row(name: "no request line", bytes: "hello\r\n\r\n", status: 400, method: "", segments: nil),
        Row(name: "a TLS greeting", bytes: "\u{16}\u{3}\u{1}", status: 400, method: "", segments: nil),
        Row(
            name: "a target that is too long", bytes: "GET /\(String(repeating: "x", count: 9_000)) HTTP/1.1\r\n",
            status: 414, method: "", segments: nil),
        Row(name: "another version", bytes: "GET / HTTP/2.0\r\n\r\n", status: 505, method: "", segments: nil),
        Row(name: "a malformed field", bytes: line + "Host : a\r\n\r\n", status: 400),
        Row(name: "no host", bytes: line + "\r\n", status: 400),
        Row(
            name: "a head that is too large", bytes: line + "X: \(String(repeating: "x", count: 17_000))", status: 431),
        Row(name: "a body that is too large", bytes: line + "Host: a\r\nContent-Length: 65537\r\n\r\n", status: 413),
        Row(name: "another coding", bytes: line + "Host: a\r\nTransfer-Encoding: gzip\r\n\r\n", status: 501),
        Row(name: "an expectation", bytes: line + "Host: a\r\nExpect: more\r\n\r\n", status: 417),
        Row(name: "a broken chunk", bytes: line + "Host: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", status: 400),
        Row(name: "a head that does not end", bytes: line + "Host: a\r\n", status: 408),
        Row(name: "a body that does not come", bytes: line + "Host: a\r\nContent-Length: 5\r\n\r\n", status: 408),
    ])
    func `a refusal is told with what is known of its request`(_ row: Row) async throws {
        let told = Locked<[RefusedRequest]>([])
        try await withServer {
            $0.headDeadline = 300
            $0.bodyDeadline = 300
            $0.onRefusal = { refused in told.withLock { $0.append(refused) } }
        } _: { _, port in
            let status = await blocking {
                let client = RawClient(port: port)
                client.send(row.bytes)
                return client.response()?.status
            }
            #expect(status == row.status)
        }
        let refused = told.withLock { $0 }
        try #require(refused.count == 1)
        #expect(refused[0].status == row.status && refused[0].method == row.method)
        #expect(refused[0].pathSegments == row.segments)
        #expect(refused[0].source == .v4(0x7F00_0001) && refused[0].refusedAt > 0)
    }

    @Test func `what a handler answers, or what is only too much, is no refusal`() async throws {
        let told = Locked(0)
        try await withServer {
            $0.maximumRequestsInFlight = 0
            $0.onRefusal = { _ in told.withLock { $0 += 1 } }
        } _: { _, port in
            let status = await blocking {
                let client = RawClient(port: port)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return client.response()?.status
            }
            #expect(status == 503)
        }
        try await withServer {
            $0.onRefusal = { _ in told.withLock { $0 += 1 } }
        } handler: { _ in
            HTTPResponse(status: 400)
        } _: { _, port in
            let status = await blocking {
                let client = RawClient(port: port)
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                return client.response()?.status
            }
            #expect(status == 400)
        }
        #expect(told.withLock { $0 } == 0)
    }
}
