internal import Glibc
internal import Threads

/// Checks batches on threads of its own, while the caller goes on reading, and gives the results back in order.
///
/// At most ``maximumWaiting`` batches for each thread are held: a store that is read faster than it is checked makes
/// ``submit(_:)`` wait.
final class BatchPipeline: @unchecked Sendable {
    // Safe to share: everything below is only touched while `mutex` is held; `threads` is the owner's alone.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var waiting: [EventBatch] = []
    private var results: [Int: BatchResult] = [:]
    private var outstanding = 0
    private var isClosed = false
    private var nextResult = 0
    private var threads: [WorkerThread] = []
    private let limit: Int

    static let maximumThreads = 4
    private static let maximumWaiting = 3

    /// One thread fewer than there are processors, which the caller's own takes, and at least one.
    init(everyField: Bool) {
        mutex = .allocate(capacity: 1)
        changed = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
        let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        let count = max(1, min(Self.maximumThreads, processors - 1))
        limit = count * Self.maximumWaiting
        for _ in 0..<count {
            threads.append(
                WorkerThread(name: "audit-check") { [unowned self] in
                    while let batch = next() { finish(BatchCheck.run(batch, everyField: everyField)) }
                })
        }
    }

    /// Call ``close()`` first: it is what ends the threads.
    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
        changed.deallocate()
    }

    /// Hands over the next batch; waits while too many are under way. Numbers count up from 0.
    func submit(_ batch: EventBatch) {
        locked {
            while outstanding >= limit { pthread_cond_wait(changed, mutex) }
            outstanding += 1
            waiting.append(batch)
        }
    }

    /// The results that are there, in the order of their batches.
    func ready() -> [BatchResult] {
        locked { takeResults() }
    }

    /// Waits for all batches that were submitted, and gives the results not yet taken.
    func drain() -> [BatchResult] {
        locked {
            while outstanding > 0 { pthread_cond_wait(changed, mutex) }
            return takeResults()
        }
    }

    /// Ends the threads. Nothing may be submitted afterwards.
    func close() {
        locked { isClosed = true }
        for thread in threads { thread.join() }
        threads = []
    }

    private func takeResults() -> [BatchResult] {
        var taken: [BatchResult] = []
        while let result = results.removeValue(forKey: nextResult) {
            taken.append(result)
            nextResult += 1
        }
        return taken
    }

    private func next() -> EventBatch? {
        locked {
            while waiting.isEmpty, !isClosed { pthread_cond_wait(changed, mutex) }
            return waiting.isEmpty ? nil : waiting.removeFirst()
        }
    }

    private func finish(_ result: BatchResult) {
        locked {
            results[result.number] = result
            outstanding -= 1
        }
    }

    private func locked<Output>(_ body: () -> Output) -> Output {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }
        return body()
    }
}
