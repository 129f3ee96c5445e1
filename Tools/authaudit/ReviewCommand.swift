import AuthorizationCore
import CanonicalJSON
import CommandLineTools
import EventLog
import EventLogSQLite
import Glibc
import LedgerAudit

/// `authaudit review`
enum ReviewCommand {
    static let declaration = Command(
        "review", "Review an estate and a period against zero trust: findings with their proof, and how to mend them.",
        options: [
            AuditProgram.ledger,
            .value("from", "PLACE", "The period from here on: a position, or a time such as 2026-03-01T12:00:00Z."),
            .value("to", "PLACE", "The period up to here, itself included."),
            .value("environment", "NAME", "One environment only.", repeats: true),
            AuditProgram.vaults, AuditProgram.epoch,
            .value(
                "format", "text|json|html",
                "How it is written; text, which is Markdown, by default. HTML is one page with charts."),
        ],
        examples: [
            .init("authaudit review --ledger ledger", "The whole ledger, as Markdown."),
            .init(
                "authaudit review --ledger ledger --from 2026-03-01T00:00:00Z --to 2026-03-31T23:59:59Z --format html "
                    + "> march.html",
                "March, as a page of its own: no script, nothing from elsewhere."),
        ],
        notes: [
            "Severities: 'breach', a door stands open or the record is not whole; 'warning', a weakness to mend or to account "
                + "for; 'notice', what a reviewer has to know. The exit status is 1 when there is a breach or a warning that did not end in "
                + "the period.",
            "Each finding has a code that stays the same, the positions of the events that prove it, and what mends it. What stood "
                + "in the period and ended in it is listed, with its end.",
            "It speaks of the holder of a credential or a token: the ledger does not know who sat at a keyboard. Names that people "
                + "typed are shown only with --vaults and --epoch, and only where a finding is about them.",
            "Access logs are read where they lie beside the ledger as FILE.access-ENVIRONMENT.",
        ])

    private enum Format: String, CaseIterable { case text, json, html }

    static func run(_ options: Arguments, _ console: Console) throws(UsageError) -> ExitStatus {
        let format = try options.choice("format", default: Format.text)
        let place = "a position or an RFC 3339 time"
        var review = Review(
            from: try options.value("from", as: place) { Place($0) },
            to: try options.value("to", as: place) { Place($0) })
        review.environments = try options.values("environment", as: "an environment's name") {
            EnvironmentName(text: $0)?.text
        }
        let path = options.value(AuditProgram.ledger.name) ?? ""
        // Asked before the ledger is read: a service that stops meanwhile ends its decisions first.
        review.inUseAt = LedgerLock.heldAt(path)
        let opened: AuditProgram.Opened
        switch try AuditProgram.openWithVaults(options, console) {
        case .success(let both): opened = both
        case .failure(let refusal): return refusal.status
        }
        review.files = Review.Files(beside: filesBeside(path))
        switch accessLogs(of: path, console) {
        case .success(let logs): review.accessLogs = logs
        case .failure(let refusal): return refusal.status
        }
        var bar: ProgressBar?
        do throws(AuditError) {
            let report = try review.run(opened.ledger, vaults: opened.vaults) { done, total in
                if bar == nil { bar = ProgressBar("review", total: total, unit: "events", on: console) }
                bar?.update(done)
            }
            bar?.clear()
            switch format {
            case .json: console.print(bytes: JSON.indented(report.json))
            case .html: console.print(bytes: report.html.utf8)
            case .text: console.print(bytes: report.markdown.utf8)
            }
            return report.needsMending ? .finding : .fine
        } catch {
            bar?.clear()
            return AuditProgram.refuse(error, console)
        }
    }

    /// What belongs on other disks or hosts and lies where a ledger makes it.
    private static func filesBeside(_ path: String) -> [String] {
        [("keys", "keys"), ("vaults", "vaults"), ("anchor", "anchor")].compactMap { name, suffix in
            access("\(path).\(suffix)", F_OK) == 0 ? name : nil
        }
    }

    private static let accessSuffix = ".access-"
    /// Environments whose access logs are read.
    private static let maximumAccessLogs = 256

    /// The access logs that lie beside the ledger, by the names of their environments.
    private static func accessLogs(
        of path: String, _ console: Console
    ) -> Result<[Review.AccessLog], AuditProgram.Refusal> {
        var logs: [Review.AccessLog] = []
        for environment in environmentsWithAccessLog(path).prefix(maximumAccessLogs) {
            let file = path + accessSuffix + environment.text
            do throws(OpenError) {
                logs.append(Review.AccessLog(of: environment, try SQLiteLedgerReader.open(file)))
            } catch {
                console.say("\(error) \(AuditProgram.advice(for: error))")
                return .failure(AuditProgram.Refusal(status: AuditProgram.status(for: error)))
            }
        }
        return .success(logs)
    }

    private static func environmentsWithAccessLog(_ path: String) -> [EnvironmentName] {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[..<$0]) } ?? "."
        let prefix = (slash.map { String(path[path.index(after: $0)...]) } ?? path) + accessSuffix
        guard let stream = opendir(folder.isEmpty ? "/" : folder) else { return [] }
        defer { closedir(stream) }
        var found: [EnvironmentName] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(entry.pointee.d_reclen)) {
                    String(cString: $0)
                }
            }
            guard name.hasPrefix(prefix), let environment = EnvironmentName(text: String(name.dropFirst(prefix.count)))
            else { continue }
            found.append(environment)
        }
        // What SQLite makes beside a log of that name.
        return found.filter { name in
            !["-wal", "-shm", "-journal"].contains { suffix in
                name.text.hasSuffix(suffix)
                    && found.contains { $0.text == String(name.text.dropLast(suffix.utf8.count)) }
            }
        }.sorted()
    }
}
