internal import Glibc

/// A value that one thread at a time may touch.
///
/// It is a `pthread` mutex rather than `Synchronization.Mutex` because ThreadSanitizer on Linux does not see the
/// latter's futex and reports races that are none.
public final class Locked<Value>: @unchecked Sendable {
    // Safe to share: `value` is only touched while `mutex` is held.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    public init(_ value: Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    public func withLock<Result, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
