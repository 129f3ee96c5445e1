internal import CSystem
internal import Glibc
internal import HTTPMessages
internal import Threads

/// What others have to tell an event loop, and what its requests' Tasks have to do next. They never touch what it owns.
///
/// It is the executor of those Tasks: they run on the loop's thread, between two turns, so that a request and its answer
/// change threads only where something outside is waited for.
final class Mailbox: TaskExecutor {
    enum Message: Sendable {
        /// An accepted and admitted connection that is this loop's from now on.
        case adopt(descriptor: Int32, source: PeerAddress)
        case answer(Answer)
        /// The next piece of a Task.
        case job(UnownedJob)
        /// Take nothing new, finish what was begun, and be gone by then (monotonic nanoseconds).
        case stop(deadline: UInt64)
    }

    private struct Content: Sendable {
        var messages: [Message] = []
        /// The loop waits for its descriptors, or is about to: it hears nothing but the bell.
        var isAsleep = false
        var wasRung = false
        /// The loop is gone. What is left of its Tasks runs elsewhere.
        var isClosed = false
    }

    /// What the loop waits on.
    let bell: Int32
    private let content = Locked(Content())

    init() throws(ListenError) {
        bell = ledger_bell_create()
        guard bell >= 0 else { throw .system(errno: -bell) }
    }

    deinit {
        Glibc.close(bell)
    }

    func send(_ message: Message) {
        let (rings, isClosed) = content.withLock { content in
            guard !content.isClosed else { return (false, true) }
            content.messages.append(message)
            guard content.isAsleep, !content.wasRung else { return (false, false) }
            content.wasRung = true
            return (true, false)
        }
        if rings { ledger_bell_ring(bell) }
        if isClosed { runElsewhere(message) }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        send(.job(UnownedJob(job)))
    }

    /// Whether there is nothing to do. The loop may sleep then, and whoever comes rings.
    func mayWait() -> Bool {
        content.withLock { content in
            content.isAsleep = content.messages.isEmpty
            return content.isAsleep
        }
    }

    /// The loop is awake: nobody needs to ring, because it looks here before it sleeps again.
    func wake() {
        let wasRung = content.withLock { content in
            content.isAsleep = false
            defer { content.wasRung = false }
            return content.wasRung
        }
        if wasRung { ledger_bell_quiet(bell) }
    }

    func takeAll() -> [Message] {
        content.withLock { content in
            defer { content.messages = [] }
            return content.messages
        }
    }

    func run(_ job: UnownedJob) {
        job.runSynchronously(on: asUnownedTaskExecutor())
    }

    /// The loop ends: Tasks that it has not finished go on without it, since what they record must not be lost.
    func close() {
        let left = content.withLock { content in
            content.isClosed = true
            defer { content.messages = [] }
            return content.messages
        }
        for message in left { runElsewhere(message) }
    }

    private func runElsewhere(_ message: Message) {
        switch message {
        case .job(let job): globalConcurrentExecutor.enqueue(ExecutorJob(job))
        case .adopt(let descriptor, _): Glibc.close(descriptor)
        case .answer, .stop: break
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
