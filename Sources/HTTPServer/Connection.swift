internal import HTTPMessages

/// One connection and everything that is known of it. It never leaves its loop's thread.
final class Connection {
    /// What the connection waits for; each phase but one has an absolute deadline.
    enum Phase: Equatable {
        /// For the first byte. It has the deadline of a head: whoever connects has something to say.
        case opening
        /// For the next request.
        case idle
        case head
        case body
        /// For the handler, however long it takes.
        case handling
        /// For the client to take the answer.
        case writing(closes: Bool)
        /// For the client's end, so that what it still sends does not reset the answer away.
        case lingering
        case closed
    }

    static let noDeadline = UInt64.max
    /// So much of the next requests is taken while one is being handled; then the client has to wait.
    static let maximumReadAhead = 16_384
    private static let keptCapacity = 4_096

    let transport: SocketTransport
    let generation: UInt64
    let source: PeerAddress
    var reader: RequestReader
    var phase = Phase.opening
    /// Monotonic nanoseconds.
    var deadline: UInt64
    /// The client sends no more; it may still read.
    var peerHasEnded = false
    /// What the poller was last told.
    var watched = (reads: true, writes: false)

    private(set) var output: [UInt8] = []
    private var sent = 0

    init(
        transport: SocketTransport, generation: UInt64, source: PeerAddress, limits: RequestLimits, deadline: UInt64
    ) {
        self.transport = transport
        self.generation = generation
        self.source = source
        self.deadline = deadline
        reader = RequestReader(limits: limits)
    }

    var isReadingRequest: Bool {
        switch phase {
        case .opening, .idle, .head, .body: true
        case .handling, .writing, .lingering, .closed: false
        }
    }

    var wantsBytes: Bool {
        switch phase {
        case .opening, .idle, .head, .body, .lingering: true
        case .handling, .writing: !peerHasEnded && reader.bufferedCount < Self.maximumReadAhead
        case .closed: false
        }
    }

    var hasOutput: Bool { sent < output.count }

    /// What the poller should wake the loop for. TLS may have to send before it can read on, and the other way round:
    /// the socket's being ready for the one that waits would wake the loop for nothing.
    var wanted: (reads: Bool, writes: Bool) {
        guard let session = transport.session else { return (wantsBytes, hasOutput) }
        return (
            wantsBytes && !session.readNeedsWritable || session.writeNeedsReadable,
            hasOutput && !session.writeNeedsReadable || session.readNeedsWritable
        )
    }

    func write(_ body: (inout [UInt8]) -> Void) {
        body(&output)
    }

    /// Sends what the socket takes and returns how much that was, or nil when the connection is broken.
    func sendOutput() -> Int? {
        let before = sent
        while hasOutput {
            switch output.withUnsafeBytes({ transport.send(.init(rebasing: $0[sent...])) }) {
            case .moved(let count): sent += count
            case .wouldBlock: return sent - before
            case .ended, .failed: return nil
            }
        }
        let count = sent - before
        output.removeAll(keepingCapacity: output.capacity <= Self.keptCapacity)
        sent = 0
        return count
    }
}
