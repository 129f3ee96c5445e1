internal import AuthorizationCore

/// An estate as it stood, and as it is imagined.
final class ChangedEstate {
    let recorded: EstateVersion
    let imagined: EstateVersion
    /// Decisions on it that were decided again, by their kind.
    private(set) var kinds: [DecisionShape: JudgedKind] = [:]
    private static let maximumKinds = 16_384

    init(_ recorded: EstateVersion, _ imagined: EstateVersion) {
        self.recorded = recorded
        self.imagined = imagined
    }

    func learn(_ judged: JudgedKind.Judged, of kind: DecisionShape, _ reading: ThrottleReading?, _ limits: Limits) {
        if kinds.count >= Self.maximumKinds { kinds.removeAll() }
        let known = kinds[kind] ?? JudgedKind(limits)
        known.learn(judged, reading)
        kinds[kind] = known
    }

    /// What the throttle's numbers are held against; nil where a guard before it refuses.
    struct Limits {
        var recorded: ThrottleLimits?
        var imagined: ThrottleLimits?
    }
}

/// Judgements of decisions that differ in nothing but their holes. Of these the decision function sees the throttle's
/// numbers and no more, and of the numbers whether they refuse.
final class JudgedKind {
    struct Judged {
        /// In the pass's table.
        var judgement: Int
        var effect: FamilyEffect
    }

    private let limits: ChangedEstate.Limits
    private var judged: [[Refusal?]: Judged] = [:]

    init(_ limits: ChangedEstate.Limits) { self.limits = limits }

    private func throttled(_ reading: ThrottleReading?) -> [Refusal?] {
        [limits.recorded, limits.imagined].map { limits in
            guard let limits, let reading else { return nil }
            return reading.refusal(under: limits)
        }
    }

    func judged(_ reading: ThrottleReading?) -> Judged? { judged[throttled(reading)] }
    func learn(_ judged: Judged, _ reading: ThrottleReading?) { self.judged[throttled(reading)] = judged }
}

/// The estates that decisions consulted, with the changes laid over them.
struct ChangedEstates {
    private let changes: [EstateChange]
    /// Where another set of changes begins to hold, ascending.
    private let borders: [Int64]
    private var kept: [Place: ChangedEstate] = [:]
    private static let maximumKept = 64

    private struct Place: Hashable {
        /// Where the estate moved last.
        var since: Int64
        /// How many borders lie before what was consulted.
        var part: Int
    }

    init(_ changes: [EstateChange]) {
        self.changes = changes
        borders = Set(changes.map(\.from.value)).sorted()
    }

    /// Between two positions of one part, the same changes hold.
    func part(_ consulted: Int64) -> Int { borders.count { $0 <= consulted } }

    mutating func estate(_ version: EstateVersion, at consulted: Int64) -> ChangedEstate {
        let place = Place(since: version.sizes.lowerBound, part: part(consulted))
        if let known = kept[place] { return known }
        if kept.count >= Self.maximumKept { kept.removeAll() }
        var estate = version.estate
        var isChanged = false
        for change in changes where change.from.value <= consulted {
            change.holds(&estate)
            isChanged = true
        }
        let imagined = isChanged ? EstateVersion(estate, sizes: version.sizes) : version
        let changed = ChangedEstate(version, imagined)
        kept[place] = changed
        return changed
    }
}
