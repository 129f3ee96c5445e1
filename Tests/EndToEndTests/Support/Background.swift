import CanonicalJSON
import Foundation
import Glibc

/// A program that runs beside a test until it is ended; what it says is kept.
final class Background {
    let process = Process()
    private let folder: URL

    init(_ program: String, _ arguments: [String]) throws {
        folder = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent("background-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        process.executableURL =
            program.contains("/")
            ? URL(fileURLWithPath: program) : RunningLedger.binaries.appendingPathComponent(program)
        process.arguments = arguments
        for name in ["output", "talk"] {
            _ = FileManager.default.createFile(atPath: folder.appendingPathComponent(name).path, contents: nil)
        }
        process.standardOutput = try FileHandle(forWritingTo: folder.appendingPathComponent("output"))
        process.standardError = try FileHandle(forWritingTo: folder.appendingPathComponent("talk"))
        try process.run()
    }

    deinit {
        kill9()
        try? FileManager.default.removeItem(at: folder)
    }

    var output: String { text("output") }
    var talk: String { text("talk") }

    private func text(_ name: String) -> String {
        (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
    }

    /// Waits until it has said this.
    func wait(until text: String) throws {
        for _ in 0..<400 {
            if talk.contains(text) || output.contains(text) { return }
            guard process.isRunning else { break }
            usleep(25_000)
        }
        throw Probe.Failed(reason: "it did not say '\(text)': \(output)\(talk)")
    }

    func kill9() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// TERM, and the exit status.
    @discardableResult
    func stop() -> Int32 {
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }
}

/// `authledger witness` over a state folder of its own.
final class RunningWitness {
    let folder: String
    let vkey: String
    let port: UInt16
    private let logs: [String]
    private(set) var program: Background

    init(in parent: URL, name: String = "witness.example/ours", logs: [String]) throws {
        folder = parent.appendingPathComponent("witness-\(UUID().uuidString)").path
        let made = try RunningLedger.run("authledger", ["witness", "init", "--state", folder, "--name", name])
        guard made.status == 0, let json = try JSON.parse(Array(made.output.utf8)).objectValue,
            let vkey = json["vkey"]?.stringValue
        else { throw Probe.Failed(reason: made.output + made.talk) }
        self.vkey = vkey
        self.logs = logs
        port = try Probe.freePort()
        program = try Self.started(folder, port, logs)
    }

    var url: String { "http://127.0.0.1:\(port)" }

    func restart() throws { program = try Self.started(folder, port, logs) }

    private static func started(_ folder: String, _ port: UInt16, _ logs: [String]) throws -> Background {
        let program = try Background(
            "authledger",
            ["witness", "--state", folder, "--listen", "127.0.0.1:\(port)"] + logs.flatMap { ["--log-vkey", $0] })
        try program.wait(until: " on 127.0.0.1:")
        return program
    }
}
