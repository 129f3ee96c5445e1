import AuthorizationCore
import CanonicalJSON
import CommandLineTools
import LedgerAudit

/// `authaudit explain`
enum ExplainCommand {
    static let declaration = Command(
        "explain", "Tell one decision step by step, with the event behind each sentence.",
        options: [
            AuditProgram.ledger,
            .value("decision", "ID", "The decision."),
            .value("jti", "ID", "The decision that issued a token."),
            AuditProgram.vaults, AuditProgram.epoch,
            .value("format", "text|json|html", "How it is written; text by default. HTML is one page of its own."),
        ],
        examples: [
            .init("authaudit explain --ledger ledger --jti dec_…", "How a token came to be."),
            .init("authaudit explain --ledger ledger --decision dec_… --format html > decision.html", "As a page."),
        ],
        notes: [
            "It speaks of the holder of a credential and the holder of a token about an account: the ledger does not know "
                + "who sat at a keyboard.",
            ReproductionReport.onTrust,
        ])

    private enum Format: String, CaseIterable { case text, json, html }

    static func run(_ options: Arguments, _ console: Console) throws(UsageError) -> ExitStatus {
        let format = try options.choice("format", default: Format.text)
        guard let decision = try AuditProgram.decision(options) else {
            throw options.error("--decision or --jti is missing")
        }
        let opened: AuditProgram.Opened
        switch try AuditProgram.openWithVaults(options, console) {
        case .success(let both): opened = both
        case .failure(let refusal): return refusal.status
        }
        let explanation: Explanation
        do throws(AuditError) {
            explanation = try Explain(decision).run(opened.ledger, vaults: opened.vaults)
        } catch {
            return AuditProgram.refuse(error, console)
        }
        switch format {
        case .json: console.print(bytes: JSON.indented(explanation.json))
        case .html: console.print(bytes: explanation.html.utf8)
        case .text: for line in explanation.lines { console.print(TerminalText.escaped(line)) }
        }
        if explanation.verdict.unknownEngine != nil { return .impossible }
        return explanation.verdict.differences.isEmpty ? .fine : .finding
    }
}
