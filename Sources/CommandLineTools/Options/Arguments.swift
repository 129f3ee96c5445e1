/// The arguments of one command, checked against its declaration.
public struct Arguments: Sendable {
    private let command: String
    private let values: [String: [String]]
    private let flags: Set<String>
    /// In their order.
    public let positionals: [String]

    /// Reads arguments strictly: an option must be declared, stands once unless it may repeat, and has a value exactly
    /// if it takes one. A value that starts with `--` is written `--name=--value`. After `--` all are positionals.
    ///
    /// `command` names the command in errors, such as `authaudit verify`.
    public init(_ arguments: [String], of declaration: Command, named command: String) throws(UsageError) {
        var values: [String: [String]] = [:]
        var flags: Set<String> = []
        var positionals: [String] = []
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                positionals += rest
                break
            }
            guard argument.utf8.starts(with: "-".utf8), argument.utf8.count > 1 else {
                positionals.append(argument)
                continue
            }
            guard argument.utf8.starts(with: "--".utf8) else {
                throw UsageError("\(argument) is no option: options start with two hyphens", in: command)
            }
            let (name, inline) = Self.split(argument)
            guard let option = declaration.option(name) else {
                throw UsageError("there is no option --\(name)", in: command)
            }
            guard option.repeats || (values[name] == nil && !flags.contains(name)) else {
                throw UsageError("--\(name) stands twice", in: command)
            }
            guard option.placeholder != nil else {
                guard inline == nil else { throw UsageError("--\(name) takes no value", in: command) }
                flags.insert(name)
                continue
            }
            let next = inline ?? rest.first.flatMap { $0.utf8.starts(with: "--".utf8) ? nil : $0 }
            guard let value = next, !value.isEmpty else { throw UsageError("--\(name) needs a value", in: command) }
            if inline == nil { rest.removeFirst() }
            values[name, default: []].append(value)
        }
        for option in declaration.options where option.isRequired && values[option.name] == nil {
            throw UsageError("--\(option.name) is missing", in: command)
        }
        let required = declaration.positionals.filter(\.isRequired)
        if positionals.count < required.count {
            throw UsageError("\(required[positionals.count].name) is missing", in: command)
        }
        if positionals.count > declaration.positionals.count {
            throw UsageError("'\(positionals[declaration.positionals.count])' is one argument too many", in: command)
        }
        self.command = command
        self.values = values
        self.flags = flags
        self.positionals = positionals
    }

    private static func split(_ argument: String) -> (name: String, value: String?) {
        let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
    }

    /// Whether a flag is there.
    public func has(_ flag: String) -> Bool { flags.contains(flag) }

    /// The value of an option that does not repeat.
    public func value(_ name: String) -> String? { values[name]?.first }

    /// The values of an option that may repeat, in their order.
    public func values(_ name: String) -> [String] { values[name] ?? [] }

    /// The value of an option as something else; nil when it is not there. `expected` says what would do, such as
    /// "a number from 1 to 100".
    public func value<Value>(
        _ name: String, as expected: String, _ read: (String) -> Value?
    ) throws(UsageError) -> Value? {
        guard let text = value(name) else { return nil }
        guard let value = read(text) else { throw wrong(name, text, expected) }
        return value
    }

    /// The same for every value of an option that may repeat.
    public func values<Value>(
        _ name: String, as expected: String, _ read: (String) -> Value?
    ) throws(UsageError) -> [Value] {
        var found: [Value] = []
        for text in values(name) {
            guard let value = read(text) else { throw wrong(name, text, expected) }
            found.append(value)
        }
        return found
    }

    /// The value of an option that must be one of a few words.
    public func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, default fallback: Choice
    ) throws(UsageError) -> Choice {
        let words = Choice.allCases.map(\.rawValue)
        return try value(name, as: words.joined(separator: " or "), Choice.init(rawValue:)) ?? fallback
    }

    /// Something wrong about an argument that only the command itself can see.
    public func error(_ message: String) -> UsageError { UsageError(message, in: command) }

    private func wrong(_ name: String, _ text: String, _ expected: String) -> UsageError {
        UsageError("--\(name) '\(text)' is not \(expected)", in: command)
    }
}
