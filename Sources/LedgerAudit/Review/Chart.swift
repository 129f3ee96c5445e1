internal import AuthorizationCore

/// A picture by its shapes, in units of its own view.
struct Chart {
    /// Of a picture that takes a page's width, and of one that takes half.
    static let wide = 720.0
    static let narrow = 420.0

    var title: String
    /// What it shows, for those who do not see it.
    var summary: String
    var height: Int
    var isWide: Bool
    var shapes: [Shape] = []
    var legend: [(kind: String, name: String)] = []

    enum Shape {
        case rectangle(x: Double, y: Double, width: Double, height: Double, kind: String, title: String)
        case line([(x: Double, y: Double)], kind: String)
        case dot(x: Double, y: Double, title: String)
        case label(x: Double, y: Double, String, anchor: String, kind: String)
    }

    /// A coordinate with one decimal place.
    static func text(_ value: Double) -> String {
        let tenths = Int64((value * 10).rounded())
        let magnitude = tenths.magnitude
        return (tenths < 0 ? "-" : "") + "\(magnitude / 10)" + (magnitude % 10 == 0 ? "" : ".\(magnitude % 10)")
    }

    /// The plot's frame.
    static let left = 52.0
    static let right = 12.0
    static let top = 10.0
    static let bottom = 26.0
    var width: Double { Self.width(isWide) }
    static func width(_ isWide: Bool) -> Double { isWide ? wide : narrow }
}

/// Bars of several parts over the steps of a period, with an optional line above.
struct BarsOverTime {
    struct Part {
        var kind: String
        var name: String
        var values: [Int64]
    }

    var title: String
    var steps: ReviewReport.Steps
    var parts: [Part]
    var line: (name: String, values: [Int64])?
    var isWide = false
    private static let plotHeight = 170.0

    var chart: Chart {
        let height = Int(Chart.top + Self.plotHeight + Chart.bottom)
        var chart = Chart(title: title, summary: summary, height: height, isWide: isWide)
        let scale = Scale(upTo: maximum)
        for tick in scale.ticks {
            let y = self.y(tick, scale)
            chart.shapes.append(.line([(Chart.left, y), (chart.width - Chart.right, y)], kind: "grid"))
            chart.shapes.append(
                .label(x: Chart.left - 6, y: y + 4, Scale.text(tick), anchor: "end", kind: "tick"))
        }
        addBars(to: &chart, scale)
        if let line { addLine(line.values, to: &chart, scale) }
        addTimes(to: &chart)
        chart.legend = parts.map { ($0.kind, "\($0.name) (\(Scale.grouped($0.values.reduce(0, +))))") }
        if let line { chart.legend.append(("attempts", "\(line.name) (\(Scale.grouped(line.values.reduce(0, +))))")) }
        return chart
    }

    private var count: Int { parts.first?.values.count ?? 0 }
    private var stepWidth: Double { (Chart.width(isWide) - Chart.left - Chart.right) / Double(max(1, count)) }
    private var maximum: Int64 {
        let stacks = (0..<count).map { index in parts.reduce(0) { $0 + $1.values[index] } }
        return max(stacks.max() ?? 0, line?.values.max() ?? 0)
    }

    private var summary: String {
        let sums =
            parts.map { "\($0.name) \($0.values.reduce(0, +))" }
            + (line.map { ["\($0.name) \($0.values.reduce(0, +))"] } ?? [])
        return "\(title), in \(count) steps of \(Scale.duration(steps.seconds)): \(sums.joined(separator: ", "))"
    }

    private func y(_ value: Int64, _ scale: Scale) -> Double {
        Chart.top + Self.plotHeight * (1 - Double(value) / Double(scale.end))
    }

    private func addBars(to chart: inout Chart, _ scale: Scale) {
        let gap = min(2, stepWidth * 0.2)
        for index in 0..<count {
            var base: Int64 = 0
            let start = steps.start.advanced(bySeconds: Int64(index) * steps.seconds)
            for part in parts where part.values[index] > 0 {
                let value = part.values[index]
                let top = y(base + value, scale)
                chart.shapes.append(
                    .rectangle(
                        x: Chart.left + Double(index) * stepWidth + gap / 2, y: top, width: max(0.8, stepWidth - gap),
                        height: max(0.6, y(base, scale) - top), kind: part.kind,
                        title: "\(start.minute): \(part.name) \(value)"))
                base += value
            }
        }
    }

    private func addLine(_ values: [Int64], to chart: inout Chart, _ scale: Scale) {
        var points: [(x: Double, y: Double)] = []
        for (index, value) in values.enumerated() {
            let x = Chart.left + Double(index) * stepWidth
            points.append((x, y(value, scale)))
            points.append((x + stepWidth, y(value, scale)))
        }
        chart.shapes.append(.line(points, kind: "attempts"))
    }

    private func addTimes(to chart: inout Chart) {
        let end = steps.start.advanced(bySeconds: Int64(count) * steps.seconds)
        TimeAxis(from: steps.start, to: end, width: chart.width).add(to: &chart, y: Chart.top + Self.plotHeight + 17)
    }
}

/// Round numbers for an axis.
struct Scale {
    let end: Int64
    let ticks: [Int64]

    init(upTo maximum: Int64) {
        var step: Int64 = 1
        let factors: [Int64] = [2, 5, 10]
        var power: Int64 = 1
        var index = 0
        while step * 4 < maximum {
            step = power * factors[index]
            index += 1
            if index == factors.count {
                index = 0
                power *= 10
            }
        }
        let count = max(1, (maximum + step - 1) / step)
        end = step * count
        ticks = (0...count).map { $0 * step }
    }

    /// Short: 12000 as `12k`.
    static func text(_ number: Int64) -> String {
        if number >= 1_000_000, number % 100_000 == 0 { return Chart.text(Double(number) / 1_000_000) + "M" }
        if number >= 1_000, number % 100 == 0 { return Chart.text(Double(number) / 1_000) + "k" }
        return "\(number)"
    }

    /// 1234567 as `1 234 567`.
    static func grouped(_ number: Int64) -> String {
        var digits = String(number)
        var index = digits.endIndex
        while digits.distance(from: digits.startIndex, to: index) > 3 {
            index = digits.index(index, offsetBy: -3)
            digits.insert("\u{202f}", at: index)
        }
        return digits
    }

    static func duration(_ seconds: Int64) -> String {
        switch seconds {
        case let seconds where seconds % 86_400 == 0: "\(seconds / 86_400) d"
        case let seconds where seconds % 3_600 == 0: "\(seconds / 3_600) h"
        case let seconds where seconds % 60 == 0: "\(seconds / 60) min"
        default: "\(seconds) s"
        }
    }
}

/// The first moment, the middle and the last under a plot.
struct TimeAxis {
    let from: Timestamp
    let to: Timestamp
    let width: Double

    func x(_ time: Timestamp) -> Double {
        let span = Double(max(1, to.microseconds - from.microseconds))
        let plot = width - Chart.left - Chart.right
        return Chart.left + plot * min(1, max(0, Double(time.microseconds - from.microseconds) / span))
    }

    func add(to chart: inout Chart, y: Double) {
        let middle = Timestamp(microseconds: from.microseconds + (to.microseconds - from.microseconds) / 2)
        for (time, anchor) in [(from, "start"), (middle, "middle"), (to, "end")] {
            chart.shapes.append(.label(x: x(time), y: y, time.minute, anchor: anchor, kind: "tick"))
        }
    }
}

extension Timestamp {
    /// `2026-03-01 12:00`, in UTC.
    var minute: String {
        let text = self.text
        return String(text.prefix(10)) + " " + String(text.dropFirst(11).prefix(5))
    }
}
