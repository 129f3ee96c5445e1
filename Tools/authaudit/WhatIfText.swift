import AuthorizationCore
import CommandLineTools
import LedgerAudit

/// The answer of `authaudit whatif` for people.
struct WhatIfText {
    private let report: WhatIfReport

    init(_ report: WhatIfReport) { self.report = report }

    func print(on console: Console) {
        console.print("If")
        for change in report.changes { console.print(TerminalText.escaped("  \(change)")) }
        let totals = report.totals
        console.print(
            "then of \(counted(totals.decisions, "decision")) at positions \(report.range.lowerBound) to "
                + "\(report.range.upperBound - 1):")
        console.print("")
        printTotals(totals, console)
        printTables(console)
        printNamed(console)
        console.print("")
        if report.open > 0 {
            console.print("\(counted(report.open, "request")) have no outcome there; 'authaudit verify' judges them.")
        }
        console.print(WhatIfReport.premises)
    }

    private func printTotals(_ totals: WhatIfTotals, _ console: Console) {
        var table = TextTable("", "certain", "at most")
        table.add("same", "\(totals.same)", "\(totals.sameBounds.upperBound)")
        table.add("gained", "\(totals.gained)", "\(totals.gainedBounds.upperBound)")
        table.add("lost", "\(totals.lost)", "\(totals.lostBounds.upperBound)")
        table.add("unknowable", "\(totals.unknowable)", "")
        for line in table.lines { console.print(line) }
        console.print("")
        let then = totals.tokenBounds
        let tokens = then.count == 1 ? "\(then.lowerBound)" : "between \(then.lowerBound) and \(then.upperBound)"
        console.print("Tokens: \(totals.tokens) are on the record; \(tokens) would have been issued.")
        if report.changedTokens > 0 {
            let claims = report.changedClaims.map { "\($0.claim) in \($0.count)" }.joined(separator: ", ")
            console.print("Of those kept, \(report.changedTokens) would have said something else: \(claims).")
        }
        for (identity, name, count) in report.unasked {
            console.print(
                TerminalText.escaped(
                    "\(counted(count, "decision")) hang on what \(name) (\(identity.text)) would have answered."))
        }
    }

    private func printTables(_ console: Console) {
        for (heading, rows) in [("app", report.byApp), ("API", report.byAPI)] {
            guard !rows.isEmpty else { continue }
            console.print("")
            var table = TextTable("environment", heading, "id", "same", "gained", "lost", "unknowable")
            for row in rows {
                let totals = row.totals
                table.add(
                    row.environment.text, row.name ?? "none", row.id ?? "", "\(totals.same)", "\(totals.gained)",
                    "\(totals.lost)", "\(totals.unknowable)")
            }
            for line in table.lines { console.print(line) }
        }
    }

    private func printNamed(_ console: Console) {
        for decision in report.named {
            console.print("")
            let app = decision.appName ?? decision.app?.text ?? "no app of the ledger"
            let account = decision.account.map { ", the holder of a token about account \($0.text)" } ?? ""
            console.print(
                TerminalText.escaped(
                    "\(decision.verdict.rawValue)  \(decision.decision.text) at position \(decision.position), "
                        + "\(app) in \(decision.environment.text)\(account)"))
            console.print(TerminalText.escaped("  recorded \(decision.recorded); \(decision.reason)."))
        }
        let more = report.changedDecisions - report.named.count
        if more > 0 { console.print("\n… and \(more) more; --list names them all.") }
    }

    private func counted(_ count: Int, _ noun: String) -> String { count == 1 ? "1 \(noun)" : "\(count) \(noun)s" }
}
