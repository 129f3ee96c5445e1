internal import AuthorizationCore

/// The estate through the period: what stood, and how the chains changed.
struct EstateWalk {
    /// Whose environments are looked at; nil for all.
    private let selected: Set<EnvironmentName>?
    private(set) var estate = Estate()
    private(set) var book = StandingBook()
    private(set) var lines: [ReviewReport.ChainLine] = []
    private(set) var changes: [ReviewReport.ChainChange] = []
    private(set) var changeCount = 0
    /// Versions of the estate that were looked at, and those that were not.
    private(set) var versions = 0
    private(set) var unseenVersions = 0
    /// Decisions of the period so far.
    var decisions: Int64 = 0
    private var chains: [ChainKey: [IdentityID]] = [:]
    private var lineOf: [ChainKey: Int] = [:]
    /// Since when Identities stand in a chain of an environment, where that began in the period.
    private var joined: [Membership: Stay] = [:]
    /// Stays that began and ended in the period.
    private(set) var stays: [(membership: Membership, stay: Stay)] = []

    private struct ChainKey: Hashable, Comparable {
        var environment: EnvironmentName
        var api: APIID

        static func < (left: Self, right: Self) -> Bool {
            (left.environment, left.api) < (right.environment, right.api)
        }
    }

    struct Membership: Hashable {
        var environment: EnvironmentName
        var identity: IdentityID
    }

    struct Stay {
        var from: Timestamp
        var fromPosition: Position
        var to = Timestamp()
        var toPosition = Position(0)
    }

    init(environments selected: Set<EnvironmentName>?) { self.selected = selected }

    /// An event before the period.
    mutating func fold(_ event: Event) { estate.fold(event) }

    mutating func begin(at now: Timestamp) {
        look(at: now, after: nil)
        for (key, chain) in currentChains() {
            chains[key] = chain
            startLine(key, length: chain.count)
        }
    }

    /// An event of the period.
    mutating func take(_ event: Event) {
        estate.fold(event)
        guard event.data.canChangeStanding else { return }
        guard versions < ReviewLimits.maximumVersions else { return unseenVersions += 1 }
        look(at: event.recordedAt, after: event.position)
        compareChains(event)
    }

    /// The last version counts, whatever their number.
    mutating func end(at now: Timestamp) {
        guard unseenVersions > 0 else { return }
        look(at: now, after: estate.size)
    }

    func isSelected(_ environment: EnvironmentName) -> Bool { selected?.contains(environment) ?? true }

    var environments: [Environment] {
        estate.environments.values.filter { isSelected($0.name) }.sorted { $0.name < $1.name }
    }

    private mutating func look(at now: Timestamp, after position: Position?) {
        versions += 1
        var standing = estate.standingOfLedger(at: now).filter { $0.key.environment.map(isSelected) ?? true }
        for environment in environments { standing += estate.standing(in: environment) }
        book.take(standing, after: position, decisions: decisions)
    }

    // MARK: Chains

    /// Of every API with the Password option, in the order of environments and ids.
    private func currentChains() -> [(ChainKey, [IdentityID])] {
        environments.flatMap { environment in
            environment.apis.sorted { $0.key < $1.key }.compactMap { id, deployment -> (ChainKey, [IdentityID])? in
                guard estate.apis[id]?.revision(deployment.revision)?.allows(.password) == true else { return nil }
                let chain = IdentityChain(of: [id], in: environment.name, estate)
                return (ChainKey(environment: environment.name, api: id), chain.links.map(\.identity))
            }
        }
    }

    private mutating func startLine(_ key: ChainKey, length: Int) {
        lineOf[key] = lines.count
        lines.append(
            ReviewReport.ChainLine(
                environment: key.environment, api: key.api, name: apiName(key.api), lengthAtStart: length, changes: []))
    }

    private func apiName(_ id: APIID) -> String { estate.apis[id]?.latest.content.name.text ?? id.text }

    private mutating func compareChains(_ event: Event) {
        let now = Dictionary(uniqueKeysWithValues: currentChains())
        for key in Set(now.keys).union(chains.keys).sorted() {
            let (before, after) = (chains[key] ?? [], now[key] ?? [])
            if lineOf[key] == nil { startLine(key, length: 0) }
            guard before != after else { continue }
            note(key, from: before, to: after, event)
        }
        noteStays(from: chains, to: now, event)
        chains = now
    }

    private mutating func note(_ key: ChainKey, from before: [IdentityID], to after: [IdentityID], _ event: Event) {
        changeCount += 1
        guard changes.count < ReviewLimits.maximumChainChanges else { return }
        if let line = lineOf[key] {
            lines[line].changes.append(
                .init(at: event.recordedAt, position: event.position, length: after.count))
        }
        changes.append(
            ReviewReport.ChainChange(
                position: event.position, at: event.recordedAt, type: event.data.type, environment: key.environment,
                api: key.api, apiName: apiName(key.api),
                joined: after.filter { !before.contains($0) }.map { estate.name($0.text) },
                left: before.filter { !after.contains($0) }.map { estate.name($0.text) }, length: after.count))
    }

    private mutating func noteStays(
        from before: [ChainKey: [IdentityID]], to after: [ChainKey: [IdentityID]], _ event: Event
    ) {
        func members(_ chains: [ChainKey: [IdentityID]]) -> Set<Membership> {
            Set(chains.flatMap { key, chain in chain.map { Membership(environment: key.environment, identity: $0) } })
        }
        let (old, new) = (members(before), members(after))
        for member in new.subtracting(old) {
            joined[member] = Stay(from: event.recordedAt, fromPosition: event.position)
        }
        for member in old.subtracting(new) {
            guard var stay = joined.removeValue(forKey: member) else { continue }
            stay.to = event.recordedAt
            stay.toPosition = event.position
            if stays.count < ReviewLimits.maximumChainChanges { stays.append((member, stay)) }
        }
    }
}

extension EventData {
    /// Whether standing findings or chains can be others after the event.
    fileprivate var canChangeStanding: Bool {
        switch self {
        case .ledger(.configured), .ledger(.keyCompromised), .operators, .environments, .apis, .identities, .apps: true
        case .ledger, .tokens, .accounts, .access, .audit: false
        }
    }
}
