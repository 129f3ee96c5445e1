internal import Glibc
internal import Threads

/// Threads of the audit's own, below the priority of everything else in the process: a long reading takes nothing from
/// tokens but idle time.
final class AuditThreads: @unchecked Sendable {
    // Safe to share: everything below is only touched while `mutex` is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var short: [Job] = []
    private var long: [Job] = []
    private var longRuns = 0
    private var isStopped = false
    private var threads: [WorkerThread] = []
    private let limits: AuditLimits

    typealias Job = @Sendable (_ isStopped: Bool) -> Void

    init(_ limits: AuditLimits) {
        self.limits = limits
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        changed = .allocate(capacity: 1)
        pthread_cond_init(changed, nil)
        threads = (0..<limits.threads).map { _ in
            WorkerThread(name: "audit") { [self] in
                lowerThreadPriority()
                while let (job, isLong) = next() {
                    job(false)
                    ended(isLong)
                }
            }
        }
    }

    deinit {
        pthread_cond_destroy(changed)
        changed.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` on one of the threads; nil when too many wait or it has stopped.
    func run<Output: Sendable>(isLong: Bool, _ body: @escaping @Sendable () -> Output) async -> Output? {
        await withCheckedContinuation { continuation in
            let isTaken = offer(isLong: isLong) { isStopped in
                continuation.resume(returning: isStopped ? nil : body())
            }
            if !isTaken { continuation.resume(returning: nil) }
        }
    }

    /// Refuses what waits, and waits for what runs.
    func stop() {
        let (refused, running) = locked {
            let taken = (short + long, threads)
            (short, long, threads) = ([], [], [])
            isStopped = true
            pthread_cond_broadcast(changed)
            return taken
        }
        for job in refused { job(true) }
        for thread in running { thread.join() }
    }

    private func offer(isLong: Bool, _ job: @escaping Job) -> Bool {
        locked {
            guard !isStopped, short.count + long.count < limits.maximumWaiting else { return false }
            if isLong { long.append(job) } else { short.append(job) }
            pthread_cond_signal(changed)
            return true
        }
    }

    private func next() -> (Job, isLong: Bool)? {
        locked {
            while true {
                if !short.isEmpty { return (short.removeFirst(), false) }
                if !long.isEmpty, longRuns < limits.maximumLongRuns {
                    longRuns += 1
                    return (long.removeFirst(), true)
                }
                if isStopped { return nil }
                pthread_cond_wait(changed, mutex)
            }
        }
    }

    private func ended(_ isLong: Bool) {
        locked {
            if isLong { longRuns -= 1 }
            pthread_cond_signal(changed)
        }
    }

    private func locked<Output>(_ body: () -> Output) -> Output {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
