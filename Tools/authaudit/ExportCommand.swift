import AuthorizationCore
import CanonicalJSON
import CommandLineTools
import EventLog
import EventLogSQLite
import LedgerAudit
import LedgerCrypto

/// `authaudit export`
enum ExportCommand {
    static let declaration = Command(
        "export", "Hand over the log as static tiles, or the evidence for a question as a pack that proves itself.",
        options: [
            AuditProgram.ledger,
            .value(
                "to", "PATH", "A new or empty folder; for evidence also a new file that ends in .tar.", isRequired: true
            ),
            .flag("tiles", "The whole log as C2SP tlog-tiles: checkpoint, tile/…, tile/entries/…."),
            .flag("evidence", "The events that answer a question, with proofs, chains, policies and a verifier."),
            .value("from", "PLACE", "Evidence from this place on: a position, or a time such as 2026-03-01T12:00:00Z."),
            .value("until", "PLACE", "Evidence up to this place, itself included."),
        ] + HistoryCommand.filters + [
            .value(
                "checkpoint", "FILE", "As of this checkpoint or receipt; the newest that the ledger kept by default."),
            .value("vkey", "KEY", "The checkpoint key, from a place of your own.", repeats: true),
            AuditProgram.format,
        ],
        examples: [
            .init(
                "authaudit export --ledger ledger --to tiles --tiles",
                "A folder that any client of tlog-tiles can verify."),
            .init(
                "authaudit export --ledger ledger --to march.tar --evidence --api api_… --from 2026-03-01T00:00:00Z "
                    + "--until 2026-03-31T23:59:59Z",
                "Every token of an API in March. Check it with: python3 verify.py --vkey KEY march.tar"),
        ],
        notes: [
            "Filters are those of 'history'. All events of a decision come along when one of them answers. Without a filter "
                + "the pack holds every event of the period, and the verifier can tell that none is missing.",
            "Personal values never go into an export: an event has their salted commitments, and neither the sealed values "
                + "nor their keys are read. Tiles hold every recorded event: they are for auditors, not for the public.",
            "The same question as of the same checkpoint gives the same bytes.",
        ])

    static func run(_ options: Arguments, _ console: Console) throws(UsageError) -> ExitStatus {
        let format = try options.choice("format", default: AuditProgram.Format.text)
        let keys = try options.values("vkey", as: "a vkey: name+id+base64") { try? VerifierKey($0) }
        let isEvidence = options.has("evidence")
        guard isEvidence != options.has("tiles") else { throw options.error("give one of --tiles and --evidence") }
        let question = try question(options)
        if !isEvidence, ["from", "until"].contains(where: { options.value($0) != nil }) || question.isNarrowed {
            throw options.error("--tiles takes no question: it is the whole log")
        }
        let path = options.value("to") ?? ""
        let isArchive = path.utf8.count > 4 && path.hasSuffix(".tar")
        if isArchive, !isEvidence { throw options.error("--tiles needs a folder") }
        let reader: any AuditReader
        switch AuditProgram.open(options, console) {
        case .success(let opened): reader = opened
        case .failure(let refusal): return refusal.status
        }
        let checkpoint: [UInt8]?
        switch ProofFiles.read(options.value("checkpoint"), console) {
        case .success(let bytes): checkpoint = bytes
        case .failure(let refusal): return refusal.status
        }
        let bar = ExportProgress(console)
        do throws(ExportFault) {
            let keyring = try keyring(keys, reader, console)
            if isEvidence {
                let pack = EvidencePack(question, at: checkpoint, keyring)
                let made = try pack.run(
                    reader,
                    to: { () throws(ExportFault) in try sink(path, isArchive) },
                    progress: bar.update)
                bar.clear()
                show(made, path, format, console)
            } else {
                let made = try TileExport(at: checkpoint, keyring).run(
                    reader, to: try FolderSink(path), progress: bar.update)
                bar.clear()
                show(made, path, format, console)
            }
            return .fine
        } catch {
            bar.clear()
            return ProofFiles.refuse(error, console)
        }
    }

    private static func sink(_ path: String, _ isArchive: Bool) throws(ExportFault) -> any FileSink {
        if isArchive { return try TarSink(path) }
        return try FolderSink(path)
    }

    private static func keyring(
        _ keys: [VerifierKey], _ reader: any LedgerReader, _ console: Console
    ) throws(ExportFault) -> CheckpointKeyring {
        do throws(ProofFault) { return try ProveCommand.keyring(keys, reader, console) } catch { throw .proof(error) }
    }

    private static func question(_ options: Arguments) throws(UsageError) -> HistoryFilter {
        var filter = HistoryFilter()
        let place = "a position or an RFC 3339 time"
        filter.from = try options.value("from", as: place) { Place($0) }
        filter.to = try options.value("until", as: place) { Place($0) }
        try HistoryCommand.readFilters(options, into: &filter)
        return filter
    }

    private static func show(_ made: EvidenceSummary, _ path: String, _ format: AuditProgram.Format, _ console: Console)
    {
        if made.beyondCheckpoint > 0 {
            console.say(
                "\(made.beyondCheckpoint) events of the period are newer than the checkpoint of \(made.checkpoint.size) "
                    + "events, and not looked at.")
        }
        switch format {
        case .json:
            console.print(
                bytes: JSON.indented(
                    .object([
                        "before": .integer(made.range.upperBound), "beyond_checkpoint": .integer(made.beyondCheckpoint),
                        "estate_events": .integer(Int64(made.estateEvents)), "events": .integer(Int64(made.events)),
                        "from": .integer(made.range.lowerBound), "manifest_sha256": .string(made.manifestDigest.hex),
                        "matching": .integer(Int64(made.matching)), "path": .string(path),
                        "proof_hashes": .integer(Int64(made.proofHashes)),
                        "size": .integer(Int64(made.checkpoint.size)),
                    ])))
        case .text:
            console.print(
                "\(made.matching) events answer the question; with the others of their decisions the pack holds "
                    + "\(made.events), and \(made.estateEvents) of the estate.")
            console.print(
                "proved by   the checkpoint of \(made.checkpoint.size) events, with \(made.proofHashes) hashes")
            console.print("manifest    SHA-256 \(made.manifestDigest)")
            console.print("written     \(TerminalText.escaped(path))")
        }
    }

    private static func show(_ made: Checkpoint, _ path: String, _ format: AuditProgram.Format, _ console: Console) {
        switch format {
        case .json:
            console.print(
                bytes: JSON.indented(
                    .object([
                        "origin": .string(made.origin), "path": .string(path), "root": .string(made.root.hex),
                        "size": .integer(Int64(made.size)),
                    ])))
        case .text:
            console.print("The log '\(TerminalText.escaped(made.origin))' of \(made.size) events is written as tiles.")
            console.print("root        \(made.root)")
            console.print("written     \(TerminalText.escaped(path))")
        }
    }
}

/// The progress bar of an export, made when its length is known.
private final class ExportProgress {
    private let console: Console
    private var bar: ProgressBar?
    private var total: Int64 = 0

    init(_ console: Console) { self.console = console }

    /// A pack is gathered, then reviewed: two lengths, each with a bar of its own.
    func update(_ done: Int64, of total: Int64) {
        if bar == nil || total != self.total {
            self.total = total
            bar = ProgressBar("export", total: total, unit: "events", on: console)
        }
        bar?.update(done)
    }

    func clear() { bar?.clear() }
}
