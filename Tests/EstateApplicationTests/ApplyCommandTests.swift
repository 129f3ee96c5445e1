import CanonicalJSON
import CommandLineTools
import Glibc
import Testing

@testable import EstateApplication

@Suite struct ApplyCommandTests {
    /// Runs a command over a file with this text; gives its status, results and talk.
    private func run(
        _ text: String, _ options: [String] = ["--yes"],
        _ body: (ApplyCommand, Console) throws -> CommandLineTools.ExitStatus
    ) throws -> (status: CommandLineTools.ExitStatus?, usage: UsageError?, results: String, talk: String) {
        var template = Array("/tmp/estate.XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        let path = template.withUnsafeBufferPointer { String(decoding: $0.dropLast().map(UInt8.init), as: UTF8.self) }
        #expect(write(descriptor, text, text.utf8.count) == text.utf8.count)
        close(descriptor)
        defer { unlink(path) }
        let (output, talk) = (try #require(tmpfile()), try #require(tmpfile()))
        defer {
            fclose(output)
            fclose(talk)
        }
        let console = Console(output: fileno(output), talk: fileno(talk))
        var (status, usage): (CommandLineTools.ExitStatus?, UsageError?)
        do {
            let arguments = try Arguments(
                [path, "--server", "http://127.0.0.1:1"] + options, of: ApplyCommand.declaration,
                named: "authledger apply")
            status = try body(ApplyCommand(arguments), console)
        } catch let error as UsageError {
            usage = error
        }
        console.flush()
        return (status, usage, content(output), content(talk).replacing(path, with: "FILE"))
    }

    private func content(_ file: UnsafeMutablePointer<FILE>) -> String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = pread(fileno(file), &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    private let one = #"{"apps": [{"name": "shop"}]}"#

    @Test func `the plan is talk, and the result is JSON with each secret once`() throws {
        let service = FakeService()
        let first = try run(one) { try $0.run($1, service, ask: nil) }
        #expect(first.status == .fine)
        #expect(first.talk == "- register the app shop\n")
        #expect(
            try JSON.parse(Array(first.results.utf8))
                == .object([
                    "steps": .array([.object(["step": .string("register the app shop"), "position": .integer(10)])]),
                    "apps": .array([
                        .object([
                            "name": .string("shop"), "client_id": .string("app_1"),
                            "client_secret": .string("secret-1"),
                        ])
                    ]),
                ]))
        let second = try run(one) { try $0.run($1, service, ask: nil) }
        #expect(second.status == .fine)
        #expect(second.talk == "The estate is what the file says: nothing to do.\n")
        #expect(try JSON.parse(Array(second.results.utf8)) == .object(["steps": .array([]), "apps": .array([])]))
    }

    @Test(arguments: [true, false])
    func `a person is asked, and a no is kept to`(isAgreed: Bool) throws {
        let service = FakeService()
        let ran = try run(one, []) { try $0.run($1, service, ask: { isAgreed }) }
        #expect(ran.status == (isAgreed ? .fine : .finding))
        #expect(ran.talk == "- register the app shop\nApply this change? [y/N]\n")
        #expect(service.writes.count == (isAgreed ? 1 : 0))
    }

    @Test func `where nobody can be asked, only --yes applies`() throws {
        let service = FakeService()
        let ran = try run(one, []) { try $0.run($1, service, ask: nil) }
        #expect(ran.usage?.message == "there is no terminal to ask at, so only --yes applies the plan")
        #expect(ran.results.isEmpty)
        #expect(service.writes.isEmpty)
    }

    @Test func `a key is needed`() throws {
        for key in [nil, ""] {
            let ran = try run(one) { try $0.run($1, key: key) }
            #expect(ran.usage?.message == "an operator's key is needed in the environment variable AUTHLEDGER_KEY")
        }
    }

    @Test func `a wrong file is wrong usage, and a missing one could not be done`() throws {
        let ran = try run(#"{"apps": [{"name": "shop", "apis": ["x"]}]}"#) { try $0.run($1, FakeService(), ask: nil) }
        #expect(ran.status == .usage)
        #expect(ran.talk == "FILE: apps[0].apis[0]: there is no API named \"x\".\n")
        let missing = try run(one) { command, console in
            let arguments = try Arguments(
                ["/nowhere/estate.json", "--server", "https://a.example"], of: ApplyCommand.declaration, named: "apply")
            return try ApplyCommand(arguments).run(console, FakeService(), ask: nil)
        }
        #expect(missing.status == .impossible)
    }

    @Test func `each file that cannot be read is told apart`() throws {
        func talk(_ path: String) throws -> (CommandLineTools.ExitStatus?, String) {
            let ran = try run(one) { _, console in
                let arguments = try Arguments(
                    [path, "--server", "https://a.example"], of: ApplyCommand.declaration, named: "apply")
                return try ApplyCommand(arguments).run(console, FakeService(), ask: nil)
            }
            return (ran.status, ran.talk)
        }
        #expect(try talk("/nowhere/estate.json") == (.impossible, "There is no file /nowhere/estate.json.\n"))
        #expect(try talk("/") == (.impossible, "/ is a folder, not a file.\n"))
        let large = "/dev/zero"
        #expect(try talk(large) == (.impossible, "The file \(large) has more than 4194304 bytes.\n"))
        let broken = try run("{\n  \"apis\": [}") { try $0.run($1, FakeService(), ask: nil) }
        #expect(broken.status == .usage)
        #expect(broken.talk == "FILE: line 2, column 12: this is not JSON as it must be (unexpected_byte).\n")
    }

    @Test func `a thing whose name cannot be told from one that stands is not registered beside it`() throws {
        let service = FakeService()
        _ = try run(one) { try $0.run($1, service, ask: nil) }
        let written = service.writes.count
        let ran = try run(#"{"apps": [{"name": "Shop"}]}"#) { try $0.run($1, service, ask: nil) }
        #expect(ran.status == .finding)
        #expect(
            ran.talk
                == "The app \"Shop\" of the file differs only in case or spaces from \"shop\", which is there already: "
                + "write its name as it stands, or choose another.\n")
        #expect(service.writes.count == written)
        // What is pruned leaves its name free.
        let pruned = try run(#"{"apps": [{"name": "Shop"}]}"#, ["--yes", "--prune"]) {
            try $0.run($1, service, ask: nil)
        }
        #expect(pruned.status == .fine)
        #expect(pruned.talk.contains("retire the app shop for good"))
    }

    @Test func `a service that is not there could not be asked, and the key is not told`() throws {
        let ran = try run(one) { try $0.run($1, key: "opr_1.secret") }
        #expect(ran.status == .impossible)
        #expect(ran.talk == "The service cannot be asked: connect_failed.\n")
    }

    @Test(arguments: ["http://example.com", "example.com", "https://a.example/?q=1", "https://me@a.example"])
    func `a server that would get the key over an open line is wrong usage`(_ server: String) throws {
        let arguments = try Arguments(["f", "--server", server], of: ApplyCommand.declaration, named: "apply")
        #expect(throws: UsageError.self) { try ApplyCommand(arguments) }
    }
}
