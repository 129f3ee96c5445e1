/// Turns the bytes of one connection into requests, in order, without ever touching a socket.
///
/// Give it bytes with ``append(_:)`` and ask ``next()`` until it has nothing more. How the bytes were cut makes no
/// difference to what comes out.
package struct RequestReader: Sendable {
    /// How far the request is that is being read: what a deadline depends on.
    package enum Progress: Sendable {
        case idle
        case head
        case body
    }

    private enum BodyDecoder {
        case sized(remaining: Int)
        case chunked(ChunkedBody)
    }

    /// So much room is made for a body before its bytes are there; a promised length alone costs us no more.
    private static let maximumReservation = 65_536
    /// A buffer of this size is kept between requests.
    private static let keptCapacity = 4_096

    private let limits: RequestLimits
    private var buffer: [UInt8] = []
    private var start = 0
    private var parser: RequestHeadParser
    private var decoder: BodyDecoder?
    private var body: [UInt8] = []
    private var isContinueDue = false
    private var head: RequestHead?

    package init(limits: RequestLimits) {
        self.limits = limits
        parser = RequestHeadParser(limits: limits)
    }

    /// What is known of the request that is being read, or that was refused: nil until its first line has come whole.
    package var requested: (method: String, target: RequestTarget)? {
        if let head { return (head.method, head.target) }
        return parser.requestLine.map { ($0.method, $0.target) }
    }

    package var bufferedCount: Int { buffer.count - start }

    package var progress: Progress {
        if head != nil { return .body }
        return parser.hasBegun || bufferedCount > 0 ? .head : .idle
    }

    package mutating func append(_ bytes: Span<UInt8>) {
        buffer.append(copying: bytes)
    }

    /// True once for each request whose client waits for `100 Continue` and has sent nothing of the body yet.
    package mutating func takeContinue() -> Bool {
        defer { isContinueDue = false }
        return isContinueDue
    }

    /// The next complete request, or nil when more bytes are needed. After a refusal, ask no more.
    package mutating func next() throws(RequestRefusal) -> (head: RequestHead, body: [UInt8])? {
        if decoder == nil { try readHead() }
        guard let head, try readBody() else {
            compact()
            return nil
        }
        let request = (head, body)
        self.head = nil
        decoder = nil
        body = []
        isContinueDue = false
        parser = RequestHeadParser(limits: limits)
        compact()
        return request
    }

    private mutating func readHead() throws(RequestRefusal) {
        let buffer = buffer
        guard let head = try parser.parse(buffer.span.extracting(start..<buffer.count)) else { return }
        start += parser.size
        self.head = head
        let maximum = limits.maximumBodySize(for: head.target)
        switch head.framing.body {
        case .sized(let size):
            guard size <= maximum else { throw .bodyTooLarge }
            decoder = .sized(remaining: size)
            body.reserveCapacity(min(size, Self.maximumReservation))
            isContinueDue = head.framing.expectsContinue && size > 0 && bufferedCount == 0
        case .chunked:
            decoder = .chunked(ChunkedBody(maximumBodySize: maximum, maximumFieldCount: limits.maximumFieldCount))
            isContinueDue = head.framing.expectsContinue && bufferedCount == 0
        }
    }

    /// True when the body is complete.
    private mutating func readBody() throws(RequestRefusal) -> Bool {
        let buffer = buffer
        switch decoder {
        case .sized(let remaining):
            let count = min(remaining, bufferedCount)
            body.append(copying: buffer.span.extracting(start..<(start + count)))
            start += count
            decoder = .sized(remaining: remaining - count)
            return count == remaining
        case .chunked(var chunked):
            let isComplete = try chunked.decode(buffer.span, from: &start, into: &body)
            decoder = .chunked(chunked)
            return isComplete
        case nil:
            return false
        }
    }

    /// Frees what was read. Moving the rest is left until it is worth it, so that many small requests in one buffer
    /// stay cheap.
    private mutating func compact() {
        if start == buffer.count {
            let isKept = buffer.capacity <= Self.keptCapacity
            // A connection may stay open for long, and what it sent last may have been a password.
            if isKept { buffer.withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) } }
            buffer.removeAll(keepingCapacity: isKept)
            start = 0
        } else if start > Self.keptCapacity {
            buffer.removeFirst(start)
            start = 0
        }
    }
}
