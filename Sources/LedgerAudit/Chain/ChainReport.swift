public import AuthorizationCore

/// The identity chain of one API in one environment at one moment, and why it was so.
public struct ChainReport: Sendable {
    public let environment: EnvironmentName
    public let api: Named<APIID>
    /// How many events had been recorded.
    public let size: Int64
    /// The last of them.
    public let last: EventMark
    /// Where API OAuth was deployed; nil while it was not.
    public let oauthDeployed: EventMark?
    /// What about API and environment kept the chain empty, whatever the Identities were.
    public let obstacles: [ChainObstacle]
    /// The Identities in the order in which they were asked.
    public let links: [Link]
    /// Identities that were linked and did not stand in the chain, oldest first.
    public let absent: [Absent]

    /// One Identity of the chain, with the events because of which it stood there.
    public struct Link: Sendable {
        /// 1 for the first to be asked.
        public let ordinal: Int
        public let identity: Named<IdentityID>
        /// The revision deployed in the environment.
        public let revision: Int64
        /// The authentication endpoint, without its query.
        public let destination: String
        /// What gave it its place.
        public let registered: EventMark
        public let linked: EventMark
        public let deployed: EventMark
        public let apiDeployed: EventMark
        /// It stands beyond the longest chain that is asked.
        public var isBeyondMaximum: Bool { ordinal > IdentityChain.maximumLength }
    }

    /// An Identity that was linked to the API, and why it was not in the chain.
    public struct Absent: Sendable {
        public let identity: Named<IdentityID>
        public let linked: EventMark
        public let reasons: [AbsenceReason]
    }

    /// A thing by its id and the name that it had then.
    public struct Named<ID: Sendable>: Sendable {
        public let id: ID
        public let name: String
    }
}

/// An event that something rests on.
public struct EventMark: Equatable, Sendable {
    public let position: Position
    public let type: EventType
    public let recordedAt: Timestamp
    public let actor: Actor
}

/// Why no Identity could be in a chain.
public enum ChainObstacle: Equatable, Sendable {
    case oauthNotDeployed
    case apiRetired(EventMark)
    case apiNotDeployed
    case passwordNotAllowed(revision: Int64)

    /// One plain sentence.
    public var sentence: String {
        switch self {
        case .oauthNotDeployed: "API OAuth was not deployed in the environment."
        case .apiRetired(let mark): "The API was retired at position \(mark.position)."
        case .apiNotDeployed: "The API was not deployed in the environment."
        case .passwordNotAllowed(let revision): "The API's deployed revision \(revision) has the Password option off."
        }
    }
}

/// Why an Identity that was linked was not in the chain.
public enum AbsenceReason: Equatable, Sendable {
    case retired(EventMark)
    case suspended(EventMark, IdentitySuspended.Cause)
    case notDeployed
    /// Nothing about the Identity: see the chain's obstacles.
    case obstacle

    /// A few words.
    public var phrase: String {
        switch self {
        case .retired(let mark): "retired at position \(mark.position)"
        case .suspended(let mark, .acceptsAnything): "suspended at position \(mark.position): it accepts anything"
        case .suspended(let mark, .byOperator): "suspended at position \(mark.position) by an operator"
        case .notDeployed: "not deployed in the environment"
        case .obstacle: "kept out by the environment or the API"
        }
    }
}
