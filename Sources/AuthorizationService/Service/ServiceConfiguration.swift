public import HTTPMessages
public import IdentityClient

/// What the operator set when the service was started, besides what the ledger itself says.
public struct ServiceConfiguration: Sendable {
    /// Without a trailing slash; every issuer begins with it.
    public var baseURL: String
    public var destinations: DestinationPolicy
    /// A proxy's key counts only from these addresses; from anywhere when empty.
    public var trustedProxies: Set<PeerAddress> = []
    /// Below this much free space nothing unauthenticated is recorded; below half of it tokens are refused.
    public var minimumFreeBytes: Int64 = 1 << 30
    /// Free space of the ledger's file system, in bytes.
    public var freeBytes: @Sendable () -> Int64 = { .max }
    /// Token requests being answered at once; more are told to come back.
    public var maximumTokenRequests = 768
    /// Introspections being answered at once.
    public var maximumIntrospections = 256
    /// Management, revocation, audit and ledger requests being answered at once.
    public var maximumManagementRequests = 128

    public init(baseURL: String, destinations: DestinationPolicy = DestinationPolicy()) {
        self.baseURL = baseURL
        self.destinations = destinations
    }

    /// Whether what somebody unknown does may be recorded.
    var hasSpaceForStrangers: Bool { freeBytes() >= minimumFreeBytes }
    /// Whether tokens and the estate may take space. What is left below belongs to what stops somebody.
    var hasSpaceForDecisions: Bool { freeBytes() >= minimumFreeBytes / 2 }
}
