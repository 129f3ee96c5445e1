/// One option of a command, as it is declared: the parser and the help text both read it.
public struct Option: Sendable {
    /// Without the two hyphens.
    public let name: String
    /// What stands for the value in the help text; nil for a flag, which takes none.
    public let placeholder: String?
    /// One line.
    public let help: String
    public let isRequired: Bool
    /// May be given several times.
    public let repeats: Bool

    /// An option with a value: `--name VALUE` or `--name=VALUE`.
    public static func value(
        _ name: String, _ placeholder: String, _ help: String, isRequired: Bool = false, repeats: Bool = false
    ) -> Option {
        Option(name: name, placeholder: placeholder, help: help, isRequired: isRequired, repeats: repeats)
    }

    /// An option that says something by being there.
    public static func flag(_ name: String, _ help: String) -> Option {
        Option(name: name, placeholder: nil, help: help, isRequired: false, repeats: false)
    }

    static let help = flag("help", "Show this text.")
}

/// An argument that is known by its place.
public struct Positional: Sendable {
    public let name: String
    /// One line.
    public let help: String
    public let isRequired: Bool

    public init(_ name: String, _ help: String, isRequired: Bool = true) {
        self.name = name
        self.help = help
        self.isRequired = isRequired
    }
}
