import Glibc
import Threads

/// The free space of a file's file system, asked at most once a second.
final class FreeSpace: Sendable {
    private let path: String
    private let state = Locked<(bytes: Int64, askedAt: UInt64)>((.max, 0))

    init(of path: String) {
        self.path = path
    }

    var bytes: Int64 {
        let now = monotonicNanoseconds()
        return state.withLock { state in
            if state.askedAt == 0 || now - state.askedAt > 1_000_000_000 {
                var facts = statvfs()
                // What cannot be asked is taken for full: deny when unsure.
                state.bytes = statvfs(path, &facts) == 0 ? Int64(facts.f_bavail) * Int64(facts.f_frsize) : 0
                state.askedAt = now
            }
            return state.bytes
        }
    }
}
