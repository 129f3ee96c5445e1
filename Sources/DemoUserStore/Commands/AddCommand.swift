import CanonicalJSON
import CommandLineTools
import Glibc
import LedgerCrypto

/// `demo-user-store add`: a new user, or a new password for one.
struct AddCommand {
    static let maximumPasswordBytes = 1_024

    static let declaration = Command(
        "add", "Adds a user, or replaces the one of that name. The password comes from standard input.",
        options: [
            .value("users", "FILE", "The users; made if it is not there.", isRequired: true),
            .value("name", "NAME", "What the user types.", isRequired: true),
            .value("extra-info", "JSON", "An object that is told to whoever proves the password."),
            .value("subject", "TEXT", "What the store calls the user, whatever name was typed."),
        ],
        examples: [
            Command.Example(
                "printf %s \"$PASSWORD\" | demo-user-store add --users staff.json --name alice",
                "Adds alice. Only the owner may read the file.")
        ])

    private let users: String
    private let name: String
    private let extraInfo: JSONObject
    private let subject: String?

    init(_ arguments: Arguments) throws {
        users = arguments.value("users") ?? ""
        name = arguments.value("name") ?? ""
        subject = arguments.value("subject")
        extraInfo =
            try arguments.value("extra-info", as: "a JSON object") {
                (try? JSON.parse(Array($0.utf8), grammar: .foreign))?.objectValue
            } ?? JSONObject()
    }

    func run(_ console: Console) throws -> ExitStatus {
        guard var typed = readAll(STDIN_FILENO, atMost: Self.maximumPasswordBytes) else {
            console.say("A password has at most \(Self.maximumPasswordBytes) bytes.")
            return .usage
        }
        defer { wipe(&typed) }
        if typed.last == UInt8(ascii: "\n") { typed.removeLast() }
        guard !typed.isEmpty else {
            console.say("The password is missing: it comes from standard input.")
            return .usage
        }
        let password = try PasswordHash(of: SecretBytes(copying: typed))
        var list = try UsersFile.read(users) ?? UserList()
        let user = User(name: name, password: password, extraInfo: extraInfo, subject: subject)
        let isReplaced: Bool
        do throws(UserListError) {
            isReplaced = try list.put(user)
        } catch {
            throw FileError(users, error.sentence)
        }
        try UsersFile.write(list, to: users)
        console.say(isReplaced ? "replaced a user" : "added a user")
        return .fine
    }
}
