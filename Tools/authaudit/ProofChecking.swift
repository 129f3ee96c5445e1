import CanonicalJSON
import CommandLineTools
import EventLog
import LedgerAudit
import LedgerCrypto

/// `authaudit prove --check`
struct ProofChecking {
    private let options: Arguments
    private let keys: [VerifierKey]
    private let format: ProveCommand.Format

    init(_ options: Arguments, _ keys: [VerifierKey], _ format: ProveCommand.Format) throws(UsageError) {
        self.options = options
        self.keys = keys
        self.format = format
        guard !keys.isEmpty else { throw options.error("--vkey is missing: a proof is checked with nothing else") }
        guard options.positionals.isEmpty, !options.has("consistency") else {
            throw options.error("--check looks at one file alone")
        }
        guard format != .receipt else { throw options.error("--format tlog-proof is for one event") }
    }

    func run(_ console: Console) throws(UsageError) -> ExitStatus {
        var files: [[UInt8]?] = []
        for path in [options.value("check"), options.value("leaf")] {
            switch ProofFiles.read(path, console) {
            case .success(let bytes): files.append(bytes)
            case .failure(let refusal): return refusal.status
            }
        }
        let (proof, leaf) = (files[0] ?? [], files[1])
        let keyring = CheckpointKeyring(keys)
        if let receipt = try? Receipt(parsing: proof) {
            guard let leaf else {
                throw options.error("--leaf is missing: a receipt is about bytes that it does not hold")
            }
            do throws(ProofFault) {
                return show(try Self.check(receipt, of: leaf, keyring), console)
            } catch {
                return ProveCommand.refuse(error, console)
            }
        }
        do throws(ProofFault) {
            let found = try Misbehaviour(parsing: proof)
            let (older, newer) = try found.verify(keyring)
            return show(found.sentence(older, newer), console)
        } catch {
            return ProveCommand.refuse(error, console)
        }
    }

    private static func check(
        _ receipt: Receipt, of leaf: [UInt8], _ keyring: CheckpointKeyring
    ) throws(ProofFault) -> String {
        let checkpoint = try keyring.verify(receipt.checkpoint).checkpoint
        let proof = InclusionProof(index: receipt.index, size: checkpoint.size, hashes: receipt.hashes)
        do throws(ProofError) {
            try proof.verify(leafHash: SHA256.leafHash(leaf), root: checkpoint.root)
        } catch {
            throw .provesNothing("the event does not stand at position \(receipt.index) of that log")
        }
        return
            "The event stands at position \(receipt.index) of the log '\(checkpoint.origin)' of \(checkpoint.size) events."
    }

    private func show(_ sentence: String, _ console: Console) -> ExitStatus {
        switch format {
        case .json:
            console.print(bytes: JSON.indented(.object(["holds": .boolean(true), "proves": .string(sentence)])))
        case .text, .receipt: console.print(TerminalText.escaped(sentence))
        }
        return .fine
    }
}
