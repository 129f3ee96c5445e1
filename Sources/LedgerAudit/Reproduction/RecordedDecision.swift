internal import AuthorizationCore

/// One event of a decision.
struct Recorded<Data> {
    let position: Position
    let recordedAt: Timestamp
    let actor: RecordedActor
    let blind: Bytes16
    let data: Data
}

extension Recorded {
    init(_ event: Event, _ data: Data) {
        self.init(
            position: event.position, recordedAt: event.recordedAt, actor: RecordedActor(event.actor),
            blind: event.blind, data: data)
    }
}

/// Who is on the record for an event: an app by its id, so that no text is made of it.
enum RecordedActor: Equatable {
    case app(AppID)
    case other(Actor)

    init(_ actor: Actor) {
        if actor.kind == .app, let id = AppID(text: actor.id) { self = .app(id) } else { self = .other(actor) }
    }

    var id: String {
        switch self {
        case .app(let id): id.text
        case .other(let actor): actor.id
        }
    }
}

/// An event as a step of a decision.
enum DecisionStep {
    case requested(Recorded<TokenRequest>)
    case attempted(Recorded<ValidationAttempted>)
    case opened(Recorded<AccountOpened>)
    case ended(Recorded<RecordedDecision.Outcome>)

    /// Nil for an event that is no step of a decision.
    init?(_ event: Event) {
        switch event.data {
        case .tokens(.requested(let data)): self = .requested(Recorded(event, data))
        case .tokens(.attempted(let data)): self = .attempted(Recorded(event, data))
        case .accounts(.opened(let data)): self = .opened(Recorded(event, data))
        case .tokens(.issued(let data)): self = .ended(Recorded(event, .issued(data)))
        case .tokens(.refused(let data)): self = .ended(Recorded(event, .refused(data)))
        case .tokens, .accounts, .ledger, .operators, .environments, .apis, .identities, .apps, .access, .audit:
            return nil
        }
    }

    var position: Position {
        switch self {
        case .requested(let step): step.position
        case .attempted(let step): step.position
        case .opened(let step): step.position
        case .ended(let step): step.position
        }
    }
}

/// All that the log tells of one decision.
struct RecordedDecision {
    enum Outcome {
        case issued(TokenIssued)
        case refused(TokenRefused)
    }

    let id: DecisionID
    private(set) var requested: Recorded<TokenRequest>?
    /// As they stand in the log.
    private(set) var attempts: [Recorded<ValidationAttempted>] = []
    private(set) var opened: Recorded<AccountOpened>?
    private(set) var outcome: Recorded<Outcome>?
    /// Events that a decision has once, and this one has again; or that stand behind its outcome.
    private(set) var superfluous: [Position] = []

    /// More than any decision has: a chain, asked anew after each of its moves.
    private static let maximumAttempts = 256

    init(_ id: DecisionID) { self.id = id }

    mutating func take(_ step: DecisionStep) {
        switch step {
        case .requested(let data) where requested == nil && outcome == nil: requested = data
        case .attempted(let data) where outcome == nil && attempts.count < Self.maximumAttempts:
            attempts.append(data)
        case .opened(let data) where opened == nil && outcome == nil:
            opened = data
        case .ended(let data) where outcome == nil: outcome = data
        case .requested, .attempted, .opened, .ended:
            if superfluous.count < Self.maximumAttempts { superfluous.append(step.position) }
        }
    }

    /// The request's facts, wherever they stand.
    var request: TokenRequest? {
        if let requested { return requested.data }
        guard case .refused(let data) = outcome?.data else { return nil }
        return data.request
    }

    /// Where the append began that holds the outcome.
    var firstOfAppend: Position? { attempts.first?.position ?? opened?.position ?? outcome?.position }
}
