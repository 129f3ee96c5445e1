/// Shows on a terminal how far long work has come; silent anywhere else.
public struct ProgressBar: ~Copyable {
    private let console: Console
    private let label: String
    private let unit: String
    private let total: Int64
    private let isShown: Bool
    private let start = ContinuousClock.now
    private var lastDrawn: ContinuousClock.Instant?
    private static let interval = Duration.milliseconds(100)

    /// A bar for `total` steps, drawn on standard error if that is a terminal.
    public init(_ label: String, total: Int64, unit: String, on console: Console) {
        self.init(label, total: total, unit: unit, on: console, isShown: console.talkIsTerminal)
    }

    init(_ label: String, total: Int64, unit: String, on console: Console, isShown: Bool) {
        self.console = console
        self.label = label
        self.unit = unit
        self.total = total
        self.isShown = isShown
    }

    /// Says how many steps are done. Call it as often as you like: it draws ten times a second at most.
    public mutating func update(_ done: Int64) {
        guard isShown else { return }
        let now = ContinuousClock.now
        if let lastDrawn, now - lastDrawn < Self.interval { return }
        lastDrawn = now
        let line = ProgressLine(label: label, unit: unit, done: done, total: total, elapsed: now - start)
        console.tell("\r" + line.text(width: console.talkWidth ?? 80) + "\u{1b}[K")
    }

    /// Takes the bar away, so that results stand alone.
    public func clear() {
        guard isShown, lastDrawn != nil else { return }
        console.tell("\r\u{1b}[K")
    }
}

/// One state of a progress bar, as text.
struct ProgressLine {
    let label: String
    let unit: String
    let done: Int64
    let total: Int64
    let elapsed: Duration

    /// `verify [#######......] 54%  1,080,000 events/s  0:12 left`, cut to the width.
    func text(width: Int) -> String {
        let share = total > 0 ? min(1, Double(done) / Double(total)) : 1
        var right = " \(Int(share * 100))%"
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        if seconds >= 0.2, done > 0 {
            let rate = Double(done) / seconds
            right += "  \(Self.grouped(Int64(rate))) \(unit)/s"
            if done < total { right += "  \(Self.clock(Int64((Double(total - done) / rate).rounded(.up)))) left" }
        }
        let room = width - 1 - label.count - 3 - right.count
        guard room >= 8 else { return String((label + right).prefix(max(0, width - 1))) }
        let columns = min(room, 40)
        let full = Int(share * Double(columns))
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: columns - full)
        return "\(label) [\(bar)]\(right)"
    }

    /// 1234567 as `1,234,567`.
    static func grouped(_ number: Int64) -> String {
        var digits = String(number)
        var index = digits.endIndex
        while digits.distance(from: digits.startIndex, to: index) > 3 {
            index = digits.index(index, offsetBy: -3)
            digits.insert(",", at: index)
        }
        return digits
    }

    /// Seconds as `m:ss` or `h:mm:ss`.
    static func clock(_ seconds: Int64) -> String {
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }
}
