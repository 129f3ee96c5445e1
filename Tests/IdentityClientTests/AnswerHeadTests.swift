import Testing

@testable import IdentityClient

@Suite struct `The head of an answer` {
    private func read(_ lines: [String]) throws(IdentityCallFailure) -> AnswerHead {
        var head = AnswerHead()
        for line in lines {
            let bytes = [UInt8](line.utf8)
            try bytes.withUnsafeBufferPointer { (line) throws(IdentityCallFailure) in try head.take(line) }
        }
        return head
    }

    @Test(arguments: [
        (["HTTP/1.1 200 OK\r\n", "Content-Type: application/json\r\n", "Content-Length:  2 \r\n", "\r\n"], 200),
        (["HTTP/1.1 204\r\n", "\r\n"], 204),
        (["HTTP/1.0 401 \r\n", "\r\n"], 401),
        (["HTTP/1.1 100 Continue\r\n", "\r\n", "HTTP/1.1 200 OK\r\n", "\r\n"], 200),
        (["HTTP/1.1 200 OK\r\n", "Transfer-Encoding: Chunked\r\n", "\r\n", "Trailer: x\r\n", "\r\n"], 200),
    ])
    func `is read when it is plain`(_ lines: [String], _ status: Int) throws {
        let head = try read(lines)
        #expect(head.status == status)
        #expect(head.isComplete)
    }

    @Test(arguments: [
        ["HTTP/1.1 200 OK\n"], ["HTTP/2 200\r\n"], ["HTTP/1.2 200 OK\r\n"], ["HTTP/1.1  200 OK\r\n"],
        ["HTTP/1.1 20 OK\r\n"], ["HTTP/1.1 2000\r\n"], ["HTTP/1.1 600 Odd\r\n"], ["HTTP/1.1 099 Odd\r\n"],
        ["HTTP/1.1 101 Switching\r\n"], ["ICY 200 OK\r\n"], ["\r\n"],
    ])
    func `is refused for its status line`(_ lines: [String]) {
        #expect(throws: IdentityCallFailure.answerMalformed) { try read(lines) }
    }

    @Test(arguments: [
        ["Content-Length: 2\r\n", "Content-Length: 2\r\n"], ["Content-Length: 2\r\n", "Content-Length: 3\r\n"],
        ["Content-Length: 2, 2\r\n"], ["Content-Length: +2\r\n"], ["Content-Length: 0x2\r\n"],
        ["Content-Length:\r\n"], ["Content-Length : 2\r\n"], ["Content-Length: 2\r\n", " 3\r\n"],
        ["Content-Length: 2\r\n", "Transfer-Encoding: chunked\r\n", "\r\n"],
        ["Transfer-Encoding: gzip, chunked\r\n"], ["Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked\r\n"],
        ["Transfer-Encoding: xchunked\r\n"], ["Content-Type: a/b\r\n", "content-type: c/d\r\n"],
        ["X: a\u{0}b\r\n"], ["X: a\rb\r\n"], ["X: a\n"], ["no colon\r\n"], [": no name\r\n"],
    ])
    func `is refused for fields that can be read in two ways`(_ fields: [String]) {
        #expect(throws: IdentityCallFailure.answerMalformed) { try read(["HTTP/1.1 200 OK\r\n"] + fields) }
    }

    @Test func `is refused when it announces too much`() {
        #expect(throws: IdentityCallFailure.answerTooLarge) {
            try read(["HTTP/1.1 200 OK\r\n", "Content-Length: 65537\r\n"])
        }
    }

    @Test func `ends after so many interim answers and so many bytes`() {
        let interim = ["HTTP/1.1 103 Early Hints\r\n", "\r\n"]
        #expect(throws: Never.self) { try read(Array(repeating: interim, count: 8).flatMap { $0 }) }
        #expect(throws: IdentityCallFailure.answerMalformed) {
            try read(Array(repeating: interim, count: 9).flatMap { $0 })
        }
        let field = "X: " + String(repeating: "a", count: 995) + "\r\n"
        #expect(throws: IdentityCallFailure.answerMalformed) {
            try read(["HTTP/1.1 200 OK\r\n"] + Array(repeating: field, count: 66))
        }
    }
}
