import AuthorizationCore
import CanonicalJSON
import CommandLineTools
import EventLog
import Glibc
import LedgerAudit

/// `authaudit impact`
enum ImpactCommand {
    static let declaration = Command(
        "impact", "List the live tokens that an API Identity vouched for: what revoking them would take.",
        options: [
            AuditProgram.ledger,
            .value("identity", "ID", "The API Identity.", isRequired: true),
            .value("at", "TIME", "The moment at which they must still hold; now by default."),
            AuditProgram.format,
        ],
        examples: [
            .init(
                "authaudit impact --ledger ledger --identity idn_01h2xcejqtf2nbrexx3vqjhp41",
                "Access tokens and refresh token families, in the order in which they were issued.")
        ])

    static func run(_ options: Arguments, _ console: Console) throws(UsageError) -> ExitStatus {
        let format = try options.choice("format", default: AuditProgram.Format.text)
        let identity = try options.value("identity", as: "an API Identity's id") { IdentityID(text: $0) }
        let moment = try options.value("at", as: "an RFC 3339 time") { Timestamp(rfc3339: $0) }
        guard let identity else { throw options.error("--identity is needed") }
        let reader: any AuditReader
        switch AuditProgram.open(options, console) {
        case .success(let opened): reader = opened
        case .failure(let refusal): return refusal.status
        }
        var bar: ProgressBar?
        do throws(AuditError) {
            let report = try Impact(identity: identity, at: moment ?? now).run(reader) { done, total in
                if bar == nil { bar = ProgressBar("impact", total: total, unit: "events", on: console) }
                bar?.update(done)
            }
            bar?.clear()
            switch format {
            case .json: console.print(bytes: JSON.indented(report.json))
            case .text: printText(report, console)
            }
            return .fine
        } catch {
            bar?.clear()
            return AuditProgram.refuse(error, console)
        }
    }

    private static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }

    private static func printText(_ report: ImpactReport, _ console: Console) {
        let live = report.live
        console.print(
            "Identity '\(TerminalText.escaped(report.name))' (\(live.identity.text)) vouched for "
                + "\(live.tokens.count) access tokens and \(live.families.count) refresh token families that hold at "
                + "\(live.now.text)")
        guard !report.rows.isEmpty else { return }
        console.print("")
        var table = TextTable("kind", "id", "position", "app", "account", "expires")
        for row in report.rows {
            table.add(
                row.kind == .accessToken ? "access token" : "refresh family", row.id, "\(row.entry.position)",
                row.entry.app.text, row.entry.account?.text ?? "", row.entry.expiresAt.text)
        }
        for line in table.lines { console.print(line) }
    }
}
