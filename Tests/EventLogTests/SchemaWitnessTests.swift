import AuthorizationCore
import CanonicalJSON
import EventLog
import FieldCoding
import Foundation
import LedgerTestSupport
import Testing

/// What the Python package `jsonschema` says, which shares no code with this project.
@Suite(.enabled(if: Witness.hasPython, "python3 is not on the path: no independent program checks the schemas"))
struct SchemaWitnessTests {
    @Test func `an independent program finds every schema well-formed and every event valid`() throws {
        let events = try TemporaryFolder()
        for type in EventType.allCases {
            for optionals in FieldSampler.Optionals.allCases {
                let leaf = try RecordedForm.encode(try EventSchema.example(of: type, optionals: optionals))
                try events.write(leaf, "\(type.rawValue).\(optionals).json")
            }
        }
        let verdict = try Witness.validate(SchemaFileTests.schemas, events: events.url)
        #expect(verdict.status == 0)
        // An example in each schema, and two events of each type.
        #expect(verdict.output == "checked \(3 * EventType.allCases.count)\n")
    }

    @Test func `it refuses what the reader refuses`() throws {
        let changes = [
            (#""position":41"#, #""position":-1"#, "$.position"),
            (#""position":41"#, #""position":41,"more":1"#, "$"),
            (#""v":1"#, #""v":2"#, "$.v"),
            (#""type":"api.deployed""#, #""type":"api.retired""#, "$.type"),
            (#""kind":"service""#, #""kind":"nobody""#, "$.actor.kind"),
            (#""environment":"prod","#, "", "$.data"),
            (#""environment":"prod""#, #""environment":"Prod""#, "$.data.environment"),
            (#""revision":1"#, #""revision":9007199254740992"#, "$.data.revision"),
        ]
        let leaf = String(decoding: try RecordedForm.encode(try EventSchema.example(of: .apiDeployed)), as: UTF8.self)
        let events = try TemporaryFolder()
        for (index, change) in changes.enumerated() {
            let broken = leaf.replacingOccurrences(of: change.0, with: change.1)
            try #require(broken != leaf)
            #expect(throws: RecordedFormError.self) { try RecordedForm.decode(Array(broken.utf8)) }
            try events.write(Array(broken.utf8), "api.deployed.\(index).json")
        }
        let verdict = try Witness.validate(SchemaFileTests.schemas, events: events.url)
        #expect(verdict.status == 1)
        let faults = verdict.output.split(separator: "\n").dropFirst()
        #expect(faults.count == changes.count)
        for (index, change) in changes.enumerated() {
            #expect(faults.contains { $0.hasPrefix("api.deployed.\(index).json: \(change.2): ") })
        }
    }

    @Test func `it names the schema whose example is broken`() throws {
        let folder = try TemporaryFolder()
        let file = SchemaFileTests.schemas.appendingPathComponent("key.added.v1.json")
        let schema = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        let broken = schema.replacingOccurrences(of: #""use": "checkpoint""#, with: #""use": "lock""#)
        try #require(broken != schema)
        try folder.write(Array(broken.utf8), "key.added.v1.json")
        let verdict = try Witness.validate(folder.url)
        #expect(verdict.status == 1)
        #expect(verdict.output.contains("key.added.v1.json: $.data.use: 'lock' is not one of"))
    }
}

/// Runs the validator in an environment of `Tools/python-env`.
enum Witness {
    static let hasPython = run("/usr/bin/env", ["python3", "--version"])?.status == 0

    struct Verdict: Sendable {
        var status: Int32
        var output: String
    }

    static func validate(_ schemas: URL, events: URL? = nil) throws -> Verdict {
        let python = try python.get()
        let script = Vectors.packageFolder.appendingPathComponent("Tests/EventLogTests/Witness/validate_schemas.py")
        return try #require(run(python, [script.path, schemas.path] + (events.map { [$0.path] } ?? [])))
    }

    private static let python: Result<String, PythonIsMissing> = {
        let tool = Vectors.packageFolder.appendingPathComponent("Tools/python-env").path
        guard let made = run(tool, ["jsonschema"]), made.status == 0 else { return .failure(PythonIsMissing()) }
        return .success(made.output.trimmingCharacters(in: .newlines))
    }()

    /// `Tools/python-env` could not install jsonschema; it said why on standard error.
    private struct PythonIsMissing: Error {}

    private static func run(_ program: String, _ arguments: [String]) -> Verdict? {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = output
        guard (try? process.run()) != nil else { return nil }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Verdict(status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
    }
}

/// A folder that goes when its owner does.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("authledger-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    func write(_ bytes: [UInt8], _ name: String) throws {
        try Data(bytes).write(to: url.appendingPathComponent(name))
    }

    deinit { try? FileManager.default.removeItem(at: url) }
}
