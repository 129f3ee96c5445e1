internal import Foundation

/// Runs Python programs that share no code with this project, in an environment of `Tools/python-env`.
public enum PythonWitness {
    public static let isAvailable = (try? run("/usr/bin/env", ["python3", "--version"]))?.status == 0

    public struct Verdict: Sendable {
        public var status: Int32
        public var output: String
        public var talk: String
    }

    public struct Missing: Error {
        public var reason: String
    }

    /// Runs a script with the packages of ``packages``.
    public static func run(script: String, _ arguments: [String]) throws -> Verdict {
        try run(try python.get(), [script] + arguments)
    }

    /// Runs a script that needs nothing but Python itself.
    public static func run(plain script: String, _ arguments: [String]) throws -> Verdict {
        try run("/usr/bin/env", ["python3", script] + arguments)
    }

    private static let python: Result<String, any Error> = Result {
        let tool = Vectors.packageFolder.appendingPathComponent("Tools/python-env").path
        _ = try made(by: tool, ["cryptography"], [:])
        // An implementation of C2SP tlog-tiles, signed-note and RFC 9162 that is not ours. It asks for Python 3.12 and does
        // all that is asked of it here with 3.11, which Debian 12 has.
        return try made(by: tool, ["cryptography", "aics-tlog"], ["PIP_IGNORE_REQUIRES_PYTHON": "1"])
    }

    private static func made(by tool: String, _ packages: [String], _ environment: [String: String]) throws -> String {
        let made = try run(tool, packages, environment)
        guard made.status == 0 else { throw Missing(reason: made.talk) }
        return made.output.trimmingCharacters(in: .newlines)
    }

    private static func run(
        _ program: String, _ arguments: [String], _ environment: [String: String] = [:]
    ) throws -> Verdict {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        // Files, so that neither pipe can fill up while the other is read.
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("witness-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var texts: [URL] = []
        for name in ["output", "talk"] {
            let file = folder.appendingPathComponent(name)
            try Data().write(to: file)
            texts.append(file)
        }
        process.standardOutput = try FileHandle(forWritingTo: texts[0])
        process.standardError = try FileHandle(forWritingTo: texts[1])
        try process.run()
        process.waitUntilExit()
        return Verdict(
            status: process.terminationStatus, output: String(decoding: try Data(contentsOf: texts[0]), as: UTF8.self),
            talk: String(decoding: try Data(contentsOf: texts[1]), as: UTF8.self))
    }
}
