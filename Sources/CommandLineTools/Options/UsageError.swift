/// Why a command line makes no sense: one sentence, and where the help is.
public struct UsageError: Error, Equatable, Sendable {
    /// One sentence that names what is wrong.
    public let message: String
    /// Such as `authaudit verify`.
    public let command: String

    public init(_ message: String, in command: String) {
        self.message = message
        self.command = command
    }

    /// `authaudit verify: --ledger is missing; try 'authaudit verify --help'`
    public var sentence: String { "\(command): \(message); try '\(command) --help'" }
}
