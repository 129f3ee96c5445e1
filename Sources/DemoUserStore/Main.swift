import CommandLineTools

/// A small user store, to try AuthLedger with: a real one stands in a company's network.
@main
struct Main {
    static let program = Program(
        "demo-user-store", version: "0.1.0",
        "A small user store over HTTP, for trying AuthLedger. Do not keep real users in it.",
        commands: [ServeCommand.declaration, AddCommand.declaration])

    @MainActor
    static func main() async {
        let console = Console()
        do {
            switch try program.invocation(Array(CommandLine.arguments.dropFirst())) {
            case .text(let text):
                console.print(bytes: text.utf8)
                console.exit(.fine)
            case .run(AddCommand.declaration.name, let arguments):
                console.exit(try AddCommand(arguments).run(console))
            case .run(_, let arguments):
                console.exit(try await ServeCommand(arguments).run(console))
            }
        } catch let error as UsageError {
            console.say(error.sentence)
            console.exit(.usage)
        } catch let error as FileError {
            console.say(error.sentence)
            console.exit(.impossible)
        } catch {
            console.say("\(error)")
            console.exit(.impossible)
        }
    }
}
