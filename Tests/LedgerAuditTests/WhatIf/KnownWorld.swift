import AuthorizationCore
import EventLog
import SyntheticLedgers

/// A history that can be lived through again on another estate, because what every Identity says of every request is
/// known, asked or not.
struct KnownWorld {
    /// What is otherwise than in the recorded history.
    struct Estate: Sendable {
        /// Which Identities are linked to which APIs.
        var links = [[0, 1], [0], [1], [0, 1]]
        /// In which the Identities are registered: the last one is asked first.
        var order = [0, 1, 2, 3]
        var identity: @Sendable (Int, inout IdentityRevision) -> Void = { _, _ in }
        var api: @Sendable (Int, inout APIRevision) -> Void = { _, _ in }
        var app: @Sendable (Int, inout AppRevision) -> Void = { _, _ in }
        var settings: @Sendable (inout EnvironmentSettings) -> Void = { _ in }
        /// Done after the set-up and again after each move, from ``from`` on.
        var holds: @Sendable (Things, inout SyntheticLedger) -> Void = { _, _ in }
        /// The request before which ``holds`` begins.
        var from = 0
    }

    struct Things: Sendable {
        var environment = EnvironmentName()
        var apis: [APIID] = []
        /// By their number, not by their place.
        var identities: [IdentityID] = []
        var apps: [AppID] = []
    }

    /// What somebody wants, on any estate.
    enum Wish {
        case password(SyntheticRequest, app: Int)
        case credentials(app: Int)
        /// The newest token of the family that a request began, or that of a generation that was stolen.
        case refresh(of: Int, stolen: Int64?)
        case move(Int)
    }

    let seed: UInt64
    private(set) var things = Things()
    private(set) var events: [ProposedEvent] = []
    /// By the wish: its decision.
    private(set) var decisions: [Int: DecisionID] = [:]
    private(set) var issued: Set<String> = []
    private(set) var wishes: [Wish] = []
    /// Where the log stood before each wish.
    private(set) var positions: [Int64] = []
    private var families: [Int: FamilyID] = [:]

    static let names = ["alpha", "beta", "gamma", "delta"]

    /// Lives through a history: a new one, or the `wishes` of another.
    init(seed: UInt64, _ estate: Estate = Estate(), wishes: [Wish]? = nil, count: Int = 400) throws {
        self.seed = seed
        var ledger = SyntheticLedger(seed: seed)
        setUp(&ledger, estate)
        var chance = SeededNumbers(state: seed &* 31 &+ 7)
        for index in 0..<(wishes?.count ?? count) {
            if index >= estate.from { estate.holds(things, &ledger) }
            positions.append(ledger.size)
            ledger.pass(microseconds: 40_000_000)
            let wish = wishes?[index] ?? self.wish(index, &chance)
            self.wishes.append(wish)
            try fulfil(wish, index, estate, &ledger)
        }
        events = ledger.take()
        for event in events { if case .tokens(.issued) = event.data { issued.insert(event.correlation) } }
    }

    /// Whether a token came of a wish.
    func issues(_ wish: Int) -> Bool { decisions[wish].map { issued.contains($0.text) } ?? false }

    private mutating func setUp(_ ledger: inout SyntheticLedger, _ estate: Estate) {
        ledger.create()
        let prod = ledger.addEnvironment("prod")
        things.environment = prod
        things.apis = ["orders", "bills"].enumerated().map { number, name in
            ledger.addAPI(name, in: [prod]) {
                $0.interceptors[0].grants = [.password, .refreshToken, .clientCredentials]
                $0.resource = "https://\(name).example"
                estate.api(number, &$0)
            }
        }
        var identities: [Int: IdentityID] = [:]
        for number in estate.order {
            identities[number] = ledger.addIdentity(
                Self.names[number], for: estate.links[number].map { things.apis[$0] }, in: [prod]
            ) {
                $0.onUnavailable = number == 1 ? .stop : .continue
                estate.identity(number, &$0)
            }
        }
        things.identities = identities.sorted { $0.key < $1.key }.map(\.value)
        things.apps = (0..<3).map { number in
            ledger.addApp("app\(number)", for: number == 2 ? [things.apis[1]] : things.apis) {
                $0.grants = [.password, .refreshToken, .clientCredentials]
                estate.app(number, &$0)
            }
        }
        ledger.configure(prod) {
            $0.lifetimes.refreshIdle = 3_600
            estate.settings(&$0)
        }
    }

    private func wish(_ index: Int, _ chance: inout SeededNumbers) -> Wish {
        let app = chance.below(3)
        switch chance.below(20) {
        case 0: return .move(chance.below(4))
        case 1: return .credentials(app: app)
        case 2...8:
            guard let began = families.keys.sorted().randomElement(using: &chance) else {
                return .credentials(app: app)
            }
            return .refresh(of: began, stolen: chance.below(8) == 0 ? Int64(chance.below(3)) : nil)
        default:
            var request = SyntheticRequest(nil, in: things.environment)
            request.user = chance.below(30)
            if chance.below(2) == 0 { request.scope = ["orders.read"] }
            if chance.below(3) == 0 { request.resource = ["https://bills.example"] }
            if chance.below(12) == 0 { request.fault = .missingPassword }
            if chance.below(20) == 0 { request.authenticates = false }
            request.throttle.failures = Int64(chance.below(11))
            return .password(request, app: app)
        }
    }

    private mutating func fulfil(
        _ wish: Wish, _ index: Int, _ estate: Estate, _ ledger: inout SyntheticLedger
    ) throws {
        let before = ledger.families.count
        let id: DecisionID
        switch wish {
        case .move(let number):
            return move(number, &ledger)
        case .password(var request, let app):
            request.app = things.apps[app]
            id = try ledger.decide(request) { [things, seed] identity in
                Self.answer(seed, index, things.identities.firstIndex(of: identity) ?? 0)
            }
        case .credentials(let app):
            var request = SyntheticRequest(things.apps[app], in: things.environment)
            request.grant = Grant.clientCredentials.rawValue
            id = try ledger.decideDirectly(request)
        case .refresh(let began, let stolen):
            // Nobody presents what nobody has.
            guard let family = families[began].flatMap({ ledger.families[$0] }) else { return }
            var request = SyntheticRequest(family.granted.clientID, in: things.environment)
            request.grant = Grant.refreshToken.rawValue
            var presented = PresentedRefreshToken()
            presented.family = family.id
            presented.secret = .match
            presented.generation = min(stolen ?? family.newest, family.newest)
            presented.predecessorAgeMicroseconds = 90_000_000
            request.presented = presented
            id = try ledger.decideDirectly(request)
        }
        if ledger.families.count > before {
            families[index] = ledger.families.values.max { $0.beganAt < $1.beganAt }?.id
        }
        decisions[index] = id
    }

    /// What no variation is about, and what some are.
    private func move(_ number: Int, _ ledger: inout SyntheticLedger) {
        switch number {
        case 0: ledger.suspend(things.identities[2])
        case 1: ledger.resume(things.identities[2])
        case 2: ledger.undeploy(things.apis[1], from: things.environment)
        default: ledger.deploy(things.apis[1], in: things.environment)
        }
    }

    static func answer(_ seed: UInt64, _ index: Int, _ identity: Int) -> SyntheticAnswer {
        var chance = SeededNumbers(state: seed ^ UInt64(index) &* 977 ^ UInt64(identity) << 40)
        switch chance.below(20) {
        case 0..<7: return .accepts
        case 7..<15: return .rejects
        case 15: return .locks
        case 16: return .fails
        case 17: return .isSilent
        case 18: return .isSkipped(.breakerOpen)
        default: return .isSkipped(.noSlot)
        }
    }
}
