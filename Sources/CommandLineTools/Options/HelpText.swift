extension Program {
    /// The program's commands, a line each.
    public var help: String {
        var lines = ["usage: \(name) COMMAND [OPTIONS]", "", summary, "", "commands:"]
        lines += HelpText.aligned(commands.map { ($0.name, $0.summary) })
        lines += ["", "'\(name) COMMAND --help' shows the options of a command, '\(name) --version' the version."]
        lines += [HelpText.statuses]
        return HelpText.joined(lines)
    }

    /// One command's usage, options and examples.
    public func help(of command: Command) -> String {
        var usage = "usage: \(name) \(command.name)"
        for positional in command.positionals {
            usage += positional.isRequired ? " \(positional.name)" : " [\(positional.name)]"
        }
        for option in command.options where option.isRequired { usage += " \(HelpText.form(of: option))" }
        usage += command.options.allSatisfy(\.isRequired) ? "" : " [OPTIONS]"
        var lines = [usage, "", command.summary]
        if !command.positionals.isEmpty {
            lines += ["", "arguments:"] + HelpText.aligned(command.positionals.map { ($0.name, $0.help) })
        }
        let options = (command.options + [.help]).map { option in
            (HelpText.form(of: option), option.help + (option.repeats ? " May be repeated." : ""))
        }
        lines += ["", "options:"] + HelpText.aligned(options)
        for note in command.notes { lines += ["", note] }
        if !command.examples.isEmpty {
            lines += ["", "examples:"]
            for example in command.examples { lines += ["  \(example.line)", "      \(example.shows)"] }
        }
        lines += ["", HelpText.statuses]
        return HelpText.joined(lines)
    }
}

enum HelpText {
    static let statuses =
        "exit status: 0 fine, 1 a finding or a refusal, 2 wrong usage, 3 could not be done."

    static func form(of option: Option) -> String {
        option.placeholder.map { "--\(option.name) \($0)" } ?? "--\(option.name)"
    }

    static func joined(_ lines: [String]) -> String {
        lines.joined(separator: "\n") + "\n"
    }

    static func aligned(_ rows: [(String, String)]) -> [String] {
        let width = rows.map(\.0.utf8.count).max() ?? 0
        return rows.map { left, right in
            "  " + left + String(repeating: " ", count: width - left.utf8.count + 2) + right
        }
    }
}
