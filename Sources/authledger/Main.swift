import CommandLineTools
import EstateApplication
import Glibc

/// The service and the operator's commands.
@main
struct Main {
    static let version = "0.1.0"

    static let program = Program(
        "authledger", version: version,
        "The token endpoint of an API platform whose every decision is on the record.",
        commands: [
            InitCommand.declaration, ServeCommand.declaration, ApplyCommand.declaration, RevokeCommand.declaration,
            WitnessCommand.declaration, WatchCommand.declaration, VersionCommand.declaration,
        ])

    static func main() async {
        let console = Console()
        do throws(UsageError) {
            switch try program.invocation(Array(CommandLine.arguments.dropFirst())) {
            case .text(let text):
                console.print(bytes: text.utf8)
                console.exit(.fine)
            case .run(let command, let arguments):
                console.exit(await run(command, arguments, console))
            }
        } catch {
            console.say(error.sentence)
            console.exit(.usage)
        }
    }

    private static var operatorKey: String? { getenv("AUTHLEDGER_KEY").map { String(cString: $0) } }

    private static func run(_ command: String, _ arguments: Arguments, _ console: Console) async -> ExitStatus {
        do {
            switch command {
            case InitCommand.declaration.name: return try InitCommand(arguments).run(console)
            case ServeCommand.declaration.name: return try await ServeCommand(arguments).run(console)
            case ApplyCommand.declaration.name: return try ApplyCommand(arguments).run(console, key: operatorKey)
            case RevokeCommand.declaration.name: return try RevokeCommand(arguments).run(console, key: operatorKey)
            case WitnessCommand.declaration.name: return try await WitnessCommand(arguments).run(console)
            case WatchCommand.declaration.name: return try await WatchCommand(arguments).run(console)
            default: return VersionCommand.run(console)
            }
        } catch let error as UsageError {
            console.say(error.sentence)
            return .usage
        } catch let failure as CommandFailure {
            console.say(failure.sentence)
            return failure.status
        } catch {
            console.say("\(error)")
            return .impossible
        }
    }
}

/// Why a command could not be carried out: one sentence that says what to do.
struct CommandFailure: Error {
    var sentence: String
    var status: ExitStatus

    init(_ sentence: String, _ status: ExitStatus = .impossible) {
        self.sentence = sentence
        self.status = status
    }
}

enum VersionCommand {
    static let declaration = Command("version", "Prints the version.")

    static func run(_ console: Console) -> ExitStatus {
        console.print("authledger \(Main.version)")
        return .fine
    }
}
