import AuthorizationCore
import CanonicalJSON
import CommandLineTools
import EventLog
import LedgerAudit

/// `authaudit whatif`
enum WhatIfCommand {
    private static let maximumNamed = 20
    private static let maximumFileBytes = 4_194_304

    static let declaration = Command(
        "whatif", "Decide recorded history again on a changed estate: who would have gained, lost or kept a token.",
        options: [
            AuditProgram.ledger,
            .value("change", "CHANGE", "What is otherwise, and where it begins: see below.", repeats: true),
            .value("estate", "FILE", "An estate file, as 'authledger apply' takes it; changes come on top."),
            .flag("prune", "With --estate: also take away what is not in the file."),
            .value("from", "PLACE", "Count decisions from here on: a position, or a time."),
            .value("to", "PLACE", "Count decisions up to here, itself included."),
            .value("environment", "NAME", "Count decisions in this environment only."),
            .value("app", "APP", "Count decisions about this app only, by its id or its name."),
            .flag("list", "Name every decision that changes, not only the first \(maximumNamed)."),
            AuditProgram.format,
        ],
        examples: [
            .init(
                "authaudit whatif --ledger ledger --change 'unlink legacy orders'",
                "Who would have got no token had the Identity 'legacy' never been linked to the API 'orders'."),
            .init(
                "authaudit whatif --ledger ledger --change 'suspend till @4100' --from 4100 --list --format json",
                "What suspending an app at position 4100 would have stopped, decision by decision."),
            .init(
                "authaudit whatif --ledger ledger --estate estate.json --prune",
                "What an estate file, applied from the beginning, would have made of history."),
        ],
        notes: [
            "A CHANGE is one of: \(WhatIf.forms.joined(separator: "; ")). It holds from the beginning, or from position P "
                + "on with '@P' at its end, whatever the log says later. Names and ids both do; a name with a space "
                + "stands in double quotes. MEMBER is a path such as assurance.acr, VALUE JSON or a bare word.",
            "A decision is unknowable where an Identity that was never asked would have had to answer. Every number is "
                + "then a range that contains the truth. A decision about several APIs counts in the row of each.",
            WhatIfReport.premises,
            "Nothing is written, and no token can come of it.",
        ])

    static func run(_ options: Arguments, _ console: Console) throws(UsageError) -> ExitStatus {
        let format = try options.choice("format", default: AuditProgram.Format.text)
        var question = WhatIf(options.values("change"))
        let place = "a position or an RFC 3339 time"
        question.from = try options.value("from", as: place) { Place($0) }
        question.to = try options.value("to", as: place) { Place($0) }
        question.environment = options.value("environment")
        question.app = options.value("app")
        question.prunes = options.has("prune")
        question.maximumNamed = options.has("list") ? .max : maximumNamed
        if question.prunes, options.value("estate") == nil {
            throw options.error("--prune takes away what is not in a file: give it with --estate")
        }
        if let path = options.value("estate") {
            do throws(InputFileError) {
                question.estateFile = try InputFile.read(path, maximumBytes: maximumFileBytes)
            } catch {
                console.say(error.sentence)
                return .impossible
            }
        }
        guard question.estateFile != nil || !question.changes.isEmpty else {
            throw options.error("nothing would change: say what with --change or --estate")
        }
        switch AuditProgram.open(options, console) {
        case .success(let reader): return ask(question, reader, format, console)
        case .failure(let refusal): return refusal.status
        }
    }

    private static func ask(
        _ question: WhatIf, _ reader: any AuditReader, _ format: AuditProgram.Format, _ console: Console
    ) -> ExitStatus {
        var bar: ProgressBar?
        do throws(WhatIfFault) {
            let report = try question.run(reader) { done, total in
                if bar == nil { bar = ProgressBar("whatif", total: total, unit: "events", on: console) }
                bar?.update(done)
            }
            bar?.clear()
            switch format {
            case .json: printJSON(report, console)
            case .text: WhatIfText(report).print(on: console)
            }
            return .fine
        } catch {
            bar?.clear()
            if case .audit(let fault) = error { return AuditProgram.refuse(fault, console) }
            console.say(TerminalText.escaped("\(error)"))
            return .usage
        }
    }

    /// The decisions come first, one by one: a list of a million never stands in memory.
    private static func printJSON(_ report: WhatIfReport, _ console: Console) {
        var separator = ""
        console.print(bytes: "{\n  \"changed\": [".utf8)
        for decision in report.named {
            console.print(bytes: (separator + "\n    ").utf8)
            console.print(bytes: JSON.canonicalBytes(of: decision.json))
            separator = ","
        }
        console.print(bytes: (separator.isEmpty ? "]," : "\n  ],").utf8)
        console.print(bytes: JSON.indented(report.json).dropFirst())
    }
}
