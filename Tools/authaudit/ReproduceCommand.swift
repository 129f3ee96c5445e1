import AuthorizationCore
import CanonicalJSON
import CommandLineTools
import LedgerAudit

/// `authaudit reproduce`
enum ReproduceCommand {
    static let declaration = Command(
        "reproduce", "Make recorded decisions again from the log alone, and name what does not come out the same.",
        options: [
            AuditProgram.ledger,
            .value("decision", "ID", "One decision."),
            .value("jti", "ID", "The decision that issued a token."),
            .value("from", "PLACE", "Decisions from here on: a position, or a time such as 2026-03-01T12:00:00Z."),
            .value("to", "PLACE", "Decisions up to here, itself included."),
            .flag("in-full", "Run the decision function over every decision; several times as slow."),
            AuditProgram.vaults, AuditProgram.epoch,
            AuditProgram.format,
        ],
        examples: [
            .init("authaudit reproduce --ledger ledger", "Makes every decision again."),
            .init("authaudit reproduce --ledger ledger --jti dec_… --format json", "One, for a program to read."),
            .init(
                "authaudit reproduce --ledger ledger --vaults ledger.vaults --epoch ledger.keys/vaults.epoch",
                "Opens sealed claims as well, and compares what was signed."),
        ],
        notes: [
            "Answers: 'identical'; 'identical, n values sealed' (their vaults were not given); 'identical, n values "
                + "erased'; 'different: ' and the claim or the step. JSON: 'identical' counts decisions, all three kinds; "
                + "'sealed' and 'erased' count values; 'different' lists the first \(Reproduction.maximumNamed).",
            "A decision that differs from one that was made again, on the same estate, in nothing but identifiers, times "
                + "and positions is compared in these, by what the decision function says of them; --in-full leaves "
                + "nothing to that.",
            ReproductionReport.onTrust,
        ])

    static func run(_ options: Arguments, _ console: Console) throws(UsageError) -> ExitStatus {
        let format = try options.choice("format", default: AuditProgram.Format.text)
        var reproduction = Reproduction(try selection(options))
        reproduction.inFull = options.has("in-full")
        let opened: AuditProgram.Opened
        switch try AuditProgram.openWithVaults(options, console) {
        case .success(let both): opened = both
        case .failure(let refusal): return refusal.status
        }
        let report: ReproductionReport
        do throws(AuditError) {
            var bar: ProgressBar?
            report = try reproduction.run(opened.ledger, vaults: opened.vaults) { done, total in
                if bar == nil { bar = ProgressBar("reproduce", total: total, unit: "events", on: console) }
                bar?.update(done)
            }
            bar?.clear()
        } catch {
            return AuditProgram.refuse(error, console)
        }
        switch format {
        case .json: console.print(bytes: JSON.indented(report.json))
        case .text: printText(report, console)
        }
        if report.differentCount > 0 { return .finding }
        return report.unknownCount > 0 ? .impossible : .fine
    }

    private static func selection(_ options: Arguments) throws(UsageError) -> Reproduction.Selection {
        let decision = try AuditProgram.decision(options)
        let place = "a position or an RFC 3339 time"
        let from = try options.value("from", as: place) { Place($0) }
        let to = try options.value("to", as: place) { Place($0) }
        guard let decision else { return from == nil && to == nil ? .everything : .range(from: from, to: to) }
        guard from == nil, to == nil else {
            throw options.error("one decision and a part of the log cannot both be meant")
        }
        return .decision(decision)
    }

    private static func printText(_ report: ReproductionReport, _ console: Console) {
        console.print(report.answer)
        for verdict in report.different {
            console.print("")
            console.print("\(verdict.decision.text), outcome at position \(verdict.position): \(verdict.answer)")
            for difference in verdict.differences {
                console.print(TerminalText.escaped("  at \(difference.position)  \(difference.sentence)"))
            }
        }
        if report.differentCount > report.different.count {
            console.print("… and \(report.differentCount - report.different.count) more.")
        }
        for verdict in report.unknown.prefix(1) {
            console.print("")
            console.print(
                "Decision \(verdict.decision.text) was made by engine \(verdict.unknownEngine ?? 0), which this "
                    + "authaudit does not know: install the version that belongs to the service.")
        }
        console.print("")
        if report.open > 0 {
            console.print(
                "\(report.open) requests have no outcome in this part of the log; 'authaudit verify' judges them.")
        }
        if report.sealed > 0 {
            console.print("Sealed values were compared as their commitments; --vaults and --epoch open them.")
        }
        console.print(ReproductionReport.onTrust)
    }
}
