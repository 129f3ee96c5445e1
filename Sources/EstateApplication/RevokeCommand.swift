internal import AuthorizationCore
internal import CanonicalJSON
public import CommandLineTools
internal import IdentityClient

/// `authledger revoke`: ends every token that an API Identity vouched for so far (D-9).
public struct RevokeCommand {
    public static let declaration = Command(
        "revoke", "Revokes every token that an API Identity vouched for so far.",
        options: [
            .value("server", "URL", "The service: https, or http on a loopback host.", isRequired: true),
            .value("vouched-by", "ID", "The API Identity.", isRequired: true),
            .value("cause", "TEXT", "Why. It is recorded, sealed.", isRequired: true),
        ],
        examples: [
            Command.Example(
                "authledger revoke --server https://tokens.example --vouched-by idn_01h2xcejqtf2nbrexx3vqjhp41 "
                    + "--cause 'accepted every password since noon'",
                "Access tokens and refresh tokens alike, at once.")
        ],
        notes: [
            "The operator's key comes from the environment variable AUTHLEDGER_KEY.",
            "'authaudit impact' lists beforehand what it would take. What the Identity vouches for afterwards counts: "
                + "unlink, undeploy or retire it first if that shall end too.",
            "The result on standard output is JSON: the API Identity, and where the revocation stands in the ledger.",
        ])

    private let server: String
    private let identity: IdentityID
    private let cause: String
    private let arguments: Arguments

    public init(_ arguments: Arguments) throws {
        server = try ServerOption.url(arguments)
        guard let identity = try arguments.value("vouched-by", as: "an API Identity's id", { IdentityID(text: $0) })
        else { throw arguments.error("--vouched-by is needed") }
        self.identity = identity
        cause = arguments.value("cause") ?? ""
        self.arguments = arguments
    }

    /// Revokes with an operator's key. It blocks the calling thread until the service has answered.
    ///
    /// Throws a `UsageError` when the key is missing.
    public func run(_ console: Console, key: String?) throws -> ExitStatus {
        guard let key, !key.isEmpty else {
            throw arguments.error("an operator's key is needed in the environment variable AUTHLEDGER_KEY")
        }
        return run(console, ManagementService(baseURL: server, key: key))
    }

    func run(_ console: Console, _ api: any ManagementAPI) -> ExitStatus {
        let request = ManagementRequest(
            .post, "manager/api-identities/\(identity.text)/revocation", body: ["cause": .string(cause)])
        do throws(ApplyFailure) {
            let answer = try api.ask(request)
            guard answer.status == 200, answer.object["ledger"] != nil else {
                throw .refused("revoke what \(identity.text) vouched for", Problem(answer))
            }
            console.print(bytes: JSON.indented(.object(answer.object)))
            return .fine
        } catch {
            console.say(error.sentence)
            return error.status
        }
    }
}

/// `--server`, as every command that speaks to a running service has it.
enum ServerOption {
    /// Without a slash at its end. Throws a `UsageError` for what is no address of a service.
    static func url(_ arguments: Arguments) throws -> String {
        var server = arguments.value("server") ?? ""
        do throws(ServiceClientError) {
            let url = try ServiceClient.destination(server)
            guard !url.pathAndQuery.contains("?") else { throw .noURL(.invalidCharacter) }
            server = url.text
        } catch {
            throw arguments.error("--server '\(server)' is not an https URL, or an http one on a loopback host")
        }
        while server.hasSuffix("/") { server.removeLast() }
        return server
    }
}
