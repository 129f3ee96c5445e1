internal import CSystem
internal import Glibc

/// A named operating-system thread that runs one function and can be waited for.
public final class WorkerThread: @unchecked Sendable {
    // Safe to share: `handle` is written once, before the initializer returns.
    private var handle = pthread_t()

    /// Starts a thread. `name` is at most 15 bytes: what `top -H` shows.
    public init(name: String, _ body: @escaping @Sendable () -> Void) {
        let start = Unmanaged.passRetained(Start(name: name, body: body)).toOpaque()
        let result = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                ledger_name_thread(start.name)
                start.body()
                return nil
            }, start)
        precondition(result == 0, "no thread could be started")
    }

    /// Returns when the thread's function has returned. Call it exactly once.
    public func join() {
        pthread_join(handle, nil)
    }

    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}

/// Lets every other thread of the process come first from now on. Where threads have no priority of their own nothing changes.
public func lowerThreadPriority() { ledger_lower_thread_priority() }

/// The monotonic clock, in nanoseconds since an arbitrary start.
public func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// The wall clock, in microseconds since 1970.
public func wallClockMicroseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
}
