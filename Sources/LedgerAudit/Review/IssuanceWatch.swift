internal import AuthorizationCore

/// How many tokens each environment issued from moment to moment, to see what followed a change.
struct IssuanceWatch {
    /// What comes within this long after a change is held against the rest of the period.
    static let windowSeconds: Int64 = 3_600
    /// So many times as many tokens as in other windows of the period are unusual …
    static let unusualFactor: Int64 = 3
    /// … if they are this many at least.
    static let fewestTokens: Int64 = 20
    /// The period has so many windows at least: else nothing is usual.
    static let fewestWindows: Int64 = 6

    private let steps: PeriodSteps
    private var counts: [Int: [Int64]] = [:]
    /// The first tokens of each step, as proof.
    private var firsts: [Int: [Int64]] = [:]

    init(_ steps: PeriodSteps) { self.steps = steps }

    mutating func add(in environment: Int, at position: Position, _ time: Timestamp) {
        let step = steps.index(of: time)
        if counts[environment] == nil {
            counts[environment] = Array(repeating: 0, count: steps.count)
            firsts[environment] = Array(repeating: -1, count: steps.count)
        }
        counts[environment]?[step] += 1
        if firsts[environment]?[step] == -1 { firsts[environment]?[step] = position.value }
    }

    struct Rush {
        var tokens: Int64
        var usual: Int64
        var first: Position
    }

    /// What followed a moment, if it was unusual.
    func rush(in environment: Int, after time: Timestamp) -> Rush? {
        guard let counts = counts[environment], let firsts = firsts[environment] else { return nil }
        let width = Int(max(1, Self.windowSeconds / steps.seconds))
        guard steps.count >= Int(Self.fewestWindows) * width else { return nil }
        let start = steps.index(of: time)
        let window = start..<min(steps.count, start + width)
        let tokens = counts[window].reduce(0, +)
        let rest = counts.reduce(0, +) - tokens
        let usual = rest * Int64(window.count) / Int64(max(1, steps.count - window.count))
        guard tokens >= Self.fewestTokens, tokens > Self.unusualFactor * usual,
            let first = firsts[window].first(where: { $0 >= 0 })
        else { return nil }
        return Rush(tokens: tokens, usual: usual, first: Position(first))
    }
}
