internal import CSystem
internal import Glibc
internal import HTTPMessages
internal import Threads

/// What others have to tell an event loop. They never touch what it owns.
final class Mailbox: Sendable {
    enum Message: Sendable {
        /// An accepted and admitted connection that is this loop's from now on.
        case adopt(descriptor: Int32, source: PeerAddress)
        case answer(Answer)
        /// Take nothing new, finish what was begun, and be gone by then (monotonic nanoseconds).
        case stop(deadline: UInt64)
    }

    /// What the loop waits on.
    let bell: Int32
    private let messages = Locked<[Message]>([])

    init() throws(ListenError) {
        bell = ledger_bell_create()
        guard bell >= 0 else { throw .system(errno: -bell) }
    }

    deinit {
        close(bell)
    }

    func send(_ message: Message) {
        let isFirst = messages.withLock { messages in
            messages.append(message)
            return messages.count == 1
        }
        // Whoever finds others waiting need not ring: the bell has been rung and nobody has listened yet.
        if isFirst { ledger_bell_ring(bell) }
    }

    func takeAll() -> [Message] {
        ledger_bell_quiet(bell)
        return messages.withLock { messages in
            defer { messages = [] }
            return messages
        }
    }
}

/// A request that a handler works on: what its answer needs of it.
struct Exchange: Sendable {
    let method: String
    let path: String
    let requestBodySize: Int
    let closes: Bool
    let source: PeerAddress
    /// Wall clock, microseconds.
    let receivedAt: Int64
    /// Monotonic, nanoseconds.
    let startedAt: UInt64
}

/// A handler's answer on its way back. The generation keeps it from a later connection on the same descriptor.
struct Answer: Sendable {
    let descriptor: Int32
    let generation: UInt64
    let exchange: Exchange
    let response: HTTPResponse
}
