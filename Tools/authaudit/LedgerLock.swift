import AuthorizationCore
import Glibc

/// Whether a service has a ledger open.
enum LedgerLock {
    /// The clock's reading if the lock on `FILE.lock` is held, or if that cannot be told; nil if nobody holds it.
    ///
    /// It takes a shared lock for a moment: there is no other way to ask about a `flock`.
    static func heldAt(_ path: String) -> Timestamp? {
        let now = clock()
        let descriptor = open(path + ".lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno == ENOENT ? nil : now }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return now }
        flock(descriptor, LOCK_UN)
        return nil
    }

    private static func clock() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}
