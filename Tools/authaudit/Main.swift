import CommandLineTools

/// What an auditor runs: offline, read-only, beside a service that writes.
@main
struct Main {
    static func main() {
        let console = Console()
        let arguments = CommandLine.arguments.dropFirst()
        do throws(UsageError) {
            switch try AuditProgram.declaration.invocation(Array(arguments)) {
            case .text(let text):
                console.print(bytes: text.utf8)
                console.exit(.fine)
            case .run(let command, let options):
                console.exit(try AuditProgram.run(command, options, console))
            }
        } catch {
            console.say(error.sentence)
            console.exit(.usage)
        }
    }
}
