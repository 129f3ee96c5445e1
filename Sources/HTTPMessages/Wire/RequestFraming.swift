/// Where a request ends and what becomes of the connection: the fields that HTTP/1.1 itself reads.
struct RequestFraming {
    enum Body {
        case sized(Int)
        case chunked
    }

    let body: Body
    /// The client waits for `100 Continue` before it sends the body.
    let expectsContinue: Bool
    /// The connection ends after the answer.
    let closes: Bool

    /// The guards are in the order of RFC 9112: each one closes a way to make two readers disagree.
    init(fields: HTTPFields, isHTTP10: Bool) throws(RequestRefusal) {
        // Section 3.2: one Host, and one that can be a host.
        switch fields.count(of: "Host") {
        case 0: guard isHTTP10 else { throw .invalidHost }
        case 1: guard let host = fields.first("Host"), Self.isHost(host) else { throw .invalidHost }
        default: throw .invalidHost
        }

        // Section 6.1: a request with both lengths ought to be handled as an error, and HTTP/1.0 knows no codings.
        let codings = fields.count(of: "Transfer-Encoding")
        let lengths = fields.count(of: "Content-Length")
        guard codings == 0 || lengths == 0 && codings == 1 && !isHTTP10 else { throw .ambiguousLength }
        guard lengths <= 1 else { throw .ambiguousLength }

        if let coding = fields.first("Transfer-Encoding") {
            guard coding.equalsIgnoringASCIICase("chunked") else { throw .unsupportedTransferCoding }
            body = .chunked
        } else if let text = fields.first("Content-Length") {
            guard let length = Self.decimal(text) else { throw .ambiguousLength }
            body = .sized(length)
        } else {
            body = .sized(0)
        }

        // RFC 9110, section 10.1.1: HTTP/1.0 cannot wait for an interim answer.
        var expectsContinue = false
        for expectation in fields.listMembers(of: "Expect") {
            guard expectation.equalsIgnoringASCIICase("100-continue") else { throw .unsupportedExpectation }
            expectsContinue = !isHTTP10
        }
        self.expectsContinue = expectsContinue

        // RFC 9110, section 7.6.1: a list of tokens. HTTP/1.0's keep-alive is an extension that we leave out.
        closes = isHTTP10 || fields.listMembers(of: "Connection").contains { $0.equalsIgnoringASCIICase("close") }
    }

    /// 1 to 18 digits: no sign, no list, and no value that an `Int` cannot hold.
    private static func decimal(_ text: String) -> Int? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy(\.isASCIIDigit) else { return nil }
        return Int(text)
    }

    /// `uri-host [":" port]` of RFC 3986, section 3.2.2, by its characters.
    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "%"): true
                default: byte.isUnreservedInURI || byte.isSubDelimiterInURI
                }
            }
    }
}
