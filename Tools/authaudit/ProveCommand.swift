import AuthorizationCore
import CanonicalJSON
import CommandLineTools
import EventLog
import EventLogSQLite
import LedgerAudit
import LedgerCrypto

/// `authaudit prove`
enum ProveCommand {
    static let declaration = Command(
        "prove", "Prove that an event is in the log, or that two checkpoints are of one log; keep and check the proof.",
        positionals: [
            Positional("A", "With --consistency: a signed checkpoint or a receipt, as a file.", isRequired: false),
            Positional("B", "With --consistency: another; without it A is held against the ledger.", isRequired: false),
        ],
        options: [
            .value("ledger", "FILE", "The ledger. Two checkpoints of one size, and --check, need none."),
            .value("position", "P", "Prove the event at a position."),
            .value("jti", "ID", "Prove the event that issued a token."),
            .value("decision", "ID", "Prove the event that ended a decision."),
            .flag("consistency", "Ask whether A and B are of one log that only grew."),
            .value(
                "check", "FILE",
                "Check a receipt (with --leaf) or a proof of misbehaviour, offline and without a ledger."),
            .value("leaf", "FILE", "With --check: the event's recorded bytes."),
            .value(
                "checkpoint", "FILE",
                "Prove against this checkpoint or receipt; the newest that the ledger kept by default."),
            .value("vkey", "KEY", "The checkpoint key, from a place of your own.", repeats: true),
            .value("to", "FILE", "Write the proof there, and an event's bytes to FILE.leaf; nothing is overwritten."),
            .value("format", "text|json|tlog-proof", "How results are written; text by default."),
        ],
        examples: [
            .init(
                "authaudit prove --ledger ledger --jti dec_… --to token.tlog-proof",
                "A receipt of the event that issued a token, and the event."),
            .init(
                "authaudit prove --check token.tlog-proof --leaf token.tlog-proof.leaf --vkey KEY",
                "Checks the receipt, with nothing but the key."),
            .init(
                "authaudit prove --consistency march.checkpoint april.tlog-proof --ledger ledger --to proof.json",
                "Shows that April's log goes on from March's, or writes proof that somebody signed two."),
        ],
        notes: [
            "With --check the exit status is 0 when the proof holds. With --consistency it is 1 when the checkpoints "
                + "contradict each other; proof of that is a file that anybody can check who has the key.",
            "Without --vkey the key is taken from the ledger's first event, which is not independent. A key's name is the "
                + "origin of its log.",
        ])

    enum Format: String, CaseIterable {
        case text, json
        case receipt = "tlog-proof"
    }

    static func run(_ options: Arguments, _ console: Console) throws(UsageError) -> ExitStatus {
        let format = try options.choice("format", default: Format.text)
        let keys = try options.values("vkey", as: "a vkey: name+id+base64") { try? VerifierKey($0) }
        if options.value("check") != nil {
            return try ProofChecking(options, keys, format).run(console)
        }
        if options.has("consistency") {
            return try ConsistencyProving(options, keys, format).run(console)
        }
        guard options.positionals.isEmpty else {
            throw options.error("'\(options.positionals[0])' needs --consistency")
        }
        let target = try target(options)
        guard options.value("ledger") != nil else { throw options.error("--ledger is missing") }
        let reader: any AuditReader
        switch AuditProgram.open(options, console) {
        case .success(let opened): reader = opened
        case .failure(let refusal): return refusal.status
        }
        do throws(ProofFault) {
            let checkpoint: [UInt8]?
            switch ProofFiles.read(options.value("checkpoint"), console) {
            case .success(let bytes): checkpoint = bytes
            case .failure(let refusal): return refusal.status
            }
            let keyring = try keyring(keys, reader, console)
            let proved = try Inclusion(of: target, at: checkpoint, keyring).run(reader)
            if let path = options.value("to") {
                let status = ProofFiles.write([(path, proved.receipt.bytes), (path + ".leaf", proved.leaf)], console)
                guard status == .fine else { return status }
            }
            switch format {
            case .text: printText(proved, to: options.value("to"), console)
            case .json: console.print(bytes: JSON.indented(json(proved)))
            case .receipt: console.print(bytes: proved.receipt.bytes)
            }
            return .fine
        } catch {
            return refuse(error, console)
        }
    }

    private static func target(_ options: Arguments) throws(UsageError) -> Inclusion.Target {
        var targets: [Inclusion.Target] = []
        if let position = try options.value("position", as: "a position", { Int64($0).flatMap { $0 >= 0 ? $0 : nil } })
        {
            targets.append(.position(Position(position)))
        }
        if let id = try options.value("jti", as: "a token's id", { DecisionID(text: $0) }) {
            targets.append(.token(id))
        }
        if let id = try options.value("decision", as: "a decision's id", { DecisionID(text: $0) }) {
            targets.append(.decision(id))
        }
        guard targets.count == 1, let target = targets.first else {
            throw options.error("give one of --position, --jti, --decision, --consistency and --check")
        }
        return target
    }

    /// The keys given, or else those that the ledger names.
    static func keyring(
        _ keys: [VerifierKey], _ reader: any LedgerReader, _ console: Console
    ) throws(ProofFault) -> CheckpointKeyring {
        guard keys.isEmpty else { return CheckpointKeyring(keys) }
        console.say("The checkpoint key is taken from the ledger itself, which is not independent; give --vkey.")
        return try CheckpointKeyring(namedBy: reader)
    }

    /// Says why there is no proof.
    static func refuse(_ fault: ProofFault, _ console: Console) -> ExitStatus {
        if case .audit(let error) = fault { return AuditProgram.refuse(error, console) }
        console.say("\(fault)")
        return fault.isFinding ? .finding : .usage
    }

    private static func printText(_ proved: ProvedEvent, to path: String?, _ console: Console) {
        let event = proved.event
        console.print(
            "The event at position \(event.position) is in the log '\(TerminalText.escaped(proved.checkpoint.origin))' of "
                + "\(proved.checkpoint.size) events.")
        console.print("")
        console.print("event       \(event.data.type.rawValue), recorded \(event.recordedAt.text)")
        console.print("belongs to  \(TerminalText.escaped(event.correlation))")
        console.print("leaf hash   \(proved.leafHash)")
        console.print("root        \(proved.checkpoint.root)")
        console.print("proof       \(proved.receipt.hashes.count) hashes")
        if let path {
            console.print("written     \(TerminalText.escaped(path)) and \(TerminalText.escaped(path)).leaf")
        } else {
            console.print("to keep it  --to FILE, or --format tlog-proof")
        }
    }

    private static func json(_ proved: ProvedEvent) -> JSONValue {
        .object([
            "checkpoint": .string(String(decoding: proved.receipt.checkpoint.bytes, as: UTF8.self)),
            "key_is_independent": .boolean(proved.keyIsIndependent),
            "leaf": .string(Base64.encode(proved.leaf)),
            "leaf_hash": .string(proved.leafHash.hex),
            "origin": .string(proved.checkpoint.origin),
            "position": .integer(proved.event.position.value),
            "proof": .string(String(decoding: proved.receipt.bytes, as: UTF8.self)),
            "recorded_at": .string(proved.event.recordedAt.text),
            "root": .string(proved.checkpoint.root.hex),
            "size": .integer(Int64(proved.checkpoint.size)),
            "type": .string(proved.event.data.type.rawValue),
        ])
    }
}
