import AuthorizationCore
import EventLog
import EventLogSQLite
import LedgerCrypto
import SyntheticLedgers
import Threads

/// Makes a new ledger of so many decisions from a seed: many users, some apps, APIs and Identities, an estate that moves
/// now and then; most requests end in a token, every tenth of which carries a sealed value.
struct Decisions {
    private static let users = 100_000
    /// Decisions in one append: what is measured is reading.
    private static let perAppend = 400
    /// Decisions between two changes of the estate.
    private static let perMove = 50_000

    private let path: String
    private let count: Int
    private let seed: UInt64

    init(in path: String, count: Int, seed: UInt64) {
        self.path = path
        self.count = count
        self.seed = seed
    }

    /// Prints how many decisions and events there are, and the id of one in the middle.
    func run() async throws {
        var ledger = SyntheticLedger(seed: seed)
        let origin = "bench.example/decisions"
        ledger.create(origin: origin, verifierKey: try verifierKey(of: origin, seed: seed))
        let town = Town(in: &ledger)
        // The store's clock is that of the invented service.
        let time = Locked(ledger.now)
        let clock: @Sendable () -> Timestamp = { time.withLock { $0 } }
        try SQLiteEventStore.create(at: path, first: ledger.take(), clock: clock)
        let store = try SQLiteEventStore.open(at: path, clock: clock)
        var middle = DecisionID()
        for number in 0..<count {
            let id = try town.decide(in: &ledger, user: ledger.numbers.below(Self.users))
            if number == count / 2 { middle = id }
            if number % Self.perMove == Self.perMove - 1 { town.move(in: &ledger) }
            if number % Self.perAppend == Self.perAppend - 1 || number == count - 1 {
                let base = store.state.consulted
                let now = ledger.now
                time.withLock { $0 = now }
                let commit = try await store.append(Proposal(events: ledger.take(), consulted: base))
                precondition(commit.first == base, "somebody else writes the ledger")
            }
        }
        print("\(count)\t\(ledger.size)\t\(middle.text)")
        await store.stop()
    }
}

/// A checkpoint key from the seed: nothing is ever signed with it.
private func verifierKey(of origin: String, seed: UInt64) throws -> String {
    var numbers = SeededNumbers(state: ~seed)
    let bytes = (0..<32).map { _ in UInt8(truncatingIfNeeded: numbers.next()) }
    guard let name = KeyName(origin) else { throw RecordedGrants.Missing(thing: "a key's name") }
    let key = try Ed25519PrivateKey(seed: SecretBytes(copying: bytes))
    return NoteSigner(name: name, privateKey: key).verifierKey.text
}

/// What the invented estate holds.
private struct Town {
    let prod: EnvironmentName
    let apis: [APIID]
    let identities: [IdentityID]
    let apps: [AppID]

    init(in ledger: inout SyntheticLedger) {
        let prod = ledger.addEnvironment("prod")
        let apis = (0..<8).map { ledger.addAPI("api\($0)", in: [prod]) }
        let identities = (0..<4).map { number in
            ledger.addIdentity("store\(number)", for: apis, in: [prod]) { $0.onUnavailable = .continue }
        }
        let apps = (0..<40).map { number in
            ledger.addApp("app\(number)", for: [apis[number % apis.count], apis[(number + 1) % apis.count]])
        }
        self.prod = prod
        self.apis = apis
        self.identities = identities
        self.apps = apps
    }

    /// Mostly a token from the newest Identity; sometimes from an older one, sometimes none.
    func decide(in ledger: inout SyntheticLedger, user: Int) throws -> DecisionID {
        let app = ledger.numbers.below(apps.count)
        var request = SyntheticRequest(apps[app], in: prod)
        request.user = user
        if ledger.numbers.below(2) == 0 { request.scope = ["api\(app % apis.count).read"] }
        if ledger.numbers.below(50) == 0 { request.fault = .missingPassword }
        let lot = ledger.numbers.below(100)
        var accepting = SyntheticAnswer.accepts
        if ledger.numbers.below(10) == 0 { accepting.extraInfo = Array("{\"customer\":\"\(user)\"}".utf8) }
        let newest = identities[identities.count - 1]
        let second = identities[identities.count - 2]
        return try ledger.decide(request) { identity in
            switch lot {
            case 0..<85 where identity == newest: accepting
            case 85..<92 where identity == second: accepting
            case 99 where identity == newest: .isSilent
            default: .rejects
            }
        }
    }

    /// An older Identity comes or goes, or an app does.
    func move(in ledger: inout SyntheticLedger) {
        switch ledger.numbers.below(4) {
        case 0: ledger.suspend(identities[0])
        case 1: ledger.resume(identities[0])
        case 2: ledger.deploy(apis[ledger.numbers.below(apis.count)], in: prod)
        default: _ = ledger.addApp("app", for: [apis[0]])
        }
    }
}
