public import AuthorizationCore
public import EventLog

/// Asks how an identity chain changed from one moment to another.
public struct ChainChanges {
    /// The later moment, with environment and API.
    public var question: ChainAt
    /// The earlier moment; a position counts itself, a time everything recorded at it.
    public var since: Place

    public init(_ question: ChainAt, since: Place) {
        self.question = question
        self.since = since
    }

    /// Throws ``AuditError`` as ``ChainAt/run(_:)`` does for the later moment, and ``AuditError/outOfOrder`` when it is the
    /// earlier one. An environment or API that did not exist at the earlier moment had an empty chain.
    public func run(_ reader: any LedgerReader) throws(AuditError) -> ChainComparison {
        let after = try question.run(reader)
        var earlier = question
        earlier.place = since
        earlier.api = after.api.id.text
        var before: ChainReport?
        var start = try reader.size(through: since)
        do throws(AuditError) {
            before = try earlier.run(reader)
        } catch {
            switch error {
            case .noSuchEnvironment, .noSuchAPI, .beforeFirst: break
            case .store, .noEvent, .beyondHead, .noSuchIdentity, .ambiguousAPI, .noSuchDecision, .outOfOrder:
                throw error
            }
        }
        start = before?.size ?? start
        guard start <= after.size else { throw .outOfOrder }
        let events = try reader.estateEvents(in: start..<after.size)
        return ChainComparison(
            before: before, beforeSize: start, after: after,
            changes: Self.changes(from: before, to: after, by: events))
    }

    private static func changes(
        from before: ChainReport?, to after: ChainReport, by events: [Event]
    ) -> [ChainComparison.Change] {
        let old = before?.links ?? []
        var changes: [ChainComparison.Change] = []
        func add(_ identity: ChainReport.Named<IdentityID>, _ kind: ChainComparison.Change.Kind) {
            let causes = events.filter { $0.concerns(identity.id, after.api.id, in: after.environment) }
            changes.append(.init(identity: identity, kind: kind, events: causes.map(EventMark.init(of:))))
        }
        for link in after.links {
            guard let was = old.first(where: { $0.identity.id == link.identity.id }) else {
                add(link.identity, .joined(ordinal: link.ordinal))
                continue
            }
            if was.revision != link.revision { add(link.identity, .revised(from: was.revision, to: link.revision)) }
            if was.ordinal != link.ordinal { add(link.identity, .moved(from: was.ordinal, to: link.ordinal)) }
            if was.revision == link.revision, was.linked != link.linked || was.deployed != link.deployed {
                add(link.identity, .cameBack)
            }
        }
        for link in old where !after.links.contains(where: { $0.identity.id == link.identity.id }) {
            add(link.identity, .left(ordinal: link.ordinal))
        }
        return changes
    }
}

/// An identity chain at two moments, and what lies between.
public struct ChainComparison: Sendable {
    /// Nil when environment or API did not exist yet.
    public let before: ChainReport?
    /// How many events had been recorded at the earlier moment.
    public let beforeSize: Int64
    public let after: ChainReport
    public let changes: [Change]

    /// One Identity's change, and the events between the two moments that had to do with it.
    public struct Change: Sendable {
        public let identity: ChainReport.Named<IdentityID>
        public let kind: Kind
        public let events: [EventMark]

        public enum Kind: Sendable, Equatable {
            case joined(ordinal: Int)
            case left(ordinal: Int)
            /// Others joined or left before it.
            case moved(from: Int, to: Int)
            case revised(from: Int64, to: Int64)
            /// It stands where it stood, and was out of the chain, or linked or deployed anew, meanwhile.
            case cameBack
        }

        /// A few words.
        public var phrase: String {
            switch kind {
            case .joined(let ordinal): "joined as number \(ordinal)"
            case .left(let ordinal): "left, having been number \(ordinal)"
            case .moved(let from, let to): "moved from number \(from) to number \(to)"
            case .revised(let from, let to): "is asked at revision \(to) instead of \(from)"
            case .cameBack: "was linked or deployed anew"
            }
        }
    }
}

extension EventMark {
    init(of event: Event) {
        self.init(
            position: event.position, type: event.data.type, recordedAt: event.recordedAt, actor: event.actor)
    }
}

extension LedgerReader {
    /// The estate events of a part of the log, decoded.
    func estateEvents(in range: Range<Int64>) throws(AuditError) -> [Event] {
        let positions: [Position]
        do throws(StoreError) {
            positions = try estatePositions(below: Position(range.upperBound))
        } catch {
            throw .store(error)
        }
        var events: [Event] = []
        for position in positions where position.value >= range.lowerBound {
            events.append(try decodedEvent(at: position))
        }
        return events
    }
}

extension Event {
    /// Whether the event can change the place of an Identity in the chain of an API in an environment.
    fileprivate func concerns(_ identity: IdentityID, _ api: APIID, in environment: EnvironmentName) -> Bool {
        switch data {
        case .identities(let data):
            switch data {
            case .registered(let data): data.identity == identity
            case .revised(let data): data.identity == identity
            case .retired(let data): data.identity == identity
            case .linked(let data): data.identity == identity && data.api == api
            case .unlinked(let data): data.identity == identity && data.api == api
            case .deployed(let data): data.identity == identity && data.environment == environment
            case .undeployed(let data): data.identity == identity && data.environment == environment
            case .suspended(let data): data.identity == identity
            case .resumed(let data): data.identity == identity
            }
        case .apis(let data):
            switch data {
            case .registered(let data): data.api == api
            case .revised(let data): data.api == api
            case .retired(let data): data.api == api
            case .deployed(let data): data.api == api && data.environment == environment
            case .undeployed(let data): data.api == api && data.environment == environment
            case .credentialAdded: false
            }
        case .environments(let data):
            switch data {
            case .created(let data): data.environment == environment
            case .oauthDeployed(let data): data.environment == environment
            case .oauthUndeployed(let data): data.environment == environment
            case .configured, .assuranceSchemeSet: false
            }
        case .ledger, .operators, .apps, .tokens, .accounts, .access, .audit: false
        }
    }
}
