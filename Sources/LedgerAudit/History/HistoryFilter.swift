public import AuthorizationCore

/// Which events a history shows: those that fulfil every condition that is set. Within one condition any value will do.
public struct HistoryFilter: Sendable {
    /// The first and the last place, both included.
    public var from: Place?
    public var to: Place?
    public var types: [TypePattern] = []
    public var environments: Set<EnvironmentName> = []
    public var apis: Set<APIID> = []
    public var identities: Set<IdentityID> = []
    public var apps: Set<AppID> = []
    /// Events that belong to the decision.
    public var decisions: Set<DecisionID> = []
    /// Events that belong to the decision that issued the token, or name the token.
    public var tokens: Set<DecisionID> = []
    /// Nothing is shown beyond this many.
    public var limit: Int?

    public init() {}

    /// An event type, or a family of them: `token.issued`, or `token.` for all that begin so.
    public enum TypePattern: Equatable, Sendable {
        case exactly(EventType)
        case family(String)

        /// Nil when no event type is meant.
        public init?(_ text: String) {
            if let type = EventType(rawValue: text) {
                self = .exactly(type)
            } else if text.hasSuffix("."), EventType.allCases.contains(where: { $0.rawValue.hasPrefix(text) }) {
                self = .family(text)
            } else {
                return nil
            }
        }

        func matches(_ type: EventType) -> Bool {
            switch self {
            case .exactly(let exact): type == exact
            case .family(let prefix): type.rawValue.hasPrefix(prefix)
            }
        }
    }

    func matches(_ type: EventType) -> Bool {
        types.isEmpty || types.contains { $0.matches(type) }
    }

    /// Whether it leaves out anything of its period.
    public var isNarrowed: Bool { !types.isEmpty || !decisions.isEmpty || !tokens.isEmpty || needsDecisions }

    /// Whether it asks for something that other events of a decision may name instead.
    var needsDecisions: Bool {
        !environments.isEmpty || !apis.isEmpty || !identities.isEmpty || !apps.isEmpty
    }

    /// `mentions` are the event's own and those of its decision before it.
    func matches(_ event: Event, _ own: Mentions, _ decision: Mentions?) -> Bool {
        func holds<Value: Hashable>(_ wanted: Set<Value>, _ path: KeyPath<Mentions, Set<Value>>) -> Bool {
            wanted.isEmpty || !wanted.isDisjoint(with: own[keyPath: path])
                || decision.map { !wanted.isDisjoint(with: $0[keyPath: path]) } ?? false
        }
        guard holds(environments, \.environments), holds(apis, \.apis), holds(identities, \.identities),
            holds(apps, \.apps)
        else { return false }
        guard decisions.isEmpty || decisions.contains(where: { $0.text == event.correlation }) else { return false }
        return tokens.isEmpty || !tokens.isDisjoint(with: own.decisions)
    }
}
