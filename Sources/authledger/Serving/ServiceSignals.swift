import CSystem
import Glibc
import Threads

/// Catches INT and TERM, and HUP where there is something to read again, from its making on.
final class ServiceSignals: Sendable {
    private let numbers: AsyncStream<Int32>

    /// - Parameter reloads: Whether HUP is caught; else it ends the process, as it does by default.
    init(reloads: Bool) {
        _ = ledger_catch_signals(reloads ? 1 : 0)
        signal(SIGPIPE, SIG_IGN)
        let (stream, continuation) = AsyncStream<Int32>.makeStream()
        numbers = stream
        // The thread ends with the process or with the first signal to stop.
        _ = WorkerThread(name: "signals") {
            while true {
                let number = ledger_wait_for_signal()
                continuation.yield(number)
                if number != SIGHUP { return continuation.finish() }
            }
        }
    }

    /// Returns when the service is told to stop.
    func wait(onHangUp reload: () -> Void) async {
        for await number in numbers {
            guard number == SIGHUP else { return }
            reload()
        }
    }
}

/// No core files: secrets live in this process's memory.
func forbidCoreFiles() -> Bool { ledger_forbid_core_files() == 0 }
