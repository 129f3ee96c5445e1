import HTTPMessages
import Testing

@Suite struct MessageValueTests {
    @Test func `fields are found in any case, in order`() {
        var fields: HTTPFields = ["Accept": "a", "X-Key": "1", "ACCEPT": "b"]
        #expect(fields.first("accept") == "a")
        #expect(fields.all("Accept") == ["a", "b"])
        #expect(fields.count(of: "aCCept") == 2)
        #expect(fields.first("accep") == nil)
        fields.replace("accept", "c")
        #expect(fields.list.map(\.value) == ["1", "c"])
    }

    @Test func `names differ in more than one bit`() {
        // `^` and `~` differ where letters differ in case.
        let fields: HTTPFields = ["X^": "a"]
        #expect(fields.first("x~") == nil)
        #expect(fields.first("x^") == "a")
    }

    @Test func `a list is joined over all fields, without empty members`() {
        let fields: HTTPFields = ["Connection": " a ,, b", "X": "y", "connection": "c,"]
        #expect(fields.listMembers(of: "Connection") == ["a", "b", "c"])
    }

    @Test(arguments: [
        ("/", []), ("/a", ["a"]), ("/a/", ["a", ""]), ("//", ["", ""]), ("/a/b%2Fc", ["a", "b/c"]),
        ("/gr%C3%BC%C3%9Fe", ["grüße"]), ("/a+b", ["a+b"]), ("/a?b/c", ["a"]),
        ("/.well-known/x", [".well-known", "x"]),
        ("*", []),
    ])
    func `a path is split, then decoded`(target: String, segments: [String]) throws {
        #expect(try RequestTarget(parsing: target).pathSegments == segments)
    }

    @Test func `path and query are kept as they were sent`() throws {
        let request = HTTPRequest(method: "GET", target: try RequestTarget(parsing: "/a%20b?c=%20?d"))
        #expect(request.target == "/a%20b?c=%20?d")
        #expect(request.path == "/a%20b")
        #expect(request.pathSegments == ["a b"])
        #expect(request.query == "c=%20?d")
        #expect(try RequestTarget(parsing: "/a").query == nil)
        #expect(try RequestTarget(parsing: "/a?").query == "")
    }

    @Test(
        arguments: [
            ("", .notOriginForm), ("a", .notOriginForm), ("http://a/", .notOriginForm), ("/a#b", .forbiddenCharacter),
            ("/a b", .forbiddenCharacter), ("/a\"", .forbiddenCharacter), ("/ä", .forbiddenCharacter),
            ("/a\u{7F}", .forbiddenCharacter), ("/%", .badEncoding(.badTriplet)), ("/%0", .badEncoding(.badTriplet)),
            ("/%00", .badEncoding(.nul)), ("/a?%00", .badEncoding(.nul)), ("/a?%g0", .badEncoding(.badTriplet)),
            ("/%80", .badEncoding(.notUTF8)), ("/%C3/%BC", .badEncoding(.notUTF8)),
        ] as [(String, RequestTargetError)])
    func `a target with two readings is refused`(target: String, error: RequestTargetError) {
        #expect(throws: error) { try RequestTarget(parsing: target) }
    }

    @Test(arguments: [
        ("application/json", "application/json", []),
        ("Application/JSON; Charset=UTF-8", "application/json", ["charset=UTF-8"]),
        ("a/b;c=d ; e=\"f;\\\"g\"", "a/b", ["c=d", "e=f;\"g"]),
        ("a/b;", "a/b", []),
        ("a/b; charset=\"utf-8\"", "a/b", ["charset=utf-8"]),
    ])
    func `a media type is read with its parameters`(text: String, essence: String, parameters: [String]) throws {
        let type = try MediaType(parsing: text)
        #expect(type.essence == essence)
        #expect(type.parameters.map { "\($0.name)=\($0.value)" } == parameters)
    }

    @Test(
        arguments: [
            ("", .malformed), ("a", .malformed), ("a/", .malformed), ("/b", .malformed), ("a/b c", .malformed),
            ("a/b; c", .malformed), ("a/b; c=", .malformed), ("a/b; =d", .malformed), ("a/b; c=\"d", .malformed),
            ("a/b; c=d e", .malformed), ("a/b; c=1; C=2", .malformed), ("a/b, c/d", .malformed),
            ("a/b; charset=latin1", .unsupportedCharset), ("a/b; charset=utf-16", .unsupportedCharset),
        ] as [(String, MediaTypeError)])
    func `a media type with two readings is refused`(text: String, error: MediaTypeError) {
        #expect(throws: error) { try MediaType(parsing: text) }
    }

    @Test(
        arguments: [
            ([127, 0, 0, 1], "127.0.0.1"),
            ([0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "2001:db8::1"),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "::1"),
            ([UInt8](repeating: 0, count: 16), "::"),
            ([0x20, 0x01, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1], "2001:0:0:1::1"),
            ([0x20, 0x01, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1], "2001:0:1:1:1:1:1:1"),
            ([0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "fe80::"),
            ([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 10, 0, 0, 7], "10.0.0.7"),
        ] as [([UInt8], String)])
    func `an address has one text`(bytes: [UInt8], text: String) throws {
        let address = try #require(PeerAddress(bytes: bytes))
        #expect(address.description == text)
        #expect(PeerAddress(bytes: address.bytes) == address)
    }

    @Test func `clients are counted by address, and in IPv6 by network`() {
        #expect(PeerAddress.v4(1).network != PeerAddress.v4(2).network)
        #expect(PeerAddress.v6(high: 1, low: 2).network == PeerAddress.v6(high: 1, low: 3).network)
        #expect(PeerAddress(bytes: [1, 2, 3]) == nil)
    }
}
