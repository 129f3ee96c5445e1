/// A program of several commands: reads which one is meant.
public struct Program: Sendable {
    public let name: String
    public let version: String
    /// One line.
    public let summary: String
    public let commands: [Command]

    public init(_ name: String, version: String, _ summary: String, commands: [Command]) {
        self.name = name
        self.version = version
        self.summary = summary
        self.commands = commands
    }

    /// What a command line asks for.
    public enum Invocation: Sendable {
        /// Print this and be done.
        case text(String)
        case run(String, Arguments)
    }

    /// Reads the arguments after the program's own name.
    public func invocation(_ arguments: [String]) throws(UsageError) -> Invocation {
        guard let first = arguments.first else { throw UsageError("a command is missing", in: name) }
        if first == "--help" || first == "help" { return .text(help) }
        if first == "--version" { return .text("\(name) \(version)\n") }
        guard let command = commands.first(where: { $0.name == first }) else {
            let what = first.utf8.starts(with: "-".utf8) ? "option" : "command"
            throw UsageError("there is no \(what) \(first)", in: name)
        }
        let rest = Array(arguments.dropFirst())
        if rest.prefix(while: { $0 != "--" }).contains("--help") { return .text(help(of: command)) }
        return .run(command.name, try Arguments(rest, of: command, named: "\(name) \(command.name)"))
    }
}
