internal import AuthorizationCore

/// One event of a decision.
struct Recorded<Data> {
    let position: Position
    let recordedAt: Timestamp
    let actor: Actor
    let blind: Bytes16
    let data: Data

    init(_ event: Event, _ data: Data) {
        position = event.position
        recordedAt = event.recordedAt
        actor = event.actor
        blind = event.blind
        self.data = data
    }
}

/// All that the log tells of one decision.
struct RecordedDecision {
    enum Outcome {
        case issued(TokenIssued)
        case refused(TokenRefused)
    }

    let id: DecisionID
    var requested: Recorded<TokenRequest>?
    /// As they stand in the log.
    var attempts: [Recorded<ValidationAttempted>] = []
    var opened: Recorded<AccountOpened>?
    var outcome: Recorded<Outcome>?
    /// Events that a decision has once, and this one has again; or that stand behind its outcome.
    var superfluous: [Position] = []

    init(_ id: DecisionID) { self.id = id }

    /// Takes an event of the decision in. Events that belong to no step of a decision are passed over.
    mutating func take(_ event: Event) {
        switch event.data {
        case .tokens(.requested(let data)) where requested == nil && outcome == nil:
            requested = Recorded(event, data)
        case .tokens(.attempted(let data)) where outcome == nil && attempts.count < Self.maximumAttempts:
            attempts.append(Recorded(event, data))
        case .accounts(.opened(let data)) where opened == nil && outcome == nil:
            opened = Recorded(event, data)
        case .tokens(.issued(let data)) where outcome == nil:
            outcome = Recorded(event, .issued(data))
        case .tokens(.refused(let data)) where outcome == nil:
            outcome = Recorded(event, .refused(data))
        case .tokens(.requested), .tokens(.attempted), .accounts(.opened), .tokens(.issued), .tokens(.refused):
            if superfluous.count < Self.maximumAttempts { superfluous.append(event.position) }
        case .tokens, .accounts, .ledger, .operators, .environments, .apis, .identities, .apps, .access, .audit:
            break
        }
    }

    /// More than any decision has: a chain, asked anew after each of its moves.
    private static let maximumAttempts = 256

    /// The request's facts, wherever they stand.
    var request: TokenRequest? {
        if let requested { return requested.data }
        guard case .refused(let data) = outcome?.data else { return nil }
        return data.request
    }

    /// Where the append began that holds the outcome.
    var firstOfAppend: Position? { attempts.first?.position ?? opened?.position ?? outcome?.position }
}
