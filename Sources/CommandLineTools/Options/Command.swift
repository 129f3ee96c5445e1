/// One command of a program: what it takes, and what its help says.
public struct Command: Sendable {
    public let name: String
    /// One line, for the list of commands.
    public let summary: String
    public let positionals: [Positional]
    /// Without `--help`, which every command has.
    public let options: [Option]
    /// Whole command lines with what they show.
    public let examples: [Example]
    /// Paragraphs after the options, each one line.
    public let notes: [String]

    public struct Example: Sendable {
        public let line: String
        public let shows: String

        public init(_ line: String, _ shows: String) {
            self.line = line
            self.shows = shows
        }
    }

    /// Names of options differ from each other; that is the declarer's duty.
    public init(
        _ name: String, _ summary: String, positionals: [Positional] = [], options: [Option] = [],
        examples: [Example] = [], notes: [String] = []
    ) {
        self.name = name
        self.summary = summary
        self.positionals = positionals
        self.options = options
        self.examples = examples
        self.notes = notes
    }

    func option(_ name: String) -> Option? {
        options.first { $0.name == name }
    }
}
