import HTTPServer
import Testing

/// One probe: what is sent, what comes back, and whether the connection lives on.
struct Probe: Sendable, CustomTestStringConvertible {
    enum After: Sendable { case keeps, closes }

    let name: String
    let bytes: [UInt8]
    let statuses: [Int]
    let after: After

    init(_ name: String, _ text: String, _ statuses: Int..., after: After) {
        self.name = name
        bytes = [UInt8](text.utf8)
        self.statuses = statuses
        self.after = after
    }

    /// A GET with these lines after Host.
    static func fields(_ name: String, _ lines: String, _ statuses: Int..., after: After = .closes) -> Probe {
        Probe(name, bytes: "GET / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n", statuses, after)
    }

    /// A POST with these lines after Host, and behind it what would be a request to whoever reads them otherwise.
    static func smuggling(_ name: String, _ lines: String, status: Int = 400, body: String = "") -> Probe {
        let smuggled = body + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
        return Probe(name, bytes: "POST / HTTP/1.1\r\nHost: a\r\n\(lines)\r\n\r\n" + smuggled, [status], .closes)
    }

    static func target(_ name: String, _ target: String, _ status: Int) -> Probe {
        Probe(name, bytes: "GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n", [status], status == 200 ? .keeps : .closes)
    }

    static func line(_ name: String, _ line: String, _ status: Int) -> Probe {
        Probe(name, bytes: line + "\r\nHost: a\r\n\r\n", [status], .closes)
    }

    private init(_ name: String, bytes: String, _ statuses: [Int], _ after: After) {
        self.name = name
        self.bytes = [UInt8](bytes.utf8)
        self.statuses = statuses
        self.after = after
    }

    var testDescription: String { name }
}

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
private let lastChunk = "0\r\n\r\n"
private let chunkedPost = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

private let probes: [Probe] = [
    // Well-formed
    Probe("three pipelined GETs", get + get + get, 200, 200, 200, after: .keeps),
    Probe(
        "a pipelined POST and GET", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get, 200, 200,
        after: .keeps),
    Probe(
        "a chunked body with an extension and a trailer",
        chunkedPost + "5;name=value\r\nhello\r\n0\r\nTrailer: x\r\n\r\n" + get, 200, 200, after: .keeps),
    Probe(
        "chunk sizes in upper and lower case", chunkedPost + "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n", 200,
        after: .keeps),
    .fields("a field with bytes of UTF-8", "X: grüße", 200, after: .keeps),

    // Where a request ends
    .smuggling(
        "Transfer-Encoding with Content-Length", "Transfer-Encoding: chunked\r\nContent-Length: 5", body: lastChunk),
    .smuggling(
        "Content-Length with Transfer-Encoding", "Content-Length: 5\r\nTransfer-Encoding: chunked", body: lastChunk),
    .smuggling("two different Content-Lengths", "Content-Length: 0\r\nContent-Length: 5"),
    .smuggling("two equal Content-Lengths", "Content-Length: 0\r\nContent-Length: 0"),
    .smuggling("a space before the colon", "Content-Length : 5"),
    .smuggling("xchunked", "Transfer-Encoding: xchunked", status: 501, body: lastChunk),
    .smuggling("gzip, chunked", "Transfer-Encoding: gzip, chunked", status: 501, body: lastChunk),
    .smuggling("chunked, identity", "Transfer-Encoding: chunked, identity", status: 501, body: lastChunk),
    .smuggling("an empty Transfer-Encoding", "Transfer-Encoding:", status: 501),
    .smuggling("two Transfer-Encodings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", body: lastChunk),
    .smuggling("a tab before chunked's end", "Transfer-Encoding: chunked\u{0B}"),
    Probe(
        "Transfer-Encoding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400,
        after: .closes),
    .smuggling("Content-Length -1", "Content-Length: -1"),
    .smuggling("Content-Length +5", "Content-Length: +5"),
    .smuggling("Content-Length 5x", "Content-Length: 5x"),
    .smuggling("Content-Length 0x5", "Content-Length: 0x5"),
    .smuggling("Content-Length 5, 5", "Content-Length: 5, 5"),
    .smuggling("an empty Content-Length", "Content-Length:"),
    .smuggling("Content-Length beyond the limit", "Content-Length: 65537", status: 413),
    .smuggling(
        "Content-Length beyond the limit, on a path that nobody serves", "Content-Length: 99999999", status: 413),
    .smuggling("Content-Length beyond 2^64", "Content-Length: 18446744073709551617"),
    .smuggling("a folded line", "X: a\r\n b: c"),
    .smuggling("a bare CR in a value", "X: a\rContent-Length: 5"),
    .smuggling("a NUL in a value", "X: a\0b"),
    .smuggling("a NUL in a name", "X\0: b"),
    .smuggling("a field without a colon", "Content-Length 5"),
    .smuggling("a field without a name", ": 5"),
    Probe("bare LF line ends", "GET / HTTP/1.1\nHost: a\n\n", 400, after: .closes),
    Probe("one bare LF among the fields", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400, after: .closes),

    // Chunks
    Probe("a chunked body over the limit", chunkedPost + "10001\r\n", 413, after: .closes),
    Probe(
        "two chunks over the limit together", chunkedPost + "ffff\r\n\(String(repeating: "x", count: 65_535))\r\n2\r\n",
        413, after: .closes),
    Probe("a chunk size that overflows", chunkedPost + "ffffffffffffffffff\r\n", 400, after: .closes),
    Probe("a chunk with a sign", chunkedPost + "+5\r\nhello\r\n0\r\n\r\n", 400, after: .closes),
    Probe("a chunk with 0x", chunkedPost + "0x5\r\nhello\r\n0\r\n\r\n", 400, after: .closes),
    Probe("a chunk without a size", chunkedPost + "\r\nhello\r\n0\r\n\r\n", 400, after: .closes),
    Probe("a space after a chunk's size", chunkedPost + "5 \r\nhello\r\n0\r\n\r\n", 400, after: .closes),
    Probe("a bare LF after a chunk's size", chunkedPost + "5\nhello\r\n0\r\n\r\n", 400, after: .closes),
    Probe("a chunk longer than its size", chunkedPost + "4\r\nhello\r\n0\r\n\r\n", 400, after: .closes),
    Probe("an endless chunk extension", chunkedPost + "5;" + String(repeating: "x", count: 300), 400, after: .closes),
    Probe("a trailer that is no field", chunkedPost + "0\r\nGET / HTTP/1.1\r\n\r\n", 400, after: .closes),
    Probe(
        "trailers without end", chunkedPost + "0\r\n" + String(repeating: "X: y\r\n", count: 1_000), 431, after: .closes
    ),

    // Host
    Probe("no Host", "GET / HTTP/1.1\r\n\r\n", 400, after: .closes),
    .fields("two Hosts", "Host: b", 400),
    Probe("a Host that is none", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400, after: .closes),
    Probe("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, after: .closes),
    Probe("a Host with a port", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200, after: .keeps),

    // Expect
    .fields("Expect 100-continue without a body", "Expect: 100-continue", 200, after: .keeps),
    Probe(
        "Expect 100-continue with a body",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n", 100, after: .keeps),
    Probe(
        "Expect 100-continue with a body that is already here",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello", 200, after: .keeps),
    .smuggling("Expect 100-continue and too large", "Content-Length: 65537\r\nExpect: 100-continue", status: 413),
    .fields("another expectation", "Expect: a miracle", 417),

    // Sizes
    .fields("a field of 20 KiB", "X: " + String(repeating: "x", count: 20_480), 431),
    .fields("a field of 40 KiB", "X: " + String(repeating: "x", count: 40_960), 431),
    Probe(
        "a field without end", "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 17_000), 431,
        after: .closes),
    .fields("2,000 fields", String(repeating: "X: y\r\n", count: 2_000) + "X: y", 431),
    .fields("100 fields", Array(repeating: "X: y", count: 99).joined(separator: "\r\n"), 200, after: .keeps),
    .fields("101 fields", Array(repeating: "X: y", count: 100).joined(separator: "\r\n"), 431),
    .target("a URI of 8 KiB", "/" + String(repeating: "x", count: 8_191), 200),
    .target("a URI of 8 KiB and a byte", "/" + String(repeating: "x", count: 8_192), 414),
    .target("a URI of 40 KiB", "/" + String(repeating: "x", count: 40_960), 414),
    Probe("a URI without end", "GET /" + String(repeating: "x", count: 9_000), 414, after: .closes),

    // The request line
    Probe("an unknown method", "BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 200, after: .keeps),
    .line("a method without end", String(repeating: "G", count: 40) + " / HTTP/1.1", 400),
    .line("HTTP/2.0", "GET / HTTP/2.0", 505),
    .line("HTTP/1.2", "GET / HTTP/1.2", 505),
    .line("HTTP/0.9", "GET / HTTP/0.9", 505),
    .line("no version", "GET /", 400),
    .line("http/1.1", "GET / http/1.1", 400),
    .line("HTTP/1.10", "GET / HTTP/1.10", 400),
    .line("two spaces", "GET  / HTTP/1.1", 400),
    .line("a tab", "GET\t/ HTTP/1.1", 400),
    .line("a space at the end", "GET / HTTP/1.1 ", 400),
    .line("a space in the target", "GET /a b HTTP/1.1", 400),
    .line("an empty line first", "\r\nGET / HTTP/1.1", 400),
    Probe("a TLS greeting", "\u{16}\u{03}\u{01}\u{02}", 400, after: .closes),
    Probe("garbage", "(@)*&%$\r\n\r\n", 400, after: .closes),
    Probe("the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, after: .closes),

    // The target
    .target("NUL, percent-encoded", "/a%00b", 400),
    .target("NUL, percent-encoded in the query", "/a?b=%00", 400),
    .target("a % without digits", "/a%zz", 400),
    .target("a % at the end", "/a%4", 400),
    .target("a % without digits in the query", "/a?b=%4z", 400),
    .target("bytes that are no UTF-8", "/a%ff", 400),
    .target("an overlong slash", "/a%c0%af", 400),
    .target("raw bytes beyond ASCII", "/ä", 400),
    .target("a fragment", "/a#b", 400),
    .target("a backslash", "/a\\b", 400),
    .target("the absolute form", "http://a/", 400),
    .target("* without OPTIONS", "*", 400),
    .line("CONNECT with an authority", "CONNECT a:443 HTTP/1.1", 400),
    .line("CONNECT with a path", "CONNECT / HTTP/1.1", 400),
    Probe("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 200, after: .keeps),
    .target("percent-encoded UTF-8", "/gr%C3%BC%C3%9Fe?q=%ff", 200),

    // The connection
    .fields("Connection: close", "Connection: close", 200),
    .fields("Connection: Close among others", "Connection: x-token , Close", 200),
    .fields("close in a second Connection field", "Connection: keep-alive\r\nConnection: close", 200),
    .fields("a token that only contains close", "Connection: not-close, closed", 200, after: .keeps),
    Probe("HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200, after: .closes),
    Probe("HTTP/1.0 that asks for keep-alive", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, after: .closes),
    Probe("nothing after a refusal", "GET / HTTP/1.1\r\n\r\n" + get, 400, after: .closes),
]

@Suite struct HostileRequestTests {
    @Test func `every probe gets the strict answer, and only that`() async throws {
        try await withServer { _, port in
            for probe in probes {
                let (statuses, bodies, after) = await blocking { run(probe, port) }
                #expect(statuses == probe.statuses, "\(probe.name)")
                #expect(after == probe.after, "\(probe.name)")
                #expect(!bodies.contains { $0.contains("smuggled") }, "\(probe.name)")
            }
        }
    }

    /// The same again, a byte at a time: where the network cuts makes no difference.
    @Test(arguments: probes.filter { $0.bytes.count < 400 })
    func `a dripped probe gets the same answer`(_ probe: Probe) async throws {
        try await withServer { _, port in
            let (statuses, _, after) = await blocking { run(probe, port, dripping: true) }
            // A client that drips sees 100 Continue before it sends what would have made it superfluous.
            #expect(statuses.filter { $0 != 100 } == probe.statuses.filter { $0 != 100 })
            #expect(after == probe.after)
        }
    }
}

/// Sends a probe, reads as many responses as it expects, and looks what became of the connection.
@Sendable private func run(
    _ probe: Probe, _ port: UInt16, dripping: Bool = false
) -> (statuses: [Int], bodies: [String], after: Probe.After?) {
    let client = RawClient(port: port)
    if dripping {
        for byte in probe.bytes { client.send([byte]) }
    } else {
        client.send(probe.bytes)
    }
    var responses: [RawClient.Response] = []
    while responses.filter({ $0.status != 100 || !dripping }).count < probe.statuses.count,
        let response = client.response()
    {
        responses.append(response)
        if dripping && response.status == 100 && probe.statuses == [100] { break }
    }
    let statuses = responses.map(\.status)
    if probe.after == .closes {
        return (statuses, responses.map(\.body), client.sawEnd() ? .closes : nil)
    }
    if statuses.last == 100 {
        client.send("hello")
        guard client.response()?.status == 200 else { return (statuses, [], nil) }
    }
    client.send("GET /still-here HTTP/1.1\r\nHost: a\r\n\r\n")
    let isKept = client.response()?.body == "GET /still-here 0"
    return (statuses, responses.map(\.body), isKept ? .keeps : nil)
}
