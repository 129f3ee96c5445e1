import CommandLineTools
import EventLog
import EventLogSQLite
import LedgerAudit

/// The commands, and what they share.
enum AuditProgram {
    static let version = "0.1.0"

    static let declaration = Program(
        "authaudit", version: version,
        "Checks and explains an AuthLedger file. It opens the file read-only, also while the service writes it.",
        commands: [
            VerifyCommand.declaration, HistoryCommand.declaration, ChainCommand.declaration, ImpactCommand.declaration,
            ReproduceCommand.declaration, ExplainCommand.declaration, WhatIfCommand.declaration,
            ReviewCommand.declaration, ProveCommand.declaration, ExportCommand.declaration,
        ])

    static func run(_ command: String, _ options: Arguments, _ console: Console) throws(UsageError) -> ExitStatus {
        switch command {
        case HistoryCommand.declaration.name: try HistoryCommand.run(options, console)
        case ExplainCommand.declaration.name: try ExplainCommand.run(options, console)
        case ReproduceCommand.declaration.name: try ReproduceCommand.run(options, console)
        case WhatIfCommand.declaration.name: try WhatIfCommand.run(options, console)
        case ChainCommand.declaration.name: try ChainCommand.run(options, console)
        case ImpactCommand.declaration.name: try ImpactCommand.run(options, console)
        case ReviewCommand.declaration.name: try ReviewCommand.run(options, console)
        case ProveCommand.declaration.name: try ProveCommand.run(options, console)
        case ExportCommand.declaration.name: try ExportCommand.run(options, console)
        default: try VerifyCommand.run(options, console)
        }
    }

    static let ledger = Option.value("ledger", "FILE", "The ledger.", isRequired: true)
    static let format = Option.value("format", "text|json", "How results are written; text by default.")

    enum Format: String, CaseIterable { case text, json }

    /// Opens the ledger, or says in one sentence why that cannot be.
    static func open(_ options: Arguments, _ console: Console) -> Result<SQLiteLedgerReader, Refusal> {
        let path = options.value(ledger.name) ?? ""
        do throws(OpenError) {
            let reader = try SQLiteLedgerReader.open(path)
            if let cause = reader.copied { console.say(note(cause, path)) }
            console.say(unrecorded)
            return .success(reader)
        } catch {
            console.say("\(error) \(advice(for: error))")
            return .failure(Refusal(status: status(for: error)))
        }
    }

    /// Whoever reads a file leaves no trace in it; through the service every reading is an event.
    private static let unrecorded =
        "This reading is not recorded: a file cannot tell who reads it. Through the service's /audit it is."

    private static func note(_ cause: SQLiteLedgerReader.CopyCause, _ path: String) -> String {
        switch cause {
        case .logFilesMissing:
            "\(path)-wal or \(path)-shm is absent, and an auditor makes no file there: a private copy is read."
        case .logFilesForbidden:
            "\(path)-wal and \(path)-shm may not be opened by this account: a private copy is read."
        }
    }

    struct Refusal: Error {
        let status: ExitStatus
    }

    static func status(for error: OpenError) -> ExitStatus {
        switch error {
        case .damaged: .finding
        case .noSuchFile, .alreadyExists, .notALedger, .newerSchema, .permissionDenied, .inUse, .wrongKey,
            .unreadable:
            .impossible
        }
    }

    static func advice(for error: OpenError) -> String {
        switch error {
        case .noSuchFile: "Give --ledger the file that 'authledger init' created."
        case .notALedger(_, .empty): "If it was a ledger once, restore it from a backup."
        case .notALedger: "Give --ledger the file that 'authledger init' created."
        case .newerSchema: "Install the version of authaudit that belongs to the service."
        case .permissionDenied: "Run as the service's account, or give this one read access to the file and its -wal."
        case .damaged: "Keep the file as it is, and restore the ledger from a backup."
        case .inUse: "Try again when the other process has ended."
        case .wrongKey: "Give the keys that belong to the ledger."
        case .alreadyExists, .unreadable: "Look at the file's disk and its permissions."
        }
    }

    /// Says why a question was not answered.
    static func refuse(_ error: AuditError, _ console: Console) -> ExitStatus {
        console.say("\(error)")
        switch error {
        case .store(.damaged), .store(.missing), .noEvent: return .finding
        case .store(.unreadable), .store(.closed): return .impossible
        case .beyondHead, .beforeFirst, .noSuchEnvironment, .noSuchAPI, .noSuchIdentity, .ambiguousAPI,
            .noSuchDecision, .outOfOrder:
            return .usage
        }
    }
}
