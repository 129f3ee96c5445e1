/// What is no longer believed, as far as memory has to know it: everything that ends many tokens at once, and whatever
/// ended lately.
///
/// A token, a family or an account that was revoked has a fence of its own, which the store finds at any age. What ends
/// everything of an app, a key, an Identity or an account has none: it is kept here from the first event on. Beside
/// that the table keeps which fences ended lately, so that whoever looked a token up once need not do so again: it
/// answers for all positions from ``floor`` on.
public struct RevocationTable: Sendable {
    /// Fences that are remembered to have ended.
    public static let maximumRecent = 65_536
    /// In days: longer than anything that is issued can hold.
    public static let keptDays: Int64 = 366

    private var broad: [RevocationMark.Name: RevocationMark] = [:]
    private var recent: [FenceName: Position] = [:]
    private var order: [FenceName] = []
    private var firstInOrder = 0
    /// Everything that ended at this position or later is remembered.
    public private(set) var floor = Position(0)

    public init() {}

    /// Whether something that names no token in particular ended a token.
    public func endsBroadly(_ token: IssuedFacts) -> Bool {
        token.names.contains { name in broad[name].map { token.issuedAt < $0.position } ?? false }
    }

    /// Whether one of the fences ended at `since` or later; nil when that is longer ago than this remembers.
    public func ended(_ fences: [FenceName], since: Position) -> Bool? {
        guard since >= floor else { return nil }
        return fences.contains { fence in recent[fence].map { $0 >= since } ?? false }
    }

    // MARK: Folding

    public mutating func fold(_ event: Event) {
        switch event.data {
        case .tokens(.revoked(let data)):
            switch data.scope {
            case .token: if let id = DecisionID(text: data.id) { end(.token(id), at: event.position) }
            case .family: if let id = FamilyID(text: data.id) { end(.family(id), at: event.position) }
            case .account: if let id = AccountID(text: data.id) { mark(.account(id), event) }
            case .app: if let id = AppID(text: data.id) { mark(.app(id), event) }
            case .key: mark(.key(data.id), event)
            case .vouchedBy: if let id = IdentityID(text: data.id) { mark(.vouchedBy(id), event) }
            }
        case .tokens(.refreshReuseDetected(let data)):
            end(.family(data.family), at: event.position)
        case .accounts(.personErased(let data)):
            for account in data.accounts { mark(.account(account), event) }
            for family in data.families { end(.family(family), at: event.position) }
        case .tokens(.requested), .tokens(.attempted), .tokens(.issued), .tokens(.refused), .tokens(.refreshUsed),
            .tokens(.refreshRepeated), .ledger, .operators, .environments, .apis, .identities, .apps, .accounts,
            .access, .audit:
            return
        }
    }

    /// The types of events that change anything.
    public static let foldedTypes: Set<EventType> = [.tokenRevoked, .refreshReuseDetected, .personErased]

    private mutating func mark(_ name: RevocationMark.Name, _ event: Event) {
        broad[name] = RevocationMark(name: name, position: event.position, recordedAt: event.recordedAt)
        let oldest = event.recordedAt.advanced(bySeconds: -Self.keptDays * 86_400)
        // Rare: whatever is revoked this broadly is revoked by an operator.
        broad = broad.filter { $0.value.recordedAt >= oldest }
    }

    private mutating func end(_ fence: FenceName, at position: Position) {
        if recent.updateValue(position, forKey: fence) == nil { order.append(fence) }
        while recent.count > Self.maximumRecent {
            let oldest = order[firstInOrder]
            firstInOrder += 1
            if let position = recent.removeValue(forKey: oldest) {
                floor = max(floor, position.advanced(by: 1))
            }
        }
        if firstInOrder > Self.maximumRecent {
            order.removeFirst(firstInOrder)
            firstInOrder = 0
        }
    }

    // MARK: Keeping

    /// What a snapshot must hold: the broad marks, in order. What ended lately is found by its fences.
    public var marks: [RevocationMark] { broad.values.sorted { $0.position < $1.position } }

    public init(marks: [RevocationMark]) {
        for mark in marks { broad[mark.name] = mark }
    }
}

/// Everything before `position` that has the name is no longer believed.
public struct RevocationMark: Sendable, Hashable {
    public enum Name: Sendable, Hashable {
        case account(AccountID)
        case app(AppID)
        /// By its key id.
        case key(String)
        case vouchedBy(IdentityID)
    }

    public var name: Name
    public var position: Position
    public var recordedAt: Timestamp

    public init(name: Name, position: Position, recordedAt: Timestamp) {
        self.name = name
        self.position = position
        self.recordedAt = recordedAt
    }
}

/// Of a token or a refresh token family, what a revocation may name.
public struct IssuedFacts: Sendable, Equatable {
    public var issuedAt: Position
    public var token: DecisionID?
    public var family: FamilyID?
    public var account: AccountID?
    public var app: AppID
    /// Of a token; what a key signed ends with it, and no refresh token is signed.
    public var kid: String?
    public var winner: IdentityID?

    public init(of token: TokenIssued, at position: Position) {
        issuedAt = position
        self.token = token.claims.id
        family = token.family
        account = token.account
        app = token.claims.clientID
        kid = token.kid
        winner = token.winner
    }

    /// Of a whole family: what ends its first token's line ends all.
    public init(of family: RefreshFamily) {
        issuedAt = family.beganAt
        self.family = family.id
        account = family.account
        app = family.granted.clientID
        winner = family.winner
    }

    /// The fences that end it.
    public var fences: [FenceName] {
        [token.map { .token($0) }, family.map { .family($0) }].compactMap { $0 }
    }

    fileprivate var names: [RevocationMark.Name] {
        [.app(app)]
            + [kid.map { .key($0) }, account.map { .account($0) }, winner.map { .vouchedBy($0) }].compactMap { $0 }
    }
}
