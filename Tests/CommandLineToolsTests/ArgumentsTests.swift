import CommandLineTools
import Testing

@Suite struct ArgumentsTests {
    static let command = Command(
        "show", "Shows things.",
        positionals: [
            Positional("THING", "What to show.", isRequired: true), Positional("MORE", "More.", isRequired: false),
        ],
        options: [
            .value("ledger", "FILE", "The ledger.", isRequired: true),
            .value("type", "TYPE", "A type.", repeats: true),
            .value("format", "text|json", "The form."),
            .value("limit", "NUMBER", "So many."),
            .flag("all", "Everything."),
        ],
        examples: [.init("tool show --ledger x thing", "Shows the thing.")])
    static let program = Program("tool", version: "1.2.3", "A tool.", commands: [command])

    enum Format: String, CaseIterable { case text, json }

    private func parse(_ arguments: [String]) throws -> Arguments {
        guard case .run("show", let parsed) = try Self.program.invocation(["show"] + arguments) else {
            throw UsageError("no run", in: "test")
        }
        return parsed
    }

    @Test func `options take their value from the next word or after an equals sign`() throws {
        for arguments in [
            ["--ledger", "x", "--type", "a", "--type=b", "--all", "thing"],
            ["thing", "--all", "--type=a", "--ledger=x", "--type", "b"],
        ] {
            let parsed = try parse(arguments)
            #expect(parsed.value("ledger") == "x")
            #expect(parsed.values("type") == ["a", "b"])
            #expect(parsed.has("all"))
            #expect(parsed.positionals == ["thing"])
            #expect(parsed.value("format") == nil)
        }
    }

    @Test func `values may look like options only where nothing can be confused`() throws {
        #expect(try parse(["--ledger=--x", "t"]).value("ledger") == "--x")
        #expect(try parse(["--ledger", "-", "t"]).value("ledger") == "-")
        #expect(try parse(["--ledger=a=b", "t"]).value("ledger") == "a=b")
        #expect(try parse(["--ledger=x", "--", "--all", "-y"]).positionals == ["--all", "-y"])
        #expect(try parse(["--ledger=x", "-"]).positionals == ["-"])
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let message: String
        var testDescription: String { arguments.joined(separator: " ") }
    }

    @Test(arguments: [
        Bad(arguments: ["thing"], message: "--ledger is missing"),
        Bad(arguments: ["--ledger"], message: "--ledger needs a value"),
        Bad(arguments: ["--ledger", "--all", "thing"], message: "--ledger needs a value"),
        Bad(arguments: ["--ledger=", "thing"], message: "--ledger needs a value"),
        Bad(arguments: ["--ledger", "", "thing"], message: "--ledger needs a value"),
        Bad(arguments: ["--ledger", "a", "--ledger", "b", "t"], message: "--ledger stands twice"),
        Bad(arguments: ["--all", "--all", "--ledger=a", "t"], message: "--all stands twice"),
        Bad(arguments: ["--all=yes", "--ledger=a", "t"], message: "--all takes no value"),
        Bad(arguments: ["--ledgers", "a", "t"], message: "there is no option --ledgers"),
        Bad(arguments: ["--led", "a", "t"], message: "there is no option --led"),
        Bad(arguments: ["--", "t"], message: "--ledger is missing"),
        Bad(arguments: ["-l", "a", "t"], message: "-l is no option: options start with two hyphens"),
        Bad(arguments: ["--ledger=a"], message: "THING is missing"),
        Bad(arguments: ["--ledger=a", "1", "2", "3"], message: "'3' is one argument too many"),
    ])
    func `a command line that makes no sense is refused by one sentence`(_ bad: Bad) throws {
        let error = #expect(throws: UsageError.self) { try parse(bad.arguments) }
        #expect(error?.message == bad.message)
        #expect(error?.sentence == "tool show: \(bad.message); try 'tool show --help'")
    }

    @Test func `a value of another form is named with what would do`() throws {
        let parsed = try parse(["--ledger=x", "--format=xml", "--limit", "ten", "--type=1", "--type=x", "t"])
        let format = #expect(throws: UsageError.self) { try parsed.choice("format", default: Format.text) }
        #expect(format?.message == "--format 'xml' is not text or json")
        let limit = #expect(throws: UsageError.self) { try parsed.value("limit", as: "a number") { Int($0) } }
        #expect(limit?.message == "--limit 'ten' is not a number")
        let types = #expect(throws: UsageError.self) { try parsed.values("type", as: "a number") { Int($0) } }
        #expect(types?.message == "--type 'x' is not a number")
        #expect(try parse(["--ledger=x", "t"]).choice("format", default: Format.json) == .json)
        #expect(try parse(["--ledger=x", "t", "--format=text"]).choice("format", default: Format.json) == .text)
    }

    @Test(arguments: [
        ([], "tool: a command is missing; try 'tool --help'"),
        (["shew"], "tool: there is no command shew; try 'tool --help'"),
        (["--shew"], "tool: there is no option --shew; try 'tool --help'"),
    ])
    func `a command that does not exist is refused`(_ arguments: [String], _ sentence: String) {
        let error = #expect(throws: UsageError.self) { try Self.program.invocation(arguments) }
        #expect(error?.sentence == sentence)
    }

    @Test func `help names every command, option, default use and example`() throws {
        for arguments in [["show", "--help"], ["show", "--bogus", "--help"]] {
            let help = try text(arguments)
            #expect(help.hasPrefix("usage: tool show THING [MORE] --ledger FILE [OPTIONS]\n\nShows things.\n"))
            for option in Self.command.options { #expect(help.contains("--\(option.name)")) }
            #expect(help.contains("A type. May be repeated."))
            #expect(help.contains("--help "))
            #expect(help.contains("tool show --ledger x thing"))
        }
        #expect(try text(["--help"]).contains("show  Shows things."))
        #expect(try text(["--version"]) == "tool 1.2.3\n")
        // After -- it is a positional like any other.
        #expect(try parse(["--ledger=x", "--", "--help"]).positionals == ["--help"])
    }

    private func text(_ arguments: [String]) throws -> String {
        guard case .text(let text) = try Self.program.invocation(arguments) else {
            throw UsageError("no text", in: "test")
        }
        return text
    }
}
