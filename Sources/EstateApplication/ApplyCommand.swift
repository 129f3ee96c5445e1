internal import CanonicalJSON
public import CommandLineTools
internal import Glibc
internal import IdentityClient
internal import EstateFiles

/// `authledger apply`: makes the estate of a running service what a file says.
public struct ApplyCommand {
    public static let declaration = Command(
        "apply", "Makes environments, APIs, API Identities and apps what a file says, in one go.",
        positionals: [Positional("FILE", "The estate as JSON.")],
        options: [
            .value("server", "URL", "The service: https, or http on a loopback host.", isRequired: true),
            .flag("yes", "Apply without asking."),
            .flag("prune", "Also take away what is not in the file."),
        ],
        examples: [
            Command.Example(
                "authledger apply estate.json --server https://tokens.example",
                "Shows what would change, and asks."),
            Command.Example(
                "authledger apply estate.json --server http://127.0.0.1:8080 --yes > applied.json",
                "Applies it. New apps' secrets are in applied.json, and nowhere else."),
        ],
        notes: [
            "The operator's key comes from the environment variable AUTHLEDGER_KEY.",
            "The file is {\"environments\": {NAME: {\"oauth\": true, \"settings\": {…}, \"apis\": [NAME…], "
                + "\"api_identities\": [NAME…]}}, \"apis\": […], \"api_identities\": […], \"apps\": […]}, with the members "
                + "of the management API's bodies and with names in the place of ids. Of the API Identities of one API, "
                + "the last in the file is registered last, and so asked first.",
            "A thing that is in the file is what the file says, defaults for absent members; what is not in the file is "
                + "left alone without --prune. Applying the same file twice does nothing. The service keeps extra_info "
                + "and the queries of destinations to itself, so a change of nothing else is not seen.",
            "The result on standard output is JSON: the steps that were done, and the new apps with their secrets.",
        ])

    private let file: String
    private let server: String
    private let assumesYes: Bool
    private let prune: Bool
    private let arguments: Arguments

    public init(_ arguments: Arguments) throws {
        file = arguments.positionals.first ?? ""
        server = try ServerOption.url(arguments)
        assumesYes = arguments.has("yes")
        prune = arguments.has("prune")
        self.arguments = arguments
    }

    /// Applies the file with an operator's key. It blocks the calling thread until the service has answered.
    ///
    /// Throws a `UsageError` when the key is missing or nobody can be asked for consent.
    public func run(_ console: Console, key: String?) throws -> ExitStatus {
        guard let key, !key.isEmpty else {
            throw arguments.error("an operator's key is needed in the environment variable AUTHLEDGER_KEY")
        }
        let ask = console.talkIsTerminal && isatty(STDIN_FILENO) == 1 ? Self.readConsent : nil
        return try run(console, ManagementService(baseURL: server, key: key), ask: ask)
    }

    /// `ask` gives a person's answer; it is nil when there is nobody.
    func run(_ console: Console, _ api: any ManagementAPI, ask: (() -> Bool)?) throws -> ExitStatus {
        let bytes: [UInt8]
        do throws(InputFileError) {
            bytes = try InputFile.read(file, maximumBytes: EstateFile.maximumBytes)
        } catch {
            console.say(error.sentence)
            return .impossible
        }
        let application: Application
        do throws(EstateFileError) {
            application = Application(file: try EstateFile(parsing: bytes), prune: prune, api: api)
        } catch {
            console.say("\(file): \(error.sentence).")
            return .usage
        }
        var applied = Applied()
        var isDeclined = false
        do {
            try application.run(into: &applied) { plan in
                isDeclined = try !consents(to: plan, console, ask)
                return !isDeclined
            }
        } catch let failure as ApplyFailure {
            // Secrets are shown once: what was done is printed even if the rest could not be.
            console.print(bytes: JSON.indented(applied.json))
            console.say(failure.sentence)
            return failure.status
        }
        console.print(bytes: JSON.indented(applied.json))
        return isDeclined ? .finding : .fine
    }

    private func consents(to plan: Plan, _ console: Console, _ ask: (() -> Bool)?) throws -> Bool {
        guard !plan.steps.isEmpty else {
            console.say("The estate is what the file says: nothing to do.")
            return true
        }
        for step in plan.steps { console.say("- \(step)") }
        if assumesYes { return true }
        guard let ask else { throw arguments.error("there is no terminal to ask at, so only --yes applies the plan") }
        let count = plan.steps.count
        console.say("Apply \(count == 1 ? "this change" : "these \(count) changes")? [y/N]")
        return ask()
    }

    private static func readConsent() -> Bool {
        let answer = readLine()?.lowercased()
        return answer == "y" || answer == "yes"
    }
}
