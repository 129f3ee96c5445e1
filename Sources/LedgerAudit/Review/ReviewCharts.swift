internal import AuthorizationCore

extension ReviewReport {
    /// Outcomes and attempts, chains, levels, bearer against bound.
    var charts: [Chart] { [outcomeChart, chainChart, levelChart, boundChart] }

    private var outcomeChart: Chart {
        func part(_ kind: String, _ name: String, _ value: (OutcomeCounts) -> Int64) -> BarsOverTime.Part {
            BarsOverTime.Part(kind: kind, name: name, values: steps.outcomes.map(value))
        }
        return BarsOverTime(
            title: "Outcomes of token requests, and attempts", steps: steps,
            parts: [
                part("issued", "issued", \.issued), part("rejected", "credentials rejected", \.rejected),
                part("unavailable", "no Identity could answer", \.unavailable),
                part("throttled", "throttled", \.throttled),
                part("refused", "refused otherwise", \.refused),
            ], line: ("attempts", steps.attempts), isWide: true
        ).chart
    }

    private var boundChart: Chart {
        BarsOverTime(
            title: "Bearer tokens against bound ones", steps: steps,
            parts: [
                .init(kind: "bound", name: "bound to a key", values: steps.bound),
                .init(kind: "bearer", name: "bearer", values: steps.bearer),
            ], line: nil
        ).chart
    }

    /// Levels that are named in the picture; the others are one bar.
    private static let maximumBars = 8

    private var levelChart: Chart {
        var rows = levels.prefix(Self.maximumBars).map { (name: $0.acr ?? "none stated", count: $0.count) }
        let rest = levels.dropFirst(Self.maximumBars).reduce(Int64(0)) { $0 + $1.count }
        if rest > 0 { rows.append(("\(levels.count - Self.maximumBars) others", rest)) }
        let all = rows.reduce(Int64(0)) { $0 + $1.count }
        let rowHeight = 36.0
        let height = Int(max(1, Double(rows.count)) * rowHeight + 14)
        var chart = Chart(
            title: "Levels of trust of issued tokens",
            summary: "Levels of trust of \(all) tokens: "
                + rows.map { "\($0.name) \($0.count)" }.joined(separator: ", "),
            height: height, isWide: false)
        let largest = Double(max(1, rows.map(\.count).max() ?? 1))
        for (index, row) in rows.enumerated() {
            let y = 8 + Double(index) * rowHeight
            chart.shapes.append(.label(x: 0, y: y + 11, Self.short(row.name), anchor: "start", kind: "name"))
            chart.shapes.append(
                .label(
                    x: chart.width, y: y + 11,
                    "\(Scale.grouped(row.count)) · \(Percent.text(row.count, of: all))", anchor: "end", kind: "tick"))
            chart.shapes.append(
                .rectangle(
                    x: 0, y: y + 16, width: max(1, chart.width * Double(row.count) / largest), height: 9,
                    kind: "level", title: "\(row.name): \(row.count) tokens"))
        }
        if rows.isEmpty {
            chart.shapes.append(.label(x: 0, y: 24, "no tokens in the period", anchor: "start", kind: "tick"))
        }
        return chart
    }

    /// Chains in the picture; those that changed most come first.
    private static let maximumLanes = 12

    private var chainChart: Chart {
        let shown = chains.enumerated().sorted {
            ($1.element.changes.count, $0.offset) < ($0.element.changes.count, $1.offset)
        }.prefix(Self.maximumLanes).map(\.element)
        let laneHeight = 58.0
        let height = Int(max(1, Double(shown.count)) * laneHeight + 30)
        var chart = Chart(
            title: chains.count > shown.count
                ? "Changes of identity chains (\(shown.count) of \(chains.count) chains)"
                : "Changes of identity chains",
            summary: "\(chainChangeCount) changes of \(chains.count) identity chains; the table below lists them",
            height: height, isWide: true)
        let axis = TimeAxis(from: scope.from, to: scope.to, width: chart.width)
        for (index, line) in shown.enumerated() { add(line, index, laneHeight, axis, to: &chart) }
        if shown.isEmpty {
            chart.shapes.append(.label(x: 0, y: 24, "no API has the Password option", anchor: "start", kind: "tick"))
        } else {
            axis.add(to: &chart, y: Double(height) - 6)
        }
        return chart
    }

    private func add(_ line: ChainLine, _ index: Int, _ laneHeight: Double, _ axis: TimeAxis, to chart: inout Chart) {
        let top = Double(index) * laneHeight
        let base = top + laneHeight - 8
        let highest = max(1, ([line.lengthAtStart] + line.changes.map(\.length)).max() ?? 1)
        func y(_ length: Int) -> Double { base - Double(length) / Double(highest) * (laneHeight - 28) }
        let end = line.changes.last?.length ?? line.lengthAtStart
        chart.shapes.append(
            .label(
                x: Chart.left, y: top + 13, Self.short("\(line.name) in \(line.environment.text)"), anchor: "start",
                kind: "name"))
        chart.shapes.append(
            .label(
                x: chart.width - Chart.right, y: top + 13, end == 1 ? "1 Identity now" : "\(end) Identities now",
                anchor: "end", kind: "tick"))
        chart.shapes.append(
            .line([(Chart.left, base), (chart.width - Chart.right, base)], kind: "grid"))
        for length in Set([0, highest]).sorted() {
            chart.shapes.append(.label(x: Chart.left - 6, y: y(length) + 4, "\(length)", anchor: "end", kind: "tick"))
        }
        var length = line.lengthAtStart
        var points = [(x: axis.x(scope.from), y: y(length))]
        for change in line.changes {
            points.append((axis.x(change.at), y(length)))
            length = change.length
            points.append((axis.x(change.at), y(length)))
        }
        points.append((axis.x(scope.to), y(length)))
        chart.shapes.append(.line(points, kind: "step"))
        for change in line.changes {
            chart.shapes.append(
                .dot(
                    x: axis.x(change.at), y: y(change.length),
                    title: "position \(change.position), \(change.at.text): \(change.length) Identities"))
        }
    }

    /// What fits above a lane or bar.
    private static func short(_ text: String) -> String { text.count > 60 ? String(text.prefix(59)) + "…" : text }
}
