import AuthorizationService
import CanonicalJSON
import CommandLineTools
import EventLog
import HTTPServer
import Threads

/// `authledger witness`: a witness for an auditor's own machine.
struct WitnessCommand {
    static let declaration = Command(
        "witness", "Cosigns the checkpoints of logs as long as each goes on from the one before.",
        positionals: [
            Positional("init", "Makes the state folder with a new key and prints its vkey.", isRequired: false)
        ],
        options: [
            .value("state", "DIR", "The witness's own folder: its key, and what it cosigned last.", isRequired: true),
            .value("name", "NAME", "With init: the witness's name in signatures, such as witness.example/w1."),
            .value("listen", "HOST:PORT", "Where to listen: an address or localhost; port 0 takes a free one."),
            .value("log-vkey", "KEY", "A log's key, which 'authledger init' printed.", repeats: true),
            .value("origin", "NAME", "The log's origin, where it is not the name of its keys."),
        ],
        examples: [
            Command.Example(
                "authledger witness init --state /var/lib/witness --name witness.example/w1",
                "Prints {\"vkey\"}, for the policy files of those who shall believe this witness."),
            Command.Example(
                "authledger witness --state /var/lib/witness --listen 127.0.0.1:7380 --log-vkey "
                    + "'example.com/ledger+530d903a+AekyeRrm…'", "Serves POST /add-checkpoint (C2SP tlog-witness)."),
        ],
        notes: [
            "Run it where the operator of the log cannot reach it, or it proves nothing. It listens without TLS: put a proxy in "
                + "front where others must reach it. Its folder must never be restored from a copy: a witness that "
                + "forgot could sign a second history."
        ])

    private enum Task {
        case create(name: KeyName)
        case serve(host: String, port: UInt16, logs: [(origin: String, keys: [VerifierKey])])
    }

    private let state: String
    private let task: Task

    init(_ arguments: Arguments) throws {
        state = arguments.value("state") ?? ""
        if let word = arguments.positionals.first {
            guard word == "init" else { throw arguments.error("there is 'init', and no '\(word)'") }
            guard arguments.value("listen") == nil, arguments.values("log-vkey").isEmpty,
                arguments.value("origin") == nil
            else { throw arguments.error("init takes --state and --name alone") }
            let name = try arguments.value("name", as: "a name without white space and '+'") { KeyName($0) }
            guard let name else { throw arguments.error("--name is missing") }
            task = .create(name: name)
            return
        }
        guard arguments.value("name") == nil else { throw arguments.error("--name is for init") }
        let listen = try arguments.value("listen", as: "HOST:PORT") { ListenAddress($0) }
        guard let listen else { throw arguments.error("--listen is missing") }
        let keys = try arguments.values("log-vkey", as: "a log's vkey: name+id+base64, Ed25519") { text in
            (try? VerifierKey(text)).flatMap { $0.algorithm == .ed25519 ? $0 : nil }
        }
        guard !keys.isEmpty else { throw arguments.error("--log-vkey is missing") }
        let origin = arguments.value("origin")
        var logs: [(origin: String, keys: [VerifierKey])] = []
        for key in keys {
            let name = origin ?? key.name.text
            if let place = logs.firstIndex(where: { $0.origin.utf8.elementsEqual(name.utf8) }) {
                logs[place].keys.append(key)
            } else {
                logs.append((name, [key]))
            }
        }
        task = .serve(host: listen.host, port: listen.port, logs: logs)
    }

    func run(_ console: Console) async throws -> ExitStatus {
        do {
            switch task {
            case .create(let name):
                let vkey = try WitnessFolder.create(at: state, name: name)
                console.print(bytes: JSON.indented(.object(["vkey": .string(vkey.text)])))
                return .fine
            case .serve(let host, let port, let logs):
                return try await serve(host, port, logs, console)
            }
        } catch let failure as WitnessFolder.Failure {
            if case .damaged = failure { throw CommandFailure("\(failure)", .finding) }
            throw CommandFailure("\(failure)")
        } catch KeyError.exposed(let path) {
            throw CommandFailure("The witness's key is not used: \(KeyError.exposed(path)).", .finding)
        } catch let error as KeyError {
            throw CommandFailure("The witness's key cannot be used: \(error).")
        }
    }

    private func serve(
        _ host: String, _ port: UInt16, _ logs: [(origin: String, keys: [VerifierKey])], _ console: Console
    ) async throws -> ExitStatus {
        _ = forbidCoreFiles()
        let signals = ServiceSignals(reloads: false)
        let folder = try WitnessFolder(at: state)
        let own = folder.cosigner.verifierKey
        if logs.contains(where: { $0.keys.contains { $0.publicKey == own.publicKey } }) {
            throw CommandFailure("The key in \(state) is a log's key: a witness needs one of its own.", .usage)
        }
        let known = try logs.map { log in
            try WitnessedLog(
                origin: log.origin, keys: log.keys, cosigner: folder.cosigner, file: folder.file(of: log.origin))
        }
        let door = WitnessDoor(known) { UInt64(max(0, wallClockMicroseconds() / 1_000_000)) }
        var configuration = ServerConfiguration()
        configuration.maximumBodySize = CheckpointSubmission.maximumLength
        configuration.maximumConnections = 256
        let server = Server(configuration: configuration) { request in door.answer(request) }
        let bound: UInt16
        do throws(ListenError) {
            bound = try server.start(host: host, port: port)
        } catch {
            throw CommandFailure("Nothing can listen on \(host):\(port): \(error).")
        }
        for log in known {
            console.say("cosigns '\(log.origin)'\(log.newest == nil ? ", of which it has seen nothing yet" : "")")
        }
        console.say("authledger witness \(own.text) on \(host):\(bound)")
        await signals.wait {}
        await server.stop()
        // The folder is locked until here.
        withExtendedLifetime(folder) {}
        return .fine
    }
}

/// `HOST:PORT`, an IPv6 address in brackets.
struct ListenAddress: Equatable {
    let host: String
    let port: UInt16

    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]),
            colon != text.startIndex
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.host = host
        self.port = port
    }
}
