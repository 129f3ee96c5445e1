import CanonicalJSON
import CommandLineTools
import EventLog
import LedgerAudit

/// `authaudit verify`
enum VerifyCommand {
    static let declaration = Command(
        "verify", "Check every event, the tree, the checkpoints and the side tables; name what does not hold.",
        options: [
            AuditProgram.ledger,
            .value("vkey", "KEY", "The checkpoint key that 'authledger init' printed, from a place of your own."),
            AuditProgram.format,
        ],
        examples: [
            .init("authaudit verify --ledger /var/lib/authledger/ledger", "Checks the ledger against itself."),
            .init(
                "authaudit verify --ledger ledger --vkey 'example.com/log+530d903a+AekyeRrm…' --format json",
                "Checks it against a key that the ledger cannot have chosen, for a program to read."),
        ],
        notes: [
            "A decision that has no outcome is a finding: a password left the house. While the service has the ledger "
                + "open, decisions begun in the 30 seconds before are taken to be under way."
        ])

    static func run(_ options: Arguments, _ console: Console) throws(UsageError) -> ExitStatus {
        let format = try options.choice("format", default: AuditProgram.Format.text)
        var verification = Verification()
        verification.verifierKey = try options.value("vkey", as: "a vkey: name+id+base64") { try? VerifierKey($0) }
        verification.inUseAt = LedgerLock.heldAt(options.value("ledger") ?? "")
        let reader: any AuditReader
        switch AuditProgram.open(options, console) {
        case .success(let opened): reader = opened
        case .failure(let refusal): return refusal.status
        }
        let report: VerificationReport
        do throws(AuditError) {
            let total = (try? reader.head().size) ?? 0
            var bar = ProgressBar("verify", total: total, unit: "events", on: console)
            report = try verification.run(reader) { done, _ in bar.update(done) }
            bar.clear()
        } catch {
            return AuditProgram.refuse(error, console)
        }
        switch format {
        case .json: console.print(bytes: JSON.indented(report.json))
        case .text: printText(report, console)
        }
        return report.isSound ? .fine : .finding
    }

    private static func printText(_ report: VerificationReport, _ console: Console) {
        if report.isSound {
            console.print("The ledger \(TerminalText.escaped(report.origin)) is sound.")
        } else {
            let place = report.firstBadPosition.map { ", first at position \($0)" } ?? ""
            let count = report.findings.count == 1 ? "1 finding" : "\(report.findings.count) findings"
            console.print("The ledger \(TerminalText.escaped(report.origin)) has \(count)\(place):")
            var table = TextTable("position", "kind", "what")
            for finding in report.findings {
                table.add(
                    finding.position.map { "\($0)" } ?? "-", finding.severity.rawValue, finding.sentence)
            }
            for line in table.lines { console.print("  \(line)") }
            if report.isCutShort { console.print("  … and the rest was not looked at.") }
        }
        console.print("")
        console.print("events       \(report.eventsRead) of \(report.size) read, \(report.estateEvents) of the estate")
        console.print("root         \(report.root)")
        let signed = report.signedSize.map { ", the newest good one over \($0) events" } ?? ""
        console.print("checkpoints  \(report.checkpoints)\(signed)")
        console.print("decisions    \(report.decisions) ended, \(report.decisionsUnderWay) under way")
        console.print(
            "sealed       \(report.sealedWhole) whole, \(report.sealedErased) erased, \(report.sealedGone) gone")
        console.print("not checked")
        for sentence in report.notChecked { console.print("  \(sentence)") }
    }
}
