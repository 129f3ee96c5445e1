import AuthorizationService
import CommandLineTools
import Foundation

@testable import authledger

/// The service in this process, over a ledger that the real program made, with a clock that is some days ahead.
struct LaterService {
    private let running: RunningService

    init(_ ledger: RunningLedger, days: Int64) async throws {
        let arguments = [
            "serve", "--ledger", ledger.ledger, "--listen", "127.0.0.1:\(ledger.port)", "--base-url", ledger.baseURL,
            "--allow-private-destinations", "--minimum-free", "0", "--quiet",
        ]
        guard case .run(_, let parsed) = try Main.program.invocation(arguments) else {
            throw Probe.Failed(reason: "no command")
        }
        running = try await RunningService.start(try ServeOptions(parsed), Console(), ahead: days * 86_400_000_000)
    }

    func stop() async { await running.stop() }

    /// Asks for a token as a client of this app.
    func token(
        _ app: RunningLedger.Client, _ user: String, _ password: String, from source: String = "127.0.0.1"
    ) async throws -> Probe.Answer {
        let port = running.port
        return try await onThreadOfItsOwn { try RunningLedger.token(app, user, password, on: port, from: source) }
    }

    /// A line of `/metrics`; nil when there is none.
    func metric(_ name: String) async throws -> Int64? {
        let port = running.port
        return try await onThreadOfItsOwn {
            let text = try Probe.send("GET", "/metrics", to: port).text
            let line = text.split(separator: "\n").first { $0.hasPrefix("\(name) ") }
            return line.flatMap { Int64($0.dropFirst(name.utf8.count + 1)) }
        }
    }

    /// Does all that is due: by itself the service waits an hour after so long a rest.
    func retain() async throws {
        for _ in 0..<200 {
            await running.retention.pass()
            if try await metric("authledger_retention_last_pass_timestamp_seconds") ?? 0 > 0 { return }
            // One is under way already.
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Probe.Failed(reason: "no pass of retention succeeded")
    }
}

/// Runs what blocks where it keeps nobody from working: the service in this process shares the pool of tasks with the test.
private func onThreadOfItsOwn<Output: Sendable>(
    _ body: @escaping @Sendable () throws -> Output
) async throws -> Output {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result(catching: body)) }
    }
}
