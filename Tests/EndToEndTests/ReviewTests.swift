import CanonicalJSON
import Foundation
import Testing

/// The review of what a real service recorded, by the program as it is shipped.
@Suite struct ReviewTests {
    private let scene: Scene
    private var ledger: RunningLedger { scene.ledger }

    init() throws {
        scene = try Scene()
        for _ in 0..<3 { try #require(try scene.ana().status == 200) }
        _ = try scene.ledger.token(scene.app, "ana", "falsch")
    }

    private func review(_ more: [String] = []) throws -> RunningLedger.Finished {
        try RunningLedger.run("authaudit", ["review", "--ledger", ledger.ledger] + more)
    }

    @Test func `a running service and a stopped one are reviewed in every form`() throws {
        for isRunning in [true, false] {
            if !isRunning { ledger.stop() }
            let json = try review(["--format", "json"])
            #expect(json.status == 1, "\(json.talk)")
            let object = try #require(try JSON.parse(Array(json.output.utf8)).objectValue)
            let findings = try #require(object["findings"]?.arrayValue).compactMap(\.objectValue)
            let codes = Set(findings.compactMap { $0["code"]?.stringValue })
            let expected: Set = [
                "password_grant_on", "first_operator_all_roles", "single_operator", "subject_is_user_name",
                "files_together",
                "endpoint_without_rule",
            ]
            #expect(expected.isSubset(of: codes), "\(codes.sorted())")
            #expect(!codes.contains("decision_without_outcome"))
            let issued = object["totals"]?.objectValue?["outcomes"]?.objectValue?["issued"]
            #expect(issued == .integer(Int64(try ledger.events("token.issued").count)))
            let page = try review(["--format", "html"])
            #expect(page.status == 1 && page.output.hasPrefix("<!doctype html>") && !page.output.contains("<script"))
            let text = try review()
            #expect(text.output.hasPrefix("# Zero-trust review") && text.output.contains("The seven tenets"))
            for word in ["\"ana\"", "'ana'", "geheim", "falsch"] {
                for output in [json.output, page.output, text.output] { #expect(!output.contains(word)) }
            }
        }
    }

    @Test func `the figures of a tenet are those of its command`() throws {
        ledger.stop()
        let made = try review(["--format", "json"])
        let object = try #require(try JSON.parse(Array(made.output.utf8)).objectValue)
        var run = 0
        for tenet in try #require(object["tenets"]?.arrayValue).compactMap(\.objectValue) {
            for query in tenet["queries"]?.arrayValue?.compactMap(\.objectValue) ?? [] {
                let command = query["command"]?.stringValue ?? ""
                let gives = query["gives"]?.stringValue ?? ""
                guard command.hasPrefix("authaudit history"), let count = Int(gives.prefix { $0.isNumber }) else {
                    continue
                }
                let words = command.split(separator: " ").dropFirst().map { $0 == "FILE" ? ledger.ledger : String($0) }
                let listed = try RunningLedger.run("authaudit", words)
                #expect(listed.output.split(separator: "\n").count == count, "\(command)")
                run += 1
            }
        }
        #expect(run >= 4)
    }

    @Test func `what cannot be reviewed is said in one sentence`() throws {
        ledger.stop()
        func file(_ name: String, _ bytes: Data) throws -> String {
            let url = ledger.folder.appendingPathComponent(name)
            try bytes.write(to: url)
            return url.path
        }
        let whole = try Data(contentsOf: URL(fileURLWithPath: ledger.ledger))
        let cases: [([String], Set<Int32>)] = [
            (["--ledger", try file("empty", Data())], [3]),
            (["--ledger", try file("foreign", Data("no ledger".utf8))], [3]),
            (["--ledger", "absent"], [3]),
            (["--ledger", try file("short", whole.prefix(whole.count / 3))], [1, 3]),
            (["--ledger", ledger.ledger, "--from", "999999"], [2]),
            (["--ledger", ledger.ledger, "--from", "9", "--to", "2"], [2]),
            (["--ledger", ledger.ledger, "--to", "1999-01-01T00:00:00Z"], [2]),
            (["--ledger", ledger.ledger, "--environment", "nowhere"], [2]),
            (["--ledger", ledger.ledger, "--from", "soon"], [2]),
            (["--ledger", ledger.ledger, "--format", "pdf"], [2]), (["--ledger", ledger.ledger, "--vaults", "x"], [2]),
        ]
        for (arguments, status) in cases {
            let said = try RunningLedger.run("authaudit", ["review"] + arguments)
            #expect(status.contains(said.status), "\(arguments): \(said.status) \(said.talk)")
            #expect(said.output.isEmpty && !said.talk.isEmpty && !said.talk.contains("Fatal"), "\(said.talk)")
        }
    }
}
