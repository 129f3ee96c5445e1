internal import AuthorizationCore

extension ReviewReport {
    /// The review as one page that needs nothing else: no script, no font, no picture from elsewhere.
    public var html: String {
        var page = HTMLPage(title: "Zero-trust review of \(scope.origin)", style: Self.style)
        page.add("h1", "Zero-trust review of \(scope.origin)")
        for sentence in summarySentences.dropLast() { page.add("p", sentence, class: "facts") }
        addScore(to: &page)
        addCharts(to: &page)
        addFindings(to: &page)
        addTables(to: &page)
        addTenets(to: &page)
        page.add("h2", "What this review does not say")
        page.raw("<ul class=\"plain\">\n")
        for note in Self.onTrust + notes { page.add("li", note) }
        page.raw("</ul>\n")
        return page.finished
    }

    private func addScore(to page: inout HTMLPage) {
        page.raw("<dl class=\"score\">\n")
        for severity in ReviewSeverity.allCases {
            page.raw("<div class=\"")
            page.text(severity.rawValue)
            page.raw("\"><dt>")
            page.text(severity.rawValue)
            page.raw("</dt><dd>")
            page.text("\(count(of: severity))")
            page.raw("</dd></div>\n")
        }
        page.raw("</dl>\n")
    }

    private func addCharts(to page: inout HTMLPage) {
        page.add("h2", "The period in pictures")
        page.raw("<div class=\"charts\">\n")
        for chart in charts { page.add(chart) }
        page.raw("</div>\n")
    }

    private func addFindings(to page: inout HTMLPage) {
        page.add("h2", "Findings")
        if findings.isEmpty { page.add("p", "None.") }
        var last: ReviewCode?
        for finding in findings {
            if finding.code != last {
                if last != nil { page.raw("</section>\n") }
                page.raw("<section class=\"code ")
                page.text(finding.severity.rawValue)
                page.raw("\">\n<h3><span class=\"tag\">")
                page.text(finding.severity.rawValue)
                page.raw("</span> ")
                page.text(finding.code.heading)
                page.raw("</h3>\n<p class=\"mend\"><b>Mend:</b> ")
                page.text(finding.mend)
                page.raw(" <code>")
                page.text(finding.code.rawValue)
                page.raw("</code></p>\n")
                last = finding.code
            }
            page.raw("<div class=\"finding\"><p>")
            if let environment = finding.environment {
                page.raw("<span class=\"place\">")
                page.text(environment.text)
                page.raw("</span> ")
            }
            page.text(finding.sentence)
            if let ended = finding.endedAt { page.text(" It ended at position \(ended).") }
            page.raw("</p><p class=\"proof\">")
            page.text(([finding.proofText] + finding.about).joined(separator: " · "))
            page.raw("</p></div>\n")
        }
        if last != nil { page.raw("</section>\n") }
    }

    private func addTables(to page: inout HTMLPage) {
        if !identities.isEmpty {
            page.add("h2", "Identities")
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
                }, numbersFrom: 2)
        }
        if !chainChanges.isEmpty {
            page.add("h2", "Changes of chains")
            if chainChangeCount > chainChanges.count {
                page.add("p", "The first \(chainChanges.count) of \(chainChangeCount).", class: "facts")
            }
            page.table(
                ["position", "time", "environment", "API", "event", "joined", "left", "length"],
                chainChanges.map {
                    [
                        "\($0.position)", $0.at.text, $0.environment.text, $0.apiName, $0.type.rawValue,
                        $0.joined.joined(separator: ", "), $0.left.joined(separator: ", "), "\($0.length)",
                    ]
                }, numbersFrom: .max)
        }
    }

    private func addTenets(to page: inout HTMLPage) {
        page.add("h2", "The seven tenets of NIST SP 800-207, section 2.1")
        for tenet in tenets {
            page.raw("<section class=\"tenet\">\n<h3>")
            page.text("\(tenet.number). \(tenet.title)")
            page.raw("</h3>\n")
            page.add("p", tenet.statement)
            page.raw("<dl class=\"figures\">\n")
            for figure in tenet.figures {
                page.raw("<div><dt>")
                page.text(figure.label)
                page.raw("</dt><dd>")
                page.text(figure.value)
                page.raw("</dd></div>\n")
            }
            page.raw("</dl>\n<ul class=\"queries\">\n")
            for query in tenet.queries {
                page.raw("<li><code>")
                page.text(query.command)
                page.raw("</code> <span>")
                page.text(query.gives)
                page.raw("</span></li>\n")
            }
            page.raw("</ul>\n")
            page.add("p", findingsSentence(of: tenet), class: "facts")
            page.raw("</section>\n")
        }
    }

    static let style = """
        :root { --breach: #b3261e; --warning: #a65a00; --notice: #4a5568; --panel: #8881;
            --issued: #2a7f62; --rejected: #c2410c; --unavailable: #7c3aed; --throttled: #ca8a04; --refused: #94a3b8;
            --bound: #1d4ed8; --bearer: #93b4e8; --level: #0f766e; --chain: #2563eb }
        @media (prefers-color-scheme: dark) { :root { --breach: #ff8a80; --warning: #ffb866; --notice: #aab4c4;
            --issued: #4fc79c; --rejected: #ff8c5a; --unavailable: #b79cff; --throttled: #f2c94c; --refused: #64748b;
            --bound: #7aa7ff; --bearer: #39538a; --level: #4fd1c5; --chain: #7aa7ff } }
        main { max-width: 64rem }
        h3 { font-size: 1rem; margin: 0 0 .35rem }
        .score { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.2rem 0 0 }
        .score div { flex: 1 1 4.5rem; background: var(--panel); border-radius: .5rem; padding: .6rem .9rem;
            border-left: .3rem solid var(--tone) }
        .score dt { color: var(--soft); font-size: .85rem }
        .score dd { margin: 0; font-size: 1.6rem; font-weight: 650; color: var(--tone) }
        .breach { --tone: var(--breach) } .warning { --tone: var(--warning) } .notice { --tone: var(--notice) }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(26rem, 100%), 1fr)); gap: 1.2rem }
        figure { margin: 0; background: var(--panel); border-radius: .5rem; padding: .8rem .9rem; min-width: 0 }
        figure.wide { grid-column: 1 / -1 }
        figcaption { font-weight: 600; margin-bottom: .4rem }
        .chart { overflow-x: auto }
        svg { display: block; width: 100%; height: auto }
        figure.wide svg { min-width: 36rem }
        svg text { font: 11px system-ui, sans-serif; fill: var(--soft) }
        svg .name { fill: currentColor }
        svg .grid { stroke: var(--line); stroke-width: 1 }
        svg .attempts { fill: none; stroke: currentColor; stroke-width: 1.2; stroke-dasharray: 3 2; opacity: .7 }
        svg .step { fill: none; stroke: var(--chain); stroke-width: 2 }
        svg .dot { fill: var(--chain) }
        .f-issued { fill: var(--issued); background: var(--issued) }
        .f-rejected { fill: var(--rejected); background: var(--rejected) }
        .f-unavailable { fill: var(--unavailable); background: var(--unavailable) }
        .f-throttled { fill: var(--throttled); background: var(--throttled) }
        .f-refused { fill: var(--refused); background: var(--refused) }
        .f-bound { fill: var(--bound); background: var(--bound) }
        .f-bearer { fill: var(--bearer); background: var(--bearer) }
        .f-level { fill: var(--level); background: var(--level) }
        .f-attempts { background: repeating-linear-gradient(90deg, currentColor 0 3px, transparent 3px 5px); opacity: .7 }
        .legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .82rem; margin: .4rem 0 0; padding: 0;
            list-style: none }
        .legend li { margin: 0 }
        .legend i { display: inline-block; width: .7rem; height: .7rem; border-radius: .15rem; margin-right: .35rem }
        .legend i.f-attempts { height: .15rem; vertical-align: .25rem }
        section.code { border-left: .3rem solid var(--tone); padding: .1rem 0 .1rem .9rem; margin: 1.4rem 0 }
        .tag { color: var(--tone); font-size: .75rem; font-weight: 650; text-transform: uppercase; letter-spacing: .04em }
        .mend { margin: .1rem 0 .5rem; color: var(--soft) }
        .finding p { margin: .5rem 0 0; overflow-wrap: anywhere }
        .place { font: .78rem ui-monospace, monospace; border: 1px solid var(--line); border-radius: .3rem; padding: 0 .35rem }
        .finding .proof { margin: .1rem 0 0; color: var(--soft); font: .78rem/1.5 ui-monospace, monospace;
            overflow-wrap: anywhere }
        .scroll { overflow-x: auto }
        td.n, th.n { text-align: right; font-variant-numeric: tabular-nums }
        td { overflow-wrap: anywhere; min-width: 4rem }
        section.tenet { margin: 1.4rem 0; padding: .9rem 1rem; background: var(--panel); border-radius: .5rem }
        section.tenet p { margin: .3rem 0 }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: .4rem 1.2rem;
            margin: .7rem 0 }
        .figures div { display: flex; justify-content: space-between; gap: .8rem; border-bottom: 1px solid var(--line) }
        .figures dt { color: var(--soft); font-size: .88rem }
        .figures dd { margin: 0; font-weight: 600; text-align: right; font-variant-numeric: tabular-nums }
        .queries { list-style: none; padding: 0 }
        .queries span { color: var(--soft); font-size: .88rem }
        @media print { body { font-size: 10pt } main { max-width: none; padding: 0 }
            figure.wide svg { min-width: 0 }
            figure, section.tenet, .score div { background: none; border: 1px solid #bbb }
            .score div, section.code { border-left: .3rem solid var(--tone) }
            figure, .finding, section.tenet { break-inside: avoid } h2, h3 { break-after: avoid }
            * { print-color-adjust: exact; -webkit-print-color-adjust: exact } }
        """
}

extension HTMLPage {
    mutating func table(_ headings: [String], _ rows: [[String]], numbersFrom first: Int) {
        raw("<div class=\"scroll\"><table><thead><tr>")
        for (index, heading) in headings.enumerated() {
            if index >= first { raw("<th class=\"n\">") } else { raw("<th>") }
            text(heading)
            raw("</th>")
        }
        raw("</tr></thead><tbody>\n")
        for row in rows {
            raw("<tr>")
            for (index, cell) in row.enumerated() {
                if index >= first { raw("<td class=\"n\">") } else { raw("<td>") }
                text(cell)
                raw("</td>")
            }
            raw("</tr>\n")
        }
        raw("</tbody></table></div>\n")
    }

    mutating func add(_ chart: Chart) {
        if chart.isWide { raw("<figure class=\"wide\">") } else { raw("<figure>") }
        add("figcaption", chart.title)
        raw("<div class=\"chart\">")
        add(svg: chart)
        raw("</div>\n")
        if !chart.legend.isEmpty {
            raw("<ul class=\"legend\">")
            for entry in chart.legend {
                raw("<li><i class=\"f-")
                text(entry.kind)
                raw("\"></i>")
                text(entry.name)
                raw("</li>")
            }
            raw("</ul>\n")
        }
        raw("</figure>\n")
    }

    /// Numbers are ours, and what is text is escaped like all other.
    private mutating func add(svg chart: Chart) {
        raw("<svg role=\"img\" viewBox=\"0 0 ")
        text("\(Int(chart.width)) \(chart.height)")
        raw("\" aria-label=\"")
        text(chart.summary)
        raw("\">\n<title>")
        text(chart.summary)
        raw("</title>\n")
        for shape in chart.shapes { add(shape) }
        raw("</svg>")
    }

    private mutating func add(_ shape: Chart.Shape) {
        switch shape {
        case .rectangle(let x, let y, let width, let height, let kind, let title):
            raw("<rect class=\"f-")
            text(kind)
            raw("\" x=\"")
            text(Chart.text(x))
            raw("\" y=\"")
            text(Chart.text(y))
            raw("\" width=\"")
            text(Chart.text(width))
            raw("\" height=\"")
            text(Chart.text(height))
            raw("\"><title>")
            text(title)
            raw("</title></rect>\n")
        case .line(let points, let kind):
            raw("<polyline class=\"")
            text(kind)
            raw("\" points=\"")
            text(points.map { "\(Chart.text($0.x)),\(Chart.text($0.y))" }.joined(separator: " "))
            raw("\"/>\n")
        case .dot(let x, let y, let title):
            raw("<circle class=\"dot\" r=\"3.5\" cx=\"")
            text(Chart.text(x))
            raw("\" cy=\"")
            text(Chart.text(y))
            raw("\"><title>")
            text(title)
            raw("</title></circle>\n")
        case .label(let x, let y, let words, let anchor, let kind):
            raw("<text class=\"")
            text(kind)
            raw("\" x=\"")
            text(Chart.text(x))
            raw("\" y=\"")
            text(Chart.text(y))
            raw("\" text-anchor=\"")
            text(anchor)
            raw("\">")
            text(words)
            raw("</text>\n")
        }
    }
}
