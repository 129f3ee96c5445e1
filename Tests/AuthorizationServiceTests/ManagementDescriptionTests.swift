import AuthorizationCore
import CanonicalJSON
import Foundation
import HTTPMessages
import LedgerTestSupport
import Testing

/// The published description of the service, `Schemas/http/openapi.json`, against the doors themselves.
@Suite struct ManagementDescriptionTests {
    @Test func `the description has the methods of every management path, and no others`() async throws {
        let desk = try ManagementDesk()
        let paths = try Description.document()["paths"]?.objectValue?.members ?? []
        let management = paths.filter { $0.name.hasPrefix("/manager/") }
        #expect(management.count == 31)
        for path in management {
            let documented = (path.value.objectValue?.members.map(\.name) ?? []).filter { $0 != "parameters" }
            let answer = try await desk.send("TRACE", Description.example(of: path.name))
            let allowed = answer.fields.first("Allow")?.split(separator: ",").map {
                $0.trimmingCharacters(in: .whitespaces).lowercased()
            }
            #expect(allowed.map(Set.init) == Set(documented), "\(path.name)")
        }
    }

    @Test func `the description has every reason of a finding`() throws {
        let schemas = try Description.document()["components"]?.objectValue?["schemas"]?.objectValue
        let kind = schemas?["Finding"]?.objectValue?["properties"]?.objectValue?["kind"]?.objectValue?["enum"]
        #expect(kind?.arrayValue?.compactMap(\.stringValue) == Finding.Kind.allCases.map(\.rawValue))
    }

    @Test(.enabled(if: Description.hasPython, "python3 is not on the path: no independent program checks the answers"))
    func `an independent program finds the description valid, and what goes in and out as it describes`() async throws {
        var lines: [String] = []
        for row in ManagementExamples.good {
            let scene = try await ManagementScene(deployed: row.deployed)
            let body = row.body.map(scene.filled)
            let answer = try await scene.desk.send(row.method, scene.filled(row.path), body)
            lines.append(Description.exchange(row.method, row.path, body, answer))
        }
        for row in ManagementExamples.bad {
            let scene = try await ManagementScene(deployed: true)
            let answer = try await scene.desk.send(row.method, scene.filled(row.path), row.body.map(scene.filled))
            lines.append(Description.exchange(row.method, row.path, nil, answer))
        }
        let confirming = try ManagementDesk()
        confirming.time.advance(seconds: 7_200)
        for (method, body) in [("POST", #"{"reason":"a drill"}"#), ("GET", nil)] {
            let answer = try await confirming.send(method, "clock/confirmation", body)
            lines.append(Description.exchange(method, "clock/confirmation", body, answer))
        }
        for path in [
            "settings", "operators", "operators/OPERATOR_ID", "environments", "environments/prod",
            "environments/prod/findings",
            "environments/prod/apis/API_ID/identity-chain", "assurance-schemes", "apis", "apis/API_ID",
            "linkable-apis", "api-identities", "api-identities/IDENTITY_ID", "apps", "apps/APP_ID",
        ] {
            let scene = try await ManagementScene(deployed: true)
            lines.append(
                Description.exchange("GET", path, nil, try await scene.desk.send("GET", scene.filled(path))))
        }

        let verdict = try Description.check(lines)

        #expect(verdict.output == "checked \(lines.count)\n")
        #expect(verdict.status == 0)
    }
}

/// Reads the description, and has it checked by packages that `Tools/python-env` installs.
private enum Description {
    static let file = Vectors.packageFolder.appendingPathComponent("Schemas/http/openapi.json")
    static let hasPython = run("/usr/bin/env", ["python3", "--version"])?.status == 0

    struct PythonIsMissing: Error {}

    static func document() throws -> JSONObject {
        let bytes = [UInt8](try Data(contentsOf: file))
        return try #require(try JSON.parse(bytes, grammar: .foreign, maximumBytes: 1 << 20).objectValue)
    }

    /// A path of the form of the template, without the prefix that the desk adds.
    static func example(of template: String) -> String {
        String(template.dropFirst("/manager/".count)).replacing("{environment}", with: "prod")
            .replacing("{scheme}", with: "nist").replacing("{thing}", with: "oauth")
            .replacing("{operator}", with: "x").replacing("{api}", with: "x").replacing("{identity}", with: "x")
            .replacing("{app}", with: "x")
    }

    /// The template that a path of an example has.
    private static func template(of path: String) -> String {
        var parts = path.prefix { $0 != "?" }.split(separator: "/").map(String.init)
        let names = [
            "operators": "{operator}", "environments": "{environment}", "apis": "{api}", "apps": "{app}",
            "api-identities": "{identity}", "assurance-schemes": "{scheme}", "deployments": "{thing}",
        ]
        for index in parts.indices.dropFirst() {
            if let name = names[parts[index - 1]], parts[index] != "apis" || parts[index - 1] != "environments" {
                parts[index] = name
            }
        }
        return "/manager/" + parts.joined(separator: "/")
    }

    static func exchange(_ method: String, _ path: String, _ body: String?, _ answer: ManagementDesk.Answer) -> String {
        let name = JSON.canonicalBytes(of: .string(template(of: path)))
        return
            "{\"path\":\(String(decoding: name, as: UTF8.self)),\"method\":\"\(method)\",\"status\":\(answer.status),"
            + "\"request\":\(body?.replacing("\n", with: " ") ?? "null"),\"answer\":\(answer.body)}"
    }

    static func check(_ lines: [String]) throws -> (status: Int32, output: String) {
        let tool = Vectors.packageFolder.appendingPathComponent("Tools/python-env").path
        guard let made = run(tool, ["openapi-spec-validator", "jsonschema"]), made.status == 0 else {
            throw PythonIsMissing()
        }
        let script = Vectors.packageFolder
            .appendingPathComponent("Tests/AuthorizationServiceTests/Witness/validate_exchanges.py")
        let exchanges = FileManager.default.temporaryDirectory
            .appendingPathComponent("authledger-\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: exchanges) }
        try Data(lines.joined(separator: "\n").utf8).write(to: exchanges)
        let python = made.output.trimmingCharacters(in: .newlines)
        return try #require(run(python, [script.path, file.path, exchanges.path]))
    }

    private static func run(_ program: String, _ arguments: [String]) -> (status: Int32, output: String)? {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardOutput = output
        guard (try? process.run()) != nil else { return nil }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }
}
