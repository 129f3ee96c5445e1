internal import Glibc

/// Changes that wait for the vault's thread, bounded.
final class VaultQueue: @unchecked Sendable {
    // Safe to share: everything below is only touched while `mutex` is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let arrived: UnsafeMutablePointer<pthread_cond_t>
    private var waiting: [VaultChange] = []
    private var closedBecause: String?
    private let maximumWaiting: Int

    init(maximumWaiting: Int) {
        self.maximumWaiting = maximumWaiting
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        arrived = .allocate(capacity: 1)
        pthread_cond_init(arrived, nil)
    }

    deinit {
        pthread_cond_destroy(arrived)
        arrived.deallocate()
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Queues the change; otherwise says why not.
    func offer(_ change: VaultChange) -> VaultError? {
        locked {
            if let closedBecause { return .stopped(closedBecause) }
            guard waiting.count < maximumWaiting else { return .full }
            waiting.append(change)
            pthread_cond_signal(arrived)
            return nil
        }
    }

    /// Everything that waits, in order; nil once closed and empty.
    func take() -> [VaultChange]? {
        locked {
            while waiting.isEmpty {
                if closedBecause != nil { return nil }
                pthread_cond_wait(arrived, mutex)
            }
            var taken: [VaultChange] = []
            swap(&taken, &waiting)
            return taken
        }
    }

    func close(because reason: String) {
        locked {
            if closedBecause == nil { closedBecause = reason }
            pthread_cond_signal(arrived)
        }
    }

    private func locked<Output>(_ body: () -> Output) -> Output {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}

/// One change and who waits for it to be durable.
struct VaultChange {
    /// Runs inside the transaction and gives what to do after its commit.
    var apply: (VaultLookups, VaultChanges) throws(VaultFault) -> () -> Void
    var fail: (VaultError) -> Void
    /// Nothing of what it removed may be left in the write-ahead log.
    var empties = false
}

/// Why a change could not be made.
enum VaultFault: Error {
    /// The file: nothing more is taken.
    case database(SQLiteError)
    /// This change alone; it wrote nothing.
    case refused(VaultError)
}
