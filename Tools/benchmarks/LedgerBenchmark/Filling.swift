import AuthorizationCore
import EventLog
import EventLogSQLite

/// Fills a ledger with the events of password grants, through the store's own append.
///
/// The ledger must have what a grant needs: an environment with a key, an API, an Identity and an app.
struct Filling {
    /// Users who come back again and again; each one's first grant opens an account.
    private static let users = 50_000
    private static let maximumInFlight = 64

    private let path: String
    private let events: Int
    private let seed: UInt64

    init(of path: String, events: Int, seed: UInt64) {
        self.path = path
        self.events = events
        self.seed = seed
    }

    func run() async throws {
        let store = try SQLiteEventStore.open(at: path, clock: wallClock)
        var grants = try RecordedGrants.make(in: store.state.estate, seed: seed)
        var written = 0
        var accounts: [Int: OpenedAccount] = [:]
        try await withThrowingTaskGroup(of: OpenedAccount?.self) { group in
            var inFlight = 0
            while written < events || inFlight > 0 {
                while written < events, inFlight < Self.maximumInFlight {
                    let user = Int(grants.numbers.next() % UInt64(Self.users))
                    let known = accounts[user]
                    let grant = try grants.next(for: user, known, consulted: store.state.consulted)
                    written += grant.events.count
                    inFlight += 1
                    group.addTask {
                        let commit = try await store.append(grant)
                        guard known == nil else { return nil }
                        return OpenedAccount(user: user, of: grant, at: commit.first)
                    }
                }
                if let opened = try await group.next() {
                    inFlight -= 1
                    if let opened { accounts[opened.user] = opened }
                }
            }
        }
        print("\(written)")
        await store.stop()
    }
}

/// The account of a user, once its event stands.
struct OpenedAccount: Sendable {
    var user: Int
    var account: AccountID
    var vault: VaultID
    var reference: SubjectReference
    var openedAt: Position

    init?(user: Int, of grant: Proposal, at first: Position) {
        for (index, event) in grant.events.enumerated() {
            guard case .accounts(.opened(let data)) = event.data else { continue }
            self.user = user
            account = data.account
            vault = data.vault
            reference = data.subjectReference
            openedAt = first.advanced(by: index)
            return
        }
        return nil
    }
}
