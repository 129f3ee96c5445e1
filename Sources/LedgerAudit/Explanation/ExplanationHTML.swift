internal import AuthorizationCore

extension Explanation {
    /// The explanation as one page that needs nothing else: no script, no font, no picture from elsewhere.
    public var html: String {
        var page = HTMLPage(title: "Decision \(decision.text)")
        page.add("h1", "Decision \(decision.text)")
        page.add("p", summary, class: "summary")
        page.add(
            "p", "Outcome at position \(position), \(recordedAt.text). Made again: \(verdict.answer).", class: "facts")
        for section in sections {
            page.add("h2", section.heading)
            if section.statements.contains(where: { $0.claim != nil }) {
                page.raw("<table><thead><tr><th>claim</th><th>says</th><th>because</th></tr></thead><tbody>\n")
                for statement in section.statements { page.add(row: statement) }
                page.raw("</tbody></table>\n")
            } else {
                page.raw("<ul>\n")
                for statement in section.statements {
                    page.raw("<li>")
                    page.text(statement.text)
                    page.add(events: statement.events)
                    page.raw("</li>\n")
                }
                page.raw("</ul>\n")
            }
        }
        return page.finished
    }
}

/// One self-contained page. Everything but the tags written here is escaped.
struct HTMLPage {
    private var source: String

    /// `more` are rules of our own that come after those of every page.
    init(title: String, style more: String = "") {
        source = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(Self.escaped(title))</title>
            <style>\(Self.style)\(more)</style>
            </head>
            <body>
            <main>

            """
    }

    var finished: String { source + "</main>\n</body>\n</html>\n" }

    /// Tags of our own.
    mutating func raw(_ tags: StaticString) { source += "\(tags)" }

    mutating func text(_ text: String) { source += Self.escaped(text) }

    mutating func add(_ tag: StaticString, _ text: String, class name: StaticString = "") {
        let attribute = name.utf8CodeUnitCount == 0 ? "" : " class=\"\(name)\""
        source += "<\(tag)\(attribute)>\(Self.escaped(text))</\(tag)>\n"
    }

    mutating func add(row statement: Explanation.Statement) {
        raw("<tr><th scope=\"row\"><code>")
        text(statement.claim ?? "")
        raw("</code></th><td><code>")
        text(statement.value ?? "")
        raw("</code></td><td>")
        text(statement.text)
        add(events: statement.events)
        raw("</td></tr>\n")
    }

    mutating func add(events: [EventMark]) {
        guard !events.isEmpty else { return }
        raw("<div class=\"events\">")
        for event in events {
            raw("<span>")
            text(event.line)
            raw("</span>")
        }
        raw("</div>")
    }

    /// Text for an element or a quoted attribute. Control and bidirectional characters are shown by their numbers: they
    /// could turn round what follows.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\u{0}"..."\u{1f}", "\u{7f}"..."\u{9f}", "\u{200e}", "\u{200f}", "\u{202a}"..."\u{202e}",
                "\u{2066}"..."\u{2069}":
                escaped += "\\u{\(String(scalar.value, radix: 16))}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    private static let style = """
        :root { color-scheme: light dark; --line: #8884; --soft: #667; --mark: #2563eb }
        @media (prefers-color-scheme: dark) { :root { --soft: #99a; --mark: #7aa7ff } }
        body { margin: 0; font: 16px/1.55 system-ui, sans-serif }
        main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem }
        h1 { font-size: 1.3rem; overflow-wrap: anywhere; margin: 0 0 .5rem }
        h2 { font-size: 1.05rem; margin: 2.2rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--line) }
        .summary { font-size: 1.15rem; margin: .2rem 0 }
        .facts { color: var(--soft); margin: .2rem 0 }
        ul { padding-left: 1.1rem; margin: 0 }
        li { margin: .45rem 0 }
        table { border-collapse: collapse; width: 100% }
        th, td { text-align: left; vertical-align: top; padding: .45rem .7rem .45rem 0; border-bottom: 1px solid var(--line) }
        thead th { color: var(--soft); font-weight: 500; font-size: .85rem }
        tbody th { font-weight: 600; white-space: nowrap }
        code { font: .86em ui-monospace, monospace; overflow-wrap: anywhere }
        .events { margin-top: .2rem }
        .events span { display: block; color: var(--soft); font: .78rem/1.5 ui-monospace, monospace;
            padding-left: .7rem; border-left: 2px solid var(--mark); overflow-wrap: anywhere }
        """
}
