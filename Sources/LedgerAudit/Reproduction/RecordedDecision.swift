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
    /// A refresh token was presented that belongs to a family.
    case rotated(Recorded<RefreshEvent>, RecordedDecision.Rotation)
    /// A family was ended by the decision.
    case revoked(Recorded<TokenRevoked>)
    case ended(Recorded<RecordedDecision.Outcome>)

    /// Nil for an event that is no step of a decision.
    init?(_ event: Event) {
        switch event.data {
        case .tokens(.requested(let data)): self = .requested(Recorded(event, data))
        case .tokens(.attempted(let data)): self = .attempted(Recorded(event, data))
        case .accounts(.opened(let data)): self = .opened(Recorded(event, data))
        case .tokens(.issued(let data)): self = .ended(Recorded(event, .issued(data)))
        case .tokens(.refused(let data)): self = .ended(Recorded(event, .refused(data)))
        case .tokens(.refreshUsed(let data)): self = .rotated(Recorded(event, data), .used)
        case .tokens(.refreshRepeated(let data)): self = .rotated(Recorded(event, data), .repeated)
        case .tokens(.refreshReuseDetected(let data)): self = .rotated(Recorded(event, data), .reused)
        case .tokens(.revoked(let data)): self = .revoked(Recorded(event, data))
        case .accounts, .ledger, .operators, .environments, .apis, .identities, .apps, .access, .audit:
            return nil
        }
    }

    var position: Position {
        switch self {
        case .requested(let step): step.position
        case .attempted(let step): step.position
        case .opened(let step): step.position
        case .rotated(let step, _): step.position
        case .revoked(let step): step.position
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

    /// What became of a refresh token that was presented.
    enum Rotation: Equatable { case used, repeated, reused }

    let id: DecisionID
    private(set) var requested: Recorded<TokenRequest>?
    /// As they stand in the log.
    private(set) var attempts: [Recorded<ValidationAttempted>] = []
    private(set) var opened: Recorded<AccountOpened>?
    private(set) var rotated: (event: Recorded<RefreshEvent>, kind: Rotation)?
    private(set) var revoked: Recorded<TokenRevoked>?
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
        case .rotated(let data, let kind) where rotated == nil && outcome == nil: rotated = (data, kind)
        case .revoked(let data) where revoked == nil && outcome == nil: revoked = data
        case .ended(let data) where outcome == nil: outcome = data
        case .requested, .attempted, .opened, .rotated, .revoked, .ended:
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
    var firstOfAppend: Position? {
        let first = attempts.first?.position ?? opened?.position ?? rotated?.event.position ?? outcome?.position
        // Where nobody is asked, the request is recorded with its outcome.
        return asksNobody ? requested?.position ?? first : first
    }

    /// The grant is decided on the log alone.
    var asksNobody: Bool {
        switch request.flatMap({ Grant(rawValue: $0.grant) }) {
        case .refreshToken, .clientCredentials: true
        case .password, .tokenExchange, nil: false
        }
    }
}
