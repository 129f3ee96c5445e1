internal import AuthorizationCore

/// What a decision that begins a refresh token family, or renews its token, does to the imagined family.
enum FamilyEffect {
    /// As recorded.
    case none
    /// There is no such family.
    case gone
    /// Whether there is one, or how far it came, is open.
    case uncertain
    /// It is there, and was granted something else or for another time.
    case altered(granted: TokenClaims?, lifetimes: Environment?)
}

/// The families that are not as recorded, on the imagined estate. All others are.
struct FamilyFates {
    struct Fate {
        enum Existence { case certain, uncertain, gone }

        var existence = Existence.certain
        /// Who vouched when it began, and what was granted then, is open too.
        var isAnybodys = false
        var granted: TokenClaims?
        var ends: RefreshTerms?
    }

    private var fates: [FamilyID: Fate] = [:]
    /// Those that ended because a token was reused: where it would not have been, they go on.
    private var reused: Set<FamilyID> = []

    subscript(family: FamilyID) -> Fate? { fates[family] }

    /// A family that a token at `decidedAt` began.
    mutating func begin(_ family: FamilyID, _ effect: FamilyEffect, decidedAt: Timestamp) {
        switch effect {
        case .none: break
        case .gone: fates[family] = Fate(existence: .gone)
        case .uncertain: fates[family] = Fate(existence: .uncertain, isAnybodys: true)
        case .altered(let granted, let environment):
            fates[family] = Fate(
                granted: granted, ends: environment.map { RefreshTerms(at: decidedAt, of: nil, in: $0) })
        }
    }

    /// Its newest token is not the recorded one any more, or may not be.
    mutating func doubt(_ family: FamilyID) {
        guard fates[family]?.existence != .gone else { return }
        fates[family, default: Fate()].existence = .uncertain
    }

    mutating func renew(_ family: FamilyID, until ends: RefreshTerms) { fates[family, default: Fate()].ends = ends }

    mutating func reuse(_ family: FamilyID) { reused.insert(family) }

    /// All that a recorded family can be then, the likeliest to be renewed among them; nil where it is as recorded.
    func families(
        for recorded: RefreshFamily, presenting generation: Int64, in estate: Estate, _ environment: EnvironmentName
    ) -> (all: [RefreshFamily], mayBeGone: Bool)? {
        guard let fate = fates[recorded.id] else { return nil }
        guard fate.existence != .gone else { return ([], true) }
        var family = recorded
        if let granted = fate.granted { family.granted.take(granted) }
        if let ends = fate.ends {
            family.endsAt = ends.endsAt
            family.expiresAt = ends.expiresAt
        }
        guard fate.existence == .uncertain else { return ([family], false) }
        // Whoever holds a token presents the newest that there is.
        var newest = family
        newest.newest = generation
        newest.expiresAt = newest.endsAt
        if reused.contains(family.id) { newest.isEnded = false }
        if fate.isAnybodys { newest.grantEverything(in: estate, environment) }
        return ([family, newest], true)
    }
}

extension RefreshFamily {
    /// Whoever is granted more can renew more: what all APIs of the environment together can grant is the most.
    fileprivate mutating func grantEverything(in estate: Estate, _ environment: EnvironmentName) {
        guard let place = estate.environments[environment] else { return }
        let revisions = place.apis.compactMap { id, deployed in estate.apis[id]?.revision(deployed.revision) }
        winner = nil
        granted.audience = revisions.map { $0.resource(in: place.issuer) }.sorted()
        granted.scope = Set(revisions.flatMap(\.scopes)).sorted().joined(separator: " ")
    }
}

extension TokenClaims {
    /// What a grant decides of the claims that a renewed token takes over.
    fileprivate mutating func take(_ granted: TokenClaims) {
        acr = granted.acr
        amr = granted.amr
        audience = granted.audience
        scope = granted.scope
        vot = granted.vot
        vtm = granted.vtm
    }
}
