import CSystem
import Glibc
import Threads

/// Catches INT and TERM from its making on, and waits for the first.
final class StopSignals: Sendable {
    private let waiter: AsyncStream<Void>

    init() {
        _ = ledger_catch_stop_signals()
        signal(SIGPIPE, SIG_IGN)
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        waiter = stream
        // The thread ends with the process or with the first signal.
        _ = WorkerThread(name: "signals") {
            _ = ledger_wait_for_stop_signal()
            continuation.yield()
            continuation.finish()
        }
    }

    func wait() async {
        for await _ in waiter { return }
    }
}

/// No core files: secrets live in this process's memory.
func forbidCoreFiles() -> Bool { ledger_forbid_core_files() == 0 }
