import CanonicalJSON
import CommandLineTools
import EventLog
import IdentityClient
import LedgerAudit

/// `authledger watch`: follows a log's checkpoints and rings when one does not go on from the last.
struct WatchCommand {
    static let declaration = Command(
        "watch", "Follows a service's checkpoints and rings when one does not go on from the last.",
        options: [
            .value("server", "URL", "The service; its log is at URL/ledger.", isRequired: true),
            .value(
                "vkey", "KEY", "The log's key, which 'authledger init' printed, from a place of your own.",
                isRequired: true),
            .value("state", "FILE", "The newest checkpoint that was seen; made at the first look.", isRequired: true),
            .value("proof", "FILE", "Where proof of misbehaviour is written (FILE.misbehaviour of --state)."),
            .value("interval", "SECONDS", "Time between two looks (60)."),
            .flag("once", "Looks once and ends."),
        ],
        examples: [
            Command.Example(
                "authledger watch --server https://tokens.example --vkey KEY --state tokens.checkpoint",
                "Looks every minute, and ends with status 1 when the log does not go on from what it showed before."),
            Command.Example(
                "authledger watch --server https://tokens.example --vkey KEY --state tokens.checkpoint --once",
                "For a timer: 0 when it goes on, 1 when it does not, 3 when it could not be looked at."),
        ],
        notes: [
            "It needs no key of the service: checkpoints and hash tiles are public. Proof of misbehaviour is one file that "
                + "anybody can check: 'authaudit prove --check FILE --vkey KEY'.",
            "When it rings, --state stays as it was, so that the next look rings too.",
        ])

    static let defaultIntervalInSeconds = 60

    private let server: String
    private let key: VerifierKey
    private let state: AtomicFile
    private let proof: String
    private let interval: Int
    private let isOnce: Bool

    init(_ arguments: Arguments) throws {
        var server = arguments.value("server") ?? ""
        while server.hasSuffix("/") { server.removeLast() }
        guard !server.contains("?"), (try? Destination(parsing: server)) != nil else {
            throw arguments.error("--server '\(server)' is not an http or https URL without a query")
        }
        self.server = server
        let key = try arguments.value("vkey", as: "a log's vkey: name+id+base64, Ed25519") { text in
            (try? VerifierKey(text)).flatMap { $0.algorithm == .ed25519 ? $0 : nil }
        }
        guard let key else { throw arguments.error("--vkey is missing") }
        self.key = key
        state = AtomicFile(path: arguments.value("state") ?? "")
        proof = arguments.value("proof") ?? "\(state.path).misbehaviour"
        interval =
            try arguments.value("interval", as: "a number of seconds from 1 to 86400") { text in
                Int(text).flatMap { (1...86_400).contains($0) ? $0 : nil }
            } ?? Self.defaultIntervalInSeconds
        isOnce = arguments.has("once")
    }

    func run(_ console: Console) async throws -> ExitStatus {
        try await run(console, ServedLog(prefix: "\(server)/ledger", client: ServiceClient()))
    }

    func run(_ console: Console, _ log: any PublishedLog) async throws -> ExitStatus {
        let watching = Watching(key: key, log: log)
        var last = try remembered()
        var isAway = false
        while true {
            let look: Result<Watching.Look, WatchFault>
            do throws(WatchFault) { look = .success(try watching.look(after: last)) } catch { look = .failure(error) }
            switch look {
            case .success(.goesOn(let newest)):
                try state.write(newest.note.bytes)
                last = newest
                console.print("\(newest.checkpoint.size) events, root \(newest.checkpoint.root)")
                console.flush()
            case .success(.nothingNew(let newest)):
                if isOnce { console.print("\(newest.checkpoint.size) events, root \(newest.checkpoint.root)") }
            case .success(.misbehaves(let found)): return try ring(found, console)
            case .success(.broken(let shown, let because)): return try ring(shown, last, because, console)
            case .failure(let fault):
                // What is away may come back, and is told once.
                if !isAway { console.say("The log '\(key.name)' could not be looked at: \(fault).") }
                if isOnce { return .impossible }
            }
            if isOnce { return .fine }
            if isAway, case .success = look { console.say("The log '\(key.name)' can be looked at again.") }
            if case .failure = look { isAway = true } else { isAway = false }
            try await Task.sleep(for: .seconds(interval))
        }
    }

    private func remembered() throws -> VerifiedCheckpoint? {
        let bytes: [UInt8]?
        do { bytes = try state.read() } catch { throw CommandFailure("\(error)") }
        guard let bytes else { return nil }
        guard
            let last = try? VerifiedCheckpoint(SignedNote(parsing: bytes), origin: key.name.text, logKeys: [key])
        else {
            throw CommandFailure(
                "\(state.path) is no checkpoint of '\(key.name)' under this --vkey: give the file that was kept for it, or move "
                    + "this one away to begin anew.")
        }
        return last
    }

    /// Proof that everybody can check.
    private func ring(_ found: Misbehaviour, _ console: Console) throws -> ExitStatus {
        let keyring = CheckpointKeyring([key])
        let sentence: String
        do throws(ProofFault) {
            let (older, newer) = try found.verify(keyring)
            sentence = found.sentence(older, newer)
        } catch {
            throw CommandFailure("\(error)")
        }
        let path = try keep(JSON.indented(found.json), at: proof)
        console.say("\(sentence) The proof is in \(path): 'authaudit prove --check \(path) --vkey \(key.text)'.")
        return .finding
    }

    /// Both signed checkpoints, where the log serves nothing that proves more.
    private func ring(
        _ shown: SignedNote, _ last: VerifiedCheckpoint?, _ because: String, _ console: Console
    ) throws -> ExitStatus {
        let newer = try keep(shown.bytes, at: "\(proof).shown")
        var sentence = "\(because). What it shows is in \(newer)"
        if let last {
            let older = try keep(last.note.bytes, at: "\(proof).seen")
            sentence +=
                ", what it showed before in \(older): 'authaudit prove --consistency' holds them against a ledger"
        }
        console.say(sentence + ".")
        return .finding
    }

    /// Writes a new file; the next free name where there is one with other content.
    private func keep(_ bytes: [UInt8], at path: String) throws -> String {
        for number in 0..<1_000 {
            let name = number == 0 ? path : "\(path).\(number)"
            if let kept = try? InputFile.read(name, maximumBytes: Misbehaviour.maximumLength), kept == bytes {
                return name
            }
            do throws(ExportFault) {
                try NewFile.write(bytes, to: name)
                return name
            } catch {
                guard case .exists = error else { throw CommandFailure("\(error)") }
            }
        }
        throw CommandFailure("\(path) and 999 names like it are taken: move them away.")
    }
}
