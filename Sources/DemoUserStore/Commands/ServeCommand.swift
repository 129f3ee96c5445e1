import CSystem
import CommandLineTools
import Glibc
import HTTPServer
import Threads

/// `demo-user-store serve`: answers until INT or TERM.
struct ServeCommand {
    static let declaration = Command(
        "serve", "Tells over HTTP whether a user's name and password belong together, until INT or TERM.",
        options: [
            .value("listen", "HOST:PORT", "Where to listen; port 0 takes a free one.", isRequired: true),
            .value("users", "FILE", "The users, as 'add' writes them. Read once, at the start.", isRequired: true),
        ],
        examples: [
            Command.Example(
                "demo-user-store serve --listen 127.0.0.1:0 --users staff.json",
                "Prints where it listens, such as {\"listening\":\"127.0.0.1:40123\"}.")
        ],
        notes: [
            "POST /validate with username and password, as JSON or as a form: 200 with {\"extraInfo\":{…}} when they "
                + "are right, 401 when not, 400 when they are not there."
        ])

    private let host: String
    private let port: UInt16
    private let users: String

    init(_ arguments: Arguments) throws {
        let listen = arguments.value("listen") ?? ""
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
            throw arguments.error("--listen '\(listen)' is not HOST:PORT")
        }
        let host = listen[..<colon]
        self.host = String(host.hasPrefix("[") && host.hasSuffix("]") ? host.dropFirst().dropLast() : host)
        self.port = port
        users = arguments.value("users") ?? ""
    }

    /// Keeps the main thread, which has nothing else to do, until the signal comes.
    @MainActor
    func run(_ console: Console) async throws -> ExitStatus {
        _ = ledger_catch_signals(0)
        guard let list = try UsersFile.read(users) else {
            console.say("There is no file \(users): 'demo-user-store add' makes one.")
            return .impossible
        }
        let talk = Locked(Console(output: STDOUT_FILENO, talk: STDERR_FILENO))
        let door = ValidationDoor(store: try UserStore(list)) { outcome in
            talk.withLock { $0.say("validated: \(outcome.rawValue)") }
        }
        let server = Server { door.answer($0) }
        let bound: UInt16
        do {
            bound = try server.start(host: host, port: port)
        } catch {
            console.say("Nothing can listen on \(host):\(port): \(error).")
            return .impossible
        }
        let shownHost = host.contains(":") ? "[\(host)]" : host
        console.print("{\"listening\":\"\(shownHost):\(bound)\"}")
        console.flush()
        _ = ledger_wait_for_signal()
        await server.stop()
        return .fine
    }
}
