internal import EventLog
internal import Glibc
internal import Threads

/// Two threads with a read-only connection each, and the reads that wait for them.
final class ReaderPool: @unchecked Sendable {
    // Safe to share: everything below is only touched while `mutex` is held; a reader belongs to its thread.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let arrived: UnsafeMutablePointer<pthread_cond_t>
    private var waiting: [Job] = []
    private var isClosed = false
    private var threads: [WorkerThread] = []
    private let maximumWaiting: Int

    static let threadCount = 2

    typealias Job = (SQLiteLedgerReader?) -> Void

    /// Carries a reader to its thread.
    private struct Handover: @unchecked Sendable {
        // Safe to send: nobody else touches the reader afterwards.
        let reader: SQLiteLedgerReader
    }

    init(_ readers: [SQLiteLedgerReader], maximumWaiting: Int) {
        self.maximumWaiting = maximumWaiting
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        arrived = .allocate(capacity: 1)
        pthread_cond_init(arrived, nil)
        threads = readers.map { reader in
            let handover = Handover(reader: reader)
            return WorkerThread(name: "ledger-reader") { [self] in
                while let job = next() { job(handover.reader) }
            }
        }
    }

    deinit {
        pthread_cond_destroy(arrived)
        arrived.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func read<Output: Sendable>(
        _ body: @escaping @Sendable (any LedgerReader) throws(StoreError) -> Output
    ) async throws(StoreError) -> Output {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Output, StoreError>, Never>) in
            let refusal = offer { reader in
                guard let reader else { return continuation.resume(returning: .failure(.closed)) }
                do throws(StoreError) {
                    continuation.resume(returning: .success(try reader.transaction(body)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if let refusal { continuation.resume(returning: .failure(refusal)) }
        }
        return try result.get()
    }

    /// Ends the reads that run, refuses those that wait, and closes the connections.
    func close() {
        let (refused, running) = locked {
            let taken = (waiting, threads)
            waiting = []
            threads = []
            isClosed = true
            pthread_cond_broadcast(arrived)
            return taken
        }
        for job in refused { job(nil) }
        for thread in running { thread.join() }
    }

    private func offer(_ job: @escaping Job) -> StoreError? {
        locked {
            if isClosed { return .closed }
            guard waiting.count < maximumWaiting else { return .unreadable("too many reads wait") }
            waiting.append(job)
            pthread_cond_signal(arrived)
            return nil
        }
    }

    private func next() -> Job? {
        locked {
            while waiting.isEmpty {
                if isClosed { return nil }
                pthread_cond_wait(arrived, mutex)
            }
            return waiting.removeFirst()
        }
    }

    private func locked<Output>(_ body: () -> Output) -> Output {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
