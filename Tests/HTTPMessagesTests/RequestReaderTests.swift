import HTTPMessages
import Testing

/// What a reader makes of a whole stream of bytes.
struct Reading: Equatable {
    var requests: [String] = []
    var refusal: RequestRefusal?
    var progress = RequestReader.Progress.idle
}

/// Reads a stream that arrives in these pieces.
func read(_ pieces: [ArraySlice<UInt8>], limits: RequestLimits = RequestLimits()) -> Reading {
    var reader = RequestReader(limits: limits)
    var reading = Reading()
    do throws(RequestRefusal) {
        for piece in pieces {
            reader.append(piece.span)
            while let (head, body) = try reader.next() {
                let fields = head.fields.list.map { "\($0.name)=\($0.value)" }
                reading.requests.append(
                    "\(head.method) \(head.target.text) \(fields) \(String(decoding: body, as: UTF8.self)) \(head.closes)"
                )
            }
        }
    } catch {
        reading.refusal = error
    }
    reading.progress = reader.progress
    return reading
}

private let streams: [String] = [
    "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b?c HTTP/1.1\r\nHost:a\r\nConnection: close\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhellox",
    "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf",
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX\r\n\r\n",
    "GET@" + String(repeating: "x", count: 9_000),
]

@Suite struct RequestReaderTests {
    @Test(arguments: streams) func `where the network cuts makes no difference`(_ stream: String) {
        let bytes = [UInt8](stream.utf8)
        let whole = read([bytes[...]])
        #expect(read(bytes.indices.map { bytes[$0...$0] }) == whole)
        for cut in bytes.indices.prefix(200) {
            #expect(read([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
        }
    }

    @Test func `a reader tells how far the next request is`() {
        #expect(read([]).progress == .idle)
        #expect(read([[0x47]]).progress == .head)
        #expect(read([[UInt8]("GET / HTTP/1.1\r\nHost: a\r\n".utf8)[...]]).progress == .head)
        #expect(read([[UInt8]("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n".utf8)[...]]).progress == .body)
        #expect(read([[UInt8]("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)[...]]).progress == .idle)
    }

    @Test func `100 Continue is due once, and only before the body`() throws {
        var reader = RequestReader(limits: RequestLimits())
        reader.append(
            [UInt8]("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n".utf8).span)
        #expect(try reader.next().map { _ in true } == nil)
        let (first, second) = (reader.takeContinue(), reader.takeContinue())
        #expect(first && !second)
        reader.append([UInt8]("a".utf8).span)
        let isComplete = try reader.next() != nil
        let third = reader.takeContinue()
        #expect(!isComplete && !third)
    }

    @Test func `the longest prefix of a path sets the limit of its body`() throws {
        let limits = RequestLimits(
            maximumBodySize: 1,
            bodySizes: [.init(pathSegments: ["a", "b"], maximum: 3), .init(pathSegments: ["a"], maximum: 2)])
        func limit(_ path: String) throws -> Int { limits.maximumBodySize(for: try RequestTarget(parsing: path)) }
        #expect(try limit("/") == 1)
        #expect(try limit("/ab") == 1)
        #expect(try limit("/a") == 2)
        #expect(try limit("/a/") == 2)
        #expect(try limit("/a/b/c?d") == 3)
    }

    @Test func `every refusal has a status of its kind`() {
        for refusal in RequestRefusal.allCases {
            #expect((400...505).contains(refusal.status))
            #expect(!StatusReason.phrase(for: refusal.status).isEmpty)
        }
    }

    @Test func `a response is written as HTTP asks, and its own fields are the server's`() {
        var output: [UInt8] = []
        let response = HTTPResponse.text(
            "hello", fields: ["X": "y", "content-length": "99", "Connection": "keep-alive", "DATE": "never"])
        ResponseWriter.append(response, isHead: false, date: "now", closes: true, to: &output)
        let expected =
            "HTTP/1.1 200 OK\r\nDate: now\r\nX: y\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n"
            + "Connection: close\r\n\r\nhello"
        #expect(String(decoding: output, as: UTF8.self) == expected)
    }
}
