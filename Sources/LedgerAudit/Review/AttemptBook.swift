internal import AuthorizationCore

/// What Identities answered, by environment, Identity and the APIs that led to it.
struct AttemptBook {
    /// An Identity that accepted nobody in so many calls is named …
    static let fewestCalls: Int64 = 5
    /// … as is one that could not answer one call in five …
    static let unavailableShare: Int64 = 5
    /// … and one of whose answers nine in ten took so long.
    static let slowMilliseconds: Int64 = 1_000
    static let fewestAnswers: Int64 = 20

    private struct Key: Hashable {
        var environment: Int
        var identity: Int
        var via: Int
    }

    struct Record {
        var asked = Proof()
        var accepted = Proof()
        var rejected: Int64 = 0
        var indeterminate = Proof()
        var skipped: Int64 = 0
        var slow = Proof()
        /// Answers by the power of two of their milliseconds.
        var took = [Int64](repeating: 0, count: 18)

        mutating func add(_ other: Record) {
            asked.add(other.asked)
            accepted.add(other.accepted)
            rejected += other.rejected
            indeterminate.add(other.indeterminate)
            skipped += other.skipped
            slow.add(other.slow)
            for index in took.indices { took[index] += other.took[index] }
        }

        /// Such a share of the answers came within this many milliseconds.
        func milliseconds(within share: Double) -> Int64? {
            let answers = took.reduce(0, +)
            guard answers > 0 else { return nil }
            var seen: Int64 = 0
            for (power, count) in took.enumerated() {
                seen += count
                if Double(seen) >= share * Double(answers) { return 1 << power }
            }
            return nil
        }
    }

    private var records: [Key: Record] = [:]
    private(set) var uncounted: Int64 = 0

    mutating func add(_ attempt: AttemptRead, in environment: Int, at position: Position) {
        let key = Key(environment: environment, identity: attempt.identity, via: attempt.via)
        if records[key] == nil {
            guard records.count < ReviewLimits.maximumAttemptKinds else { return uncounted += 1 }
            records[key] = Record()
        }
        records[key]?.add(attempt, at: position)
    }

    // MARK: The end

    struct Place: Hashable {
        var environment: EnvironmentName?
        var identity: IdentityID
    }

    struct Link: Hashable {
        var environment: EnvironmentName
        var identity: IdentityID
        var api: APIID
    }

    /// By environment and Identity.
    func byIdentity(_ words: WordTable) -> [Place: Record] {
        var all: [Place: Record] = [:]
        for (key, record) in records {
            guard let identity = IdentityID(text: words.text(key.identity)) else { continue }
            let place = Place(environment: EnvironmentName(text: words.text(key.environment)), identity: identity)
            all[place, default: Record()].add(record)
        }
        return all
    }

    /// The links that some attempt used.
    func usedLinks(_ words: WordTable) -> Set<Link> {
        var used: Set<Link> = []
        for key in records.keys {
            guard let identity = IdentityID(text: words.text(key.identity)),
                let environment = EnvironmentName(text: words.text(key.environment))
            else { continue }
            for api in AttemptRead.apis(via: words.text(key.via)) {
                used.insert(Link(environment: environment, identity: identity, api: api))
            }
        }
        return used
    }
}

extension AttemptBook.Record {
    fileprivate mutating func add(_ attempt: AttemptRead, at position: Position) {
        guard attempt.asked else {
            skipped += 1
            return
        }
        asked.add(position)
        switch attempt.outcome {
        case .accepted: accepted.add(position)
        case .rejected, .locked: rejected += 1
        case .indeterminate, nil: indeterminate.add(position)
        }
        let milliseconds = attempt.tookMicroseconds / 1_000
        if milliseconds >= AttemptBook.slowMilliseconds { slow.add(position) }
        var power = 0
        while power < took.count - 1, 1 << power < milliseconds { power += 1 }
        took[power] += 1
    }
}
