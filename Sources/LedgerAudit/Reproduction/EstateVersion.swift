internal import AuthorizationCore

/// The estate as it stood for a while, and what decisions on it have in common.
final class EstateVersion {
    /// Requests whose reach is kept; beyond, all are forgotten.
    private static let maximumReaches = 4_096

    let estate: Estate
    /// The numbers of events after which the estate stood like this.
    private(set) var sizes: ClosedRange<Int64>
    private var reaches: [GuardedRequest: Reach] = [:]
    /// Decisions on this estate that were made again in full, by their kind.
    private(set) var kinds: [DecisionKind: ReplayedKind] = [:]
    private static let maximumKinds = 16_384

    init(_ estate: Estate, sizes: ClosedRange<Int64>) {
        self.estate = estate
        self.sizes = sizes
    }

    /// The estate moves with the event at this place.
    func end(at position: Position) {
        sizes = sizes.lowerBound...min(sizes.upperBound, max(position.value, sizes.lowerBound))
    }

    func learn(_ replayed: ReplayedKind, of kind: DecisionKind) {
        if kinds.count >= Self.maximumKinds { kinds.removeAll() }
        kinds[kind] = replayed
    }

    /// Where such a request leads.
    func reach(of request: TokenRequest) -> Reach { reach(of: GuardedRequest(request)) }

    private func reach(of request: GuardedRequest) -> Reach {
        if let reach = reaches[request] { return reach }
        if reaches.count >= Self.maximumReaches { reaches.removeAll() }
        let reach = Reach(PasswordGrantReach(of: request, in: estate))
        reaches[request] = reach
        return reach
    }
}

/// Where alike requests lead, with the terms that their tokens get.
final class Reach {
    let reach: PasswordGrantReach
    private var terms: [IdentityID: PasswordGrantTerms] = [:]

    init(_ reach: PasswordGrantReach) { self.reach = reach }

    /// What the decision says next.
    func step(
        after attempts: [ValidationAttempted], throttle: ThrottleReading?, given facts: DecisionFacts,
        standing: (ValidationAttempted) -> AccountStanding?
    ) -> PasswordGrantStep {
        reach.step(after: attempts, throttle: throttle) { winner, link, afterIndeterminate in
            terms(through: link).step(
                for: winner, standing: standing(winner), afterIndeterminate: afterIndeterminate, given: facts)
        }
    }

    private func terms(through link: IdentityChain.Link) -> PasswordGrantTerms {
        if let terms = terms[link.identity] { return terms }
        let made = reach.terms(through: link)
        terms[link.identity] = made
        return made
    }
}

/// The estate folded forward, and its newest versions, because decisions consult what stood a little earlier.
struct EstateTimeline {
    /// Versions that are kept. Copies share what did not change.
    private static let maximumKept = 16
    /// Events that wait to be folded until a decision asks for what stood behind them.
    private static let maximumWaiting = 1_024

    private var kept: [EstateVersion] = []
    private var newest = Estate()
    private var newestFrom: Int64 = 0
    private var waiting: [Event] = []

    /// Takes the next estate event.
    mutating func take(_ event: Event) {
        if waiting.count >= Self.maximumWaiting { advance(past: waiting.count) }
        if waiting.isEmpty, let last = kept.last, last.sizes.upperBound == .max { last.end(at: event.position) }
        waiting.append(event)
    }

    /// The estate after the first `size` events; nil when it is older than what is kept.
    mutating func version(at size: Position) -> EstateVersion? {
        let size = size.value
        if let version = kept.last(where: { $0.sizes.contains(size) }) { return version }
        let count = waiting.firstIndex { $0.position.value >= size } ?? waiting.count
        guard count > 0 || size >= newestFrom else { return nil }
        advance(past: count)
        let end = waiting.first?.position.value ?? .max
        guard newestFrom <= size, size <= end else { return nil }
        let version = EstateVersion(newest, sizes: newestFrom...end)
        kept.append(version)
        if kept.count > Self.maximumKept { kept.removeFirst() }
        return version
    }

    /// Folds the first events that wait. Versions that were kept hold copies of their own.
    private mutating func advance(past count: Int) {
        guard count > 0 else { return }
        for event in waiting.prefix(count) { newest.fold(event) }
        newestFrom = waiting[count - 1].position.value + 1
        waiting.removeFirst(count)
    }
}
