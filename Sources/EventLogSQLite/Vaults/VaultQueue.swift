internal import EventLog
internal import Glibc
internal import Threads

/// Questions to the vault thread. All that wait are answered in one transaction.
final class VaultQueue: @unchecked Sendable {
    // Safe to share: everything below is only touched while `mutex` is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let arrived: UnsafeMutablePointer<pthread_cond_t>
    private var waiting: [Question] = []
    private var waitingAlone: [Work] = []
    private var isClosed = false

    /// Questions that may wait; more are refused.
    private static let maximumWaiting = 4_096

    /// Runs on the vault thread and gives what resumes the asker, to be run after the commit (with its failure, if any).
    typealias Question = @Sendable (VaultTable) -> @Sendable (VaultError?) -> Void

    /// Runs on the vault thread while no transaction is open.
    typealias Work = @Sendable (VaultTable) -> Void

    init() {
        mutex = .allocate(capacity: 1)
        arrived = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(arrived, nil)
    }

    deinit {
        pthread_cond_destroy(arrived)
        pthread_mutex_destroy(mutex)
        arrived.deallocate()
        mutex.deallocate()
    }

    /// Asks, and returns when the answer is durable.
    func ask<Answer: Sendable>(
        _ body: @escaping @Sendable (VaultTable) throws(VaultError) -> Answer
    ) async throws(VaultError) -> Answer {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Answer, VaultError>, Never>) in
            let isTaken = offer { table in
                let result: Result<Answer, VaultError>
                do throws(VaultError) {
                    result = .success(try body(table))
                } catch {
                    result = .failure(error)
                }
                return { failure in continuation.resume(returning: failure.map { .failure($0) } ?? result) }
            }
            if !isTaken {
                continuation.resume(returning: .failure(Self.refusal))
            }
        }
        return try result.get()
    }

    /// Lets `body` have the file to itself, between two transactions.
    func doAlone<Output: Sendable>(
        _ body: @escaping @Sendable (VaultTable) throws(VaultError) -> Output
    ) async throws(VaultError) -> Output {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<Output, VaultError>, Never>) in
            let isTaken = offer(alone: { table in
                do throws(VaultError) {
                    continuation.resume(returning: .success(try body(table)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            })
            if !isTaken { continuation.resume(returning: .failure(Self.refusal)) }
        }
        return try result.get()
    }

    private static let refusal = VaultError.unavailable("the vaults are closed or overloaded")

    private func offer(_ question: @escaping Question) -> Bool {
        offering {
            guard waiting.count < Self.maximumWaiting else { return false }
            waiting.append(question)
            return true
        }
    }

    private func offer(alone work: @escaping Work) -> Bool {
        offering {
            guard waitingAlone.count < Self.maximumWaiting else { return false }
            waitingAlone.append(work)
            return true
        }
    }

    private func offering(_ body: () -> Bool) -> Bool {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard !isClosed, body() else { return false }
        pthread_cond_signal(arrived)
        return true
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_signal(arrived)
        pthread_mutex_unlock(mutex)
    }

    /// The vault thread's loop: until it is closed and nothing waits.
    func serve(_ table: VaultTable) {
        while let (questions, works) = next() {
            if !questions.isEmpty {
                let failure = table.inTransaction { questions.map { $0(table) } }
                for resume in failure.answers { resume(failure.error) }
            }
            for work in works { work(table) }
        }
    }

    private func next() -> ([Question], [Work])? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while waiting.isEmpty, waitingAlone.isEmpty, !isClosed { pthread_cond_wait(arrived, mutex) }
        guard !waiting.isEmpty || !waitingAlone.isEmpty else { return nil }
        defer { (waiting, waitingAlone) = ([], []) }
        return (waiting, waitingAlone)
    }
}
