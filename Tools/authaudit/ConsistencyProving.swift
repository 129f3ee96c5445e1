import CanonicalJSON
import CommandLineTools
import EventLog
import LedgerAudit
import LedgerCrypto

/// `authaudit prove --consistency`
struct ConsistencyProving {
    private let options: Arguments
    private let keys: [VerifierKey]
    private let format: ProveCommand.Format

    init(_ options: Arguments, _ keys: [VerifierKey], _ format: ProveCommand.Format) throws(UsageError) {
        self.options = options
        self.keys = keys
        self.format = format
        guard !options.positionals.isEmpty else { throw options.error("--consistency needs a checkpoint or a receipt") }
        guard options.positionals.count == 2 || options.value("ledger") != nil else {
            throw options.error("--consistency needs a second checkpoint, or --ledger")
        }
        guard !keys.isEmpty || options.value("ledger") != nil else {
            throw options.error("--vkey is missing: without a ledger nothing else names the key")
        }
        guard format != .receipt else { throw options.error("--format tlog-proof is for one event") }
    }

    func run(_ console: Console) -> ExitStatus {
        var files: [[UInt8]] = []
        for path in options.positionals {
            switch ProofFiles.read(path, console) {
            case .success(let bytes): files.append(bytes ?? [])
            case .failure(let refusal): return refusal.status
            }
        }
        var reader: (any AuditReader)?
        if options.value("ledger") != nil {
            switch AuditProgram.open(options, console) {
            case .success(let opened): reader = opened
            case .failure(let refusal): return refusal.status
            }
        }
        do throws(ProofFault) {
            let keyring: CheckpointKeyring
            if let reader {
                keyring = try ProveCommand.keyring(keys, reader, console)
            } else {
                keyring = CheckpointKeyring(keys)
            }
            let question = Consistency(of: files[0], and: files.count > 1 ? files[1] : nil, keyring)
            return show(try question.run(reader), keyring, console)
        } catch {
            return ProveCommand.refuse(error, console)
        }
    }

    private func show(_ answer: Consistency.Answer, _ keyring: CheckpointKeyring, _ console: Console) -> ExitStatus {
        let sentence: String
        var json: JSONObject = [:]
        var status = ExitStatus.fine
        switch answer {
        case .consistent(let proof, let older, let newer):
            let origin = TerminalText.escaped(newer.origin)
            sentence =
                older.size == newer.size
                ? "Both checkpoints of '\(origin)' are of the same \(newer.size) events."
                : "The log '\(origin)' of \(newer.size) events goes on from its \(older.size) events: "
                    + "nothing was changed between."
            json = [
                "new_root": .string(newer.root.hex), "new_size": .integer(Int64(newer.size)),
                "old_root": .string(older.root.hex), "old_size": .integer(Int64(older.size)),
                "proof": .array(proof.hashes.map { hash in .string(hash.withUnsafeBytes { Base64.encode($0) }) }),
                "result": .string("consistent"),
            ]
        case .ofThisLedger(let checkpoint, let size):
            sentence = "The checkpoint of \(checkpoint.size) events is of the tree in this ledger of \(size) events."
            json = [
                "ledger_size": .integer(size), "old_root": .string(checkpoint.root.hex),
                "old_size": .integer(Int64(checkpoint.size)), "result": .string("consistent"),
            ]
        case .unlikeLedger(let checkpoint, let size):
            status = .finding
            sentence =
                "The checkpoint of \(checkpoint.size) events is not of the tree in this ledger of \(size) events. The "
                + "ledger kept no checkpoint that contradicts it for others to see: the ledger was changed or is damaged "
                + "('authaudit verify'), or its service signed this for another one."
            json = [
                "ledger_size": .integer(size), "old_root": .string(checkpoint.root.hex),
                "old_size": .integer(Int64(checkpoint.size)), "result": .string("unlike ledger"),
            ]
        case .misbehaviour(let found):
            return show(found, keyring, console)
        }
        switch format {
        case .json: console.print(bytes: JSON.indented(.object(json)))
        case .text, .receipt: console.print(sentence)
        }
        if let path = options.value("to"), case .consistent = answer {
            return ProofFiles.write([(path, JSON.indented(.object(json)))], console)
        }
        return status
    }

    private func show(_ found: Misbehaviour, _ keyring: CheckpointKeyring, _ console: Console) -> ExitStatus {
        do throws(ProofFault) {
            // What is handed out is checked as whoever receives it will.
            let (older, newer) = try found.verify(keyring)
            switch format {
            case .json: console.print(bytes: JSON.indented(found.json))
            case .text, .receipt: console.print(TerminalText.escaped(found.sentence(older, newer)))
            }
        } catch {
            return ProveCommand.refuse(error, console)
        }
        guard let path = options.value("to") else {
            if format == .text { console.say("--to FILE writes the proof of it, which 'prove --check' checks.") }
            return .finding
        }
        let status = ProofFiles.write([(path, JSON.indented(found.json))], console)
        return status == .fine ? .finding : status
    }
}
