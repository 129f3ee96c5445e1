import AuthorizationCore
import CommandLineTools
import EventLog
import LedgerAudit

/// `authaudit history`
enum HistoryCommand {
    static let declaration = Command(
        "history", "List events, oldest first, by time, type, API, environment, app, decision.",
        options: [
            AuditProgram.ledger,
            .value("from", "PLACE", "The first place: a position, or a time such as 2026-03-01T12:00:00Z."),
            .value("to", "PLACE", "The last place, itself included."),
        ] + filters + [
            .value("limit", "NUMBER", "Stop after so many."),
            AuditProgram.format,
        ],
        examples: [
            .init(
                "authaudit history --ledger ledger --from 2026-03-01T00:00:00Z --type token.",
                "Token events since March."),
            .init(
                "authaudit history --ledger ledger --app app_… --format json",
                "An app's events, one JSON object a line."),
        ],
        notes: [
            "Different options must all fit; of one option given several times, any. The events of a decision count as "
                + "events of the environment, app, APIs and Identities that its request and attempts named before them."
        ])

    /// Which events are meant, besides their place.
    static let filters: [Option] = [
        .value("type", "TYPE", "An event type such as token.issued, or a family such as token.", repeats: true),
        .value("environment", "NAME", "Events of an environment.", repeats: true),
        .value("api", "ID", "Events that name an API.", repeats: true),
        .value("identity", "ID", "Events that name an API Identity.", repeats: true),
        .value("app", "ID", "Events of an app.", repeats: true),
        .value("decision", "ID", "The events of one decision.", repeats: true),
        .value(
            "jti", "ID", "The events of the decision that issued a token, and all that name the token.",
            repeats: true),
    ]

    static func run(_ options: Arguments, _ console: Console) throws(UsageError) -> ExitStatus {
        let format = try options.choice("format", default: AuditProgram.Format.text)
        let history = History(try filter(options))
        let reader: any AuditReader
        switch AuditProgram.open(options, console) {
        case .success(let opened): reader = opened
        case .failure(let refusal): return refusal.status
        }
        var bar: ProgressBar?
        let end: History.End
        do throws(AuditError) {
            // Rows that scroll by on the same terminal are progress enough.
            let showsBar = !console.outputIsTerminal
            end = try history.run(
                reader,
                progress: { done, total in
                    guard showsBar else { return }
                    if bar == nil { bar = ProgressBar("history", total: total, unit: "events", on: console) }
                    bar?.update(done)
                },
                { entry in show(entry, format, console) })
            bar?.clear()
        } catch {
            bar?.clear()
            console.flush()
            return AuditProgram.refuse(error, console)
        }
        console.flush()
        if let next = end.next { console.say("Stopped after \(end.shown); go on with --from \(next).") }
        return .fine
    }

    private static func show(_ entry: History.Entry, _ format: AuditProgram.Format, _ console: Console) {
        switch format {
        case .json:
            console.print(bytes: entry.jsonLine)
            console.print("")
        case .text:
            let event = entry.event
            let columns = [
                Self.padded("\(event.position)", 8), event.recordedAt.text,
                Self.padded(event.data.type.rawValue, 22), Self.padded(Self.name(event.actor), 30),
                Self.padded(event.correlation, 30), entry.summary,
            ]
            console.print(TerminalText.escaped(columns.joined(separator: "  ")))
        }
    }

    private static func name(_ actor: Actor) -> String {
        actor.id == actor.kind.rawValue ? actor.id : actor.id.isEmpty ? actor.kind.rawValue : actor.id
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func filter(_ options: Arguments) throws(UsageError) -> HistoryFilter {
        var filter = HistoryFilter()
        let place = "a position or an RFC 3339 time"
        filter.from = try options.value("from", as: place) { Place($0) }
        filter.to = try options.value("to", as: place) { Place($0) }
        try readFilters(options, into: &filter)
        filter.limit = try options.value("limit", as: "a number from 1") { text in
            Int(text).flatMap { $0 >= 1 && text.utf8.allSatisfy { (48...57).contains($0) } ? $0 : nil }
        }
        return filter
    }

    /// Reads ``filters``.
    static func readFilters(_ options: Arguments, into filter: inout HistoryFilter) throws(UsageError) {
        filter.types = try options.values("type", as: "an event type, or a family such as 'token.'") {
            HistoryFilter.TypePattern($0)
        }
        filter.environments = Set(
            try options.values("environment", as: "an environment's name") { EnvironmentName(text: $0) })
        filter.apis = Set(try options.values("api", as: "an API's id") { APIID(text: $0) })
        filter.identities = Set(try options.values("identity", as: "an Identity's id") { IdentityID(text: $0) })
        filter.apps = Set(try options.values("app", as: "an app's id") { AppID(text: $0) })
        filter.decisions = Set(try options.values("decision", as: "a decision's id") { DecisionID(text: $0) })
        filter.tokens = Set(try options.values("jti", as: "a token's id") { DecisionID(text: $0) })
    }
}
