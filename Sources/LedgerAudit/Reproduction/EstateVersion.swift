internal import AuthorizationCore

/// The estate as it stood for a while, and what decisions on it have in common.
final class EstateVersion {
    /// Plans that are kept; beyond, all are forgotten.
    private static let maximumPlans = 4_096

    let estate: Estate
    /// The numbers of events after which the estate stood like this.
    private(set) var sizes: ClosedRange<Int64>
    private var plans: [PlannedRequest: PasswordGrantPlan] = [:]
    /// Decisions on this estate that were made again in full, by their kind.
    private(set) var kinds: [DecisionShape: ReplayedShape] = [:]
    private static let maximumKinds = 16_384

    init(_ estate: Estate, sizes: ClosedRange<Int64>) {
        self.estate = estate
        self.sizes = sizes
    }

    /// The estate moves with the event at this place.
    func end(at position: Position) {
        sizes = sizes.lowerBound...min(sizes.upperBound, max(position.value, sizes.lowerBound))
    }

    func learn(_ replayed: ReplayedShape, of kind: DecisionShape) {
        if kinds.count >= Self.maximumKinds { kinds.removeAll() }
        kinds[kind] = replayed
    }

    /// The request held against this estate.
    func plan(of request: TokenRequest) -> PasswordGrantPlan {
        let planned = PlannedRequest(request)
        if let plan = plans[planned] { return plan }
        if plans.count >= Self.maximumPlans { plans.removeAll() }
        let plan = PasswordGrantPlan(of: request, in: estate)
        plans[planned] = plan
        return plan
    }
}

/// All of a request that a plan looks at: two requests that are equal in this have one plan.
private struct PlannedRequest: Hashable {
    var environment: EnvironmentName
    var app: AppID?
    var isAuthenticated: Bool
    var fault: RequestFault?
    var grant: String
    var proof: ProofOfPossession?
    var resource: [String]?
    var scope: [String]?

    init(_ request: TokenRequest) {
        environment = request.environment
        app = request.client.app
        isAuthenticated = request.client.credential != nil
        fault = request.fault
        grant = request.grant
        proof = request.proof
        resource = request.asked.resource
        scope = request.asked.scope
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
