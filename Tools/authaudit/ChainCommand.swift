import AuthorizationCore
import CanonicalJSON
import CommandLineTools
import EventLog
import LedgerAudit

/// `authaudit chain`
enum ChainCommand {
    static let declaration = Command(
        "chain", "Show which API Identities could vouch for an API's users at a moment, and why.",
        options: [
            AuditProgram.ledger,
            .value("environment", "NAME", "The environment.", isRequired: true),
            .value("api", "API", "The API, by its id or its name.", isRequired: true),
            .value("at", "PLACE", "A position or a time, itself included; now by default."),
            .value("since", "PLACE", "An earlier moment: shows what changed from then to --at, and by which events."),
            AuditProgram.format,
        ],
        examples: [
            .init(
                "authaudit chain --ledger ledger --environment prod --api accounts", "The chain as it is."),
            .init(
                "authaudit chain --ledger ledger --environment prod --api accounts --at 2026-03-01T12:00:00Z",
                "The chain as it was at noon."),
            .init(
                "authaudit chain --ledger ledger --environment prod --api accounts --since 2026-03-01T00:00:00Z",
                "What changed since March began, with the events that changed it."),
        ])

    static func run(_ options: Arguments, _ console: Console) throws(UsageError) -> ExitStatus {
        let format = try options.choice("format", default: AuditProgram.Format.text)
        let place = try options.value("at", as: "a position or an RFC 3339 time") { Place($0) }
        let since = try options.value("since", as: "a position or an RFC 3339 time") { Place($0) }
        let reader: any AuditReader
        switch AuditProgram.open(options, console) {
        case .success(let opened): reader = opened
        case .failure(let refusal): return refusal.status
        }
        let question = ChainAt(
            api: options.value("api") ?? "", environment: options.value("environment") ?? "", at: place)
        do throws(AuditError) {
            if let since {
                let comparison = try ChainChanges(question, since: since).run(reader)
                switch format {
                case .json: console.print(bytes: JSON.indented(comparison.json))
                case .text: printText(comparison, console)
                }
                return .fine
            }
            let report = try question.run(reader)
            switch format {
            case .json: console.print(bytes: JSON.indented(report.json))
            case .text: printText(report, console)
            }
            return .fine
        } catch {
            return AuditProgram.refuse(error, console)
        }
    }

    private static func printText(_ report: ChainReport, _ console: Console) {
        console.print(
            "Identity chain of API '\(TerminalText.escaped(report.api.name))' (\(report.api.id.text)) in "
                + "\(report.environment.text), after the event at position \(report.last.position) "
                + "(\(report.last.recordedAt.text))")
        console.print("")
        if let oauth = report.oauthDeployed { console.print("API OAuth deployed: \(text(oauth))") }
        for obstacle in report.obstacles { console.print(obstacle.sentence) }
        if report.links.isEmpty { console.print("The chain is empty: no Identity would have been asked.") }
        for link in report.links {
            console.print(
                "\(link.ordinal). Identity '\(TerminalText.escaped(link.identity.name))' (\(link.identity.id.text)), "
                    + "revision \(link.revision), at \(TerminalText.escaped(link.destination))")
            console.print("     registered   \(text(link.registered))")
            console.print("     linked       \(text(link.linked))")
            console.print("     deployed     \(text(link.deployed))")
            console.print("     API deployed \(text(link.apiDeployed))")
            if link.isBeyondMaximum {
                console.print("     not asked: a chain is asked up to its \(IdentityChain.maximumLength)th Identity")
            }
        }
        guard !report.absent.isEmpty else { return }
        console.print("")
        console.print("Linked, but not in the chain:")
        for identity in report.absent {
            let reasons = identity.reasons.map(\.phrase).joined(separator: "; ")
            console.print(
                "  Identity '\(TerminalText.escaped(identity.identity.name))' (\(identity.identity.id.text)): \(reasons)"
            )
        }
    }

    private static func printText(_ comparison: ChainComparison, _ console: Console) {
        printText(comparison.after, console)
        console.print("")
        let then = comparison.before.map { "the event at position \($0.last.position) (\($0.last.recordedAt.text))" }
        console.print("Since \(then ?? "the first \(comparison.beforeSize) events, when there was no such chain"):")
        if comparison.changes.isEmpty { console.print("  nothing changed.") }
        for change in comparison.changes {
            console.print(
                "  Identity '\(TerminalText.escaped(change.identity.name))' (\(change.identity.id.text)) \(change.phrase)"
            )
            for event in change.events { console.print("     \(text(event))") }
        }
    }

    private static func text(_ mark: EventMark) -> String {
        TerminalText.escaped(
            "position \(mark.position)  \(mark.recordedAt.text)  \(mark.type.rawValue) by \(mark.actor.id)")
    }
}
