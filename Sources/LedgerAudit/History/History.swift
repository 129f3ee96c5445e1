public import AuthorizationCore
public import EventLog
public import LedgerCrypto

/// The events of a ledger that fulfil a filter, oldest first.
public struct History {
    /// Before the first event that is shown, so many are read for what they say of decisions that end later. More
    /// events than this cannot stand between a request and its outcome: 1,024 requests are under way at most.
    static let lookback: Int64 = 32_768
    /// Decisions whose facts are remembered at once; the oldest are forgotten first.
    static let maximumDecisions = 65_536

    public var filter: HistoryFilter

    public init(_ filter: HistoryFilter = HistoryFilter()) {
        self.filter = filter
    }

    /// One event that is shown.
    public struct Entry {
        public let event: Event
        /// Its recorded bytes: canonical JSON.
        public let body: [UInt8]
        public let leafHash: SHA256Digest
        /// What happened, in one line of plain words.
        public let summary: String
    }

    /// Where a history ended.
    public struct End: Equatable, Sendable {
        public var shown: Int
        /// The limit was reached; the search would go on here.
        public var next: Position?
    }

    /// Gives every event that fulfils the filter to `body`. `progress` is told events read and events to read.
    ///
    /// The bytes are hashed again on the way. Throws ``AuditError`` at the first event that is damaged.
    public func run(
        _ reader: any LedgerReader, progress: (Int64, Int64) -> Void = { _, _ in }, _ body: (Entry) -> Void
    ) throws(AuditError) -> End {
        var (start, end) = (Int64(0), try reader.headSize())
        if let from = filter.from { start = try reader.size(before: from) }
        if let to = filter.to { end = try reader.size(through: to) }
        guard start < end else { return End(shown: 0) }
        let first = filter.needsDecisions ? max(0, start - Self.lookback) : start
        var search = HistorySearch(filter, start: start, estate: try reader.estate(ofSize: first))
        var failure: AuditError?
        do throws(StoreError) {
            try reader.scan(first..<end) { (position, leaf, leafHash) in
                if (position.value - first) % 4_096 == 0 { progress(position.value - first, end - first) }
                do throws(AuditError) {
                    return try search.take(leaf, leafHash, at: position, body)
                } catch {
                    failure = error
                    return false
                }
            }
        } catch {
            throw .store(error)
        }
        if let failure { throw failure }
        return End(shown: search.shown, next: search.next)
    }
}

/// The state of one search.
struct HistorySearch {
    private let filter: HistoryFilter
    private let start: Int64
    /// What stood before the event at hand, so that things can be called by their names of that time.
    private var estate: Estate
    private var decisions: [DecisionID: Mentions] = [:]
    private var order: [DecisionID] = []
    private(set) var shown = 0
    private(set) var next: Position?

    init(_ filter: HistoryFilter, start: Int64, estate: Estate) {
        self.filter = filter
        self.start = start
        self.estate = estate
    }

    /// False when no more events are wanted.
    mutating func take(
        _ leaf: UnsafeRawBufferPointer, _ leafHash: SHA256Digest, at position: Position,
        _ body: (History.Entry) -> Void
    ) throws(AuditError) -> Bool {
        if let limit = filter.limit, shown >= limit {
            next = position
            return false
        }
        guard let type = try? RecordedForm.type(of: leaf) else { throw .noEvent(position) }
        let isWanted = position.value >= start && filter.matches(type)
        let isStep = filter.needsDecisions && type.tellsOfDecision
        guard isWanted || isStep || type.isEstate else { return true }
        guard let event = try? RecordedForm.decode(leaf), event.position == position else { throw .noEvent(position) }
        if isWanted || isStep {
            let mentions = Mentions(event)
            let decision = DecisionID(text: event.correlation)
            if isStep, let decision { remember(mentions, of: decision) }
            if isWanted, filter.matches(event, mentions, decision.flatMap { decisions[$0] }) {
                shown += 1
                body(
                    History.Entry(
                        event: event, body: [UInt8](leaf), leafHash: leafHash,
                        summary: EventSummary(estate: estate).sentence(of: event)))
            }
        }
        if event.data.isEstate { estate.fold(event) }
        return true
    }

    private mutating func remember(_ mentions: Mentions, of decision: DecisionID) {
        if decisions[decision] == nil {
            order.append(decision)
            if order.count > 2 * History.maximumDecisions {
                for forgotten in order.prefix(History.maximumDecisions) { decisions[forgotten] = nil }
                order.removeFirst(History.maximumDecisions)
            }
        }
        decisions[decision, default: mentions].formUnion(mentions)
    }
}

extension Mentions {
    fileprivate mutating func formUnion(_ other: Mentions) {
        environments.formUnion(other.environments)
        apis.formUnion(other.apis)
        identities.formUnion(other.identities)
        apps.formUnion(other.apps)
    }
}

extension EventType {
    /// Whether it says for which app, in which environment, or by which Identity a decision was made.
    fileprivate var tellsOfDecision: Bool {
        switch self {
        case .tokenRequested, .validationAttempted, .tokenRefused, .tokenIssued: true
        default: false
        }
    }

    /// Whether events of the type change the estate.
    var isEstate: Bool { EventData(empty: self).isEstate }
}
