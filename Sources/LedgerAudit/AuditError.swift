public import AuthorizationCore
public import EventLog

/// Why a question could not be answered. Its description is one sentence that says what to do.
public enum AuditError: Error, Sendable, Equatable {
    case store(StoreError)
    /// The bytes at this place have their hash, but are no event.
    case noEvent(Position)
    /// The ledger is not that long.
    case beyondHead(Position, size: Int64)
    /// The ledger had no event at that time.
    case beforeFirst(Timestamp)
    case noSuchEnvironment(String, known: [String])
    case noSuchAPI(String)
    case noSuchIdentity(IdentityID)
    case ambiguousAPI(String, [APIID])
    /// The log holds no outcome of this decision.
    case noSuchDecision(DecisionID)
    /// The earlier of two moments lies behind the later.
    case outOfOrder

    /// Whether it says that the record is bad, rather than that the question is.
    public var isDamage: Bool {
        switch self {
        case .store(.damaged), .store(.missing), .noEvent: true
        case .store(.unreadable), .store(.closed), .beyondHead, .beforeFirst, .noSuchEnvironment, .noSuchAPI,
            .noSuchIdentity, .ambiguousAPI, .noSuchDecision, .outOfOrder:
            false
        }
    }
}

extension AuditError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .store(.damaged(let position, let fact)):
            "The event at position \(position) is damaged: \(fact). 'authaudit verify' lists all that is."
        case .store(.missing(let position)):
            "The event at position \(position) is missing. 'authaudit verify' lists all that is."
        case .store(.unreadable(let reason)): "The ledger could not be read: \(reason)."
        case .store(.closed): "The ledger was closed."
        case .noEvent(let position):
            "The bytes at position \(position) are no event that this program knows. 'authaudit verify' says more."
        case .beyondHead(let position, let size):
            size == 0
                ? "Position \(position) is not there: the ledger is empty."
                : "Position \(position) is not there: the newest event stands at \(size - 1)."
        case .beforeFirst(let time): "The ledger has no event at or before \(time.text)."
        case .noSuchEnvironment(let name, let known):
            known.isEmpty
                ? "There was no environment '\(name)' then, nor any other."
                : "There was no environment '\(name)' then; there were \(known.joined(separator: ", "))."
        case .noSuchAPI(let name): "There was no API with the id or name '\(name)' then."
        case .noSuchIdentity(let id): "There was never an API Identity \(id.text)."
        case .ambiguousAPI(let name, let ids):
            "Several APIs were called '\(name)' then; use an id: \(ids.map(\.text).joined(separator: ", "))."
        case .outOfOrder: "The earlier moment lies behind the later one."
        case .noSuchDecision(let id): "The ledger holds no outcome of a decision \(id.text)."
        }
    }
}
