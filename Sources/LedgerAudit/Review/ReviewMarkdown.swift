internal import AuthorizationCore

extension ReviewReport {
    /// The review as Markdown. Text from outside is escaped, and no line holds a control character.
    public var markdown: String {
        var page = MarkdownPage()
        page.add("# Zero-trust review of \(MarkdownPage.escaped(scope.origin))")
        page.add(summarySentences.map(MarkdownPage.escaped).joined(separator: " "))
        page.table(
            ["severity", "findings", "meaning"],
            ReviewSeverity.allCases.map { [$0.rawValue, "\(count(of: $0))", $0.meaning] })
        page.add("## Findings")
        if findings.isEmpty { page.add("None.") }
        for finding in findings {
            let place = finding.environment.map { " · \(MarkdownPage.escaped($0.text))" } ?? ""
            page.add(
                "### \(finding.severity.rawValue): \(MarkdownPage.escaped(finding.code.heading))\(place)\n\n"
                    + MarkdownPage.escaped(finding.sentence)
                    + (finding.endedAt.map { " It ended at position \($0)." } ?? "") + "\n\n"
                    + "- code: `\(finding.code.rawValue)`\n"
                    + (finding.about.isEmpty
                        ? "" : "- about: \(MarkdownPage.escaped(finding.about.joined(separator: ", ")))\n")
                    + "- proved by: \(MarkdownPage.escaped(finding.proofText))\n"
                    + "- mend: \(MarkdownPage.escaped(finding.mend))")
        }
        addFigures(to: &page)
        page.add("## The seven tenets of NIST SP 800-207, section 2.1")
        for tenet in tenets {
            page.add("### \(tenet.number). \(MarkdownPage.escaped(tenet.title))")
            page.add(MarkdownPage.escaped(tenet.statement))
            page.table(["figure", "value"], tenet.figures.map { [$0.label, $0.value] })
            page.add(tenet.queries.map { "    \($0.command)   # \($0.gives)" }.joined(separator: "\n"))
            page.add(MarkdownPage.escaped(findingsSentence(of: tenet)))
        }
        page.add("## What this review does not say")
        page.add((Self.onTrust + notes).map { "- " + MarkdownPage.escaped($0) }.joined(separator: "\n"))
        return page.finished
    }

    private func addFigures(to page: inout MarkdownPage) {
        page.add("## Outcomes")
        page.table(["outcome", "decisions"], outcomeRows.map { [$0.name, "\($0.count)"] })
        page.table(["token", "count"], [["bound to a key", "\(totals.bound)"], ["bearer", "\(totals.bearer)"]])
        if !levels.isEmpty {
            page.add("## Levels of trust")
            page.table(["level (acr)", "tokens"], levels.map { [$0.acr ?? "none stated", "\($0.count)"] })
        }
        if !identities.isEmpty {
            page.add("## Identities")
            page.table(
                [
                    "environment", "Identity", "asked", "accepted", "rejected", "could not answer", "half within",
                    "90 % within",
                ],
                identities.map {
                    [
                        $0.environment?.text ?? "", $0.name, "\($0.asked)", "\($0.accepted)", "\($0.rejected)",
                        "\($0.indeterminate)", $0.medianMilliseconds.map { "\($0) ms" } ?? "",
                        $0.ninetiethMilliseconds.map { "\($0) ms" } ?? "",
                    ]
                })
        }
        if !chainChanges.isEmpty {
            page.add("## Changes of chains")
            page.table(
                ["position", "time", "environment", "API", "event", "joined", "left", "length"],
                chainChanges.map {
                    [
                        "\($0.position)", $0.at.text, $0.environment.text, $0.apiName, $0.type.rawValue,
                        $0.joined.joined(separator: ", "), $0.left.joined(separator: ", "), "\($0.length)",
                    ]
                })
        }
    }
}

// Sentences that every form of the report has.
extension ReviewReport {
    static let onTrust = [
        "A decision is about an account and the holder of a credential or of a token; the ledger does not know who sat at a "
            + "keyboard.",
        "What Identities answered, how apps proved themselves and what clocks said is taken on trust; 'authaudit verify' and "
            + "'authaudit reproduce' prove the rest.",
    ]

    var summarySentences: [String] {
        let places = scope.environments.map(\.text).joined(separator: ", ")
        let range =
            scope.range.isEmpty
            ? "no events from \(scope.from.text)"
            : "positions \(scope.range.lowerBound) to \(scope.range.upperBound - 1), recorded from \(scope.from.text) to "
                + "\(scope.to.text)"
        return [
            "Period: \(range).", "Environments: \(places.isEmpty ? "none" : places).",
            "\(count(of: .breach)) breaches, \(count(of: .warning)) warnings and \(count(of: .notice)) notices.",
        ]
    }

    var outcomeRows: [(name: String, count: Int64)] {
        [
            ("token issued", totals.outcomes.issued), ("credentials rejected", totals.outcomes.rejected),
            ("no Identity could answer", totals.outcomes.unavailable),
            ("too many failures before", totals.outcomes.throttled),
            ("refused for another reason", totals.outcomes.refused),
        ]
    }

    func findingsSentence(of tenet: Tenet) -> String {
        let codes = tenet.codes.filter { code in findings.contains { $0.code == code } }
        guard !codes.isEmpty else { return "No finding concerns it." }
        let counted = codes.map { code in "\(code.rawValue) (\(findings.count { $0.code == code }))" }
        return "Findings: \(counted.joined(separator: ", "))."
    }
}

extension ReviewSeverity {
    /// What the word means, in a few words.
    public var meaning: String {
        switch self {
        case .breach: "a door stands open, or the record is not whole: mend it now"
        case .warning: "a weakness: mend it, or say why it stays"
        case .notice: "nothing is wrong by itself; a reviewer has to know it"
        }
    }
}

extension ReviewFinding {
    /// The events, and how many are not named.
    var proofText: String {
        guard !evidence.isEmpty else { return "where the files lie" }
        let named = evidence.map(\.text).joined(separator: ", ")
        return "events " + named + (count > Int64(evidence.count) ? " and \(count - Int64(evidence.count)) more" : "")
    }
}

/// Builds Markdown.
struct MarkdownPage {
    private var source = ""

    var finished: String { source }

    /// A block; its text is escaped where it came from outside.
    mutating func add(_ block: String) {
        if !source.isEmpty { source += "\n" }
        source += block + "\n"
    }

    mutating func table(_ headings: [String], _ rows: [[String]]) {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        let body = rows.map { line($0.map(Self.escaped)) }
        add(([line(headings), line(headings.map { _ in "---" })] + body).joined(separator: "\n"))
    }

    /// Marks lose their meaning, and control and bidirectional characters are shown by their numbers.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", "`", "*", "_", "[", "]", "<", ">", "#", "|", "~", "!", "&", "{", "}":
                escaped += "\\"
                escaped.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{200e}", "\u{200f}", "\u{202a}"..."\u{202e}",
                "\u{2066}"..."\u{2069}":
                escaped += "u+" + String(scalar.value, radix: 16)
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
