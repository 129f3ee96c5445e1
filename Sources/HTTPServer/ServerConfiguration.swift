public import HTTPMessages

/// The limits and hooks of a ``Server``. The defaults are what a token endpoint on the open internet needs.
public struct ServerConfiguration: Sendable {
    /// A limit for the bodies sent to one path and everything below it.
    public struct BodySizeLimit: Sendable {
        /// Decoded segments: `["manager"]` is `/manager` and `/manager/apps`, not `/managers`.
        public var pathPrefix: [String]
        public var maximum: Int

        public init(pathPrefix: [String], maximum: Int) {
            self.pathPrefix = pathPrefix
            self.maximum = maximum
        }
    }

    /// Event-loop threads; nil for one per core.
    public var loopCount: Int?
    /// Nil serves in clear.
    public var tls: TLSIdentity?

    // What one request may be, in bytes: 431, 431, 414 and 413 beyond.
    public var maximumHeadSize = 16_384
    public var maximumFieldCount = 100
    public var maximumTargetSize = 8_192
    public var maximumBodySize = 65_536
    /// Where other limits than ``maximumBodySize`` hold; the longest prefix wins.
    public var bodySizeLimits = [BodySizeLimit(pathPrefix: ["manager"], maximum: 1_048_576)]

    // Absolute deadlines per phase, in milliseconds: a client that sends a byte now and then cannot move them.
    /// From the first byte of a head (or from the connection's start) to its end: 408.
    public var headDeadline = 10_000
    /// From the end of the head to the end of the body: 408.
    public var bodyDeadline = 20_000
    /// From one answer to the next request: the connection is closed.
    public var idleDeadline = 60_000
    /// From an answer to its last byte being taken: the connection is cut.
    public var writeDeadline = 30_000
    /// How long a connection that ends may still send, so that the answer is not lost by a reset.
    public var lingerDeadline = 1_000

    /// Connections open at a time; more are closed at once.
    public var maximumConnections = 4_096
    /// Descriptors that connections leave to everything else in the process. Where the system's limit (its hard one,
    /// to which the soft one is raised) is too low for both, there are fewer connections.
    public var reservedDescriptors = 128
    /// Connections open at a time from one IPv4 address or one IPv6 /64; more are closed at once.
    public var maximumConnectionsPerAddress = 512
    /// Requests that handlers work on at a time; more are answered with 503 and `Retry-After`.
    public var maximumRequestsInFlight = 1_024
    /// What waits for the loop to accept it.
    public var listenBacklog: Int32 = 1_024

    /// Whether an address is free of ``maximumConnectionsPerAddress``: a proxy of ours. Called on a loop's thread.
    public var isExempt: @Sendable (PeerAddress) -> Bool = { _ in false }
    /// Called once per answer, on a loop's thread: it must not wait for anything.
    public var onAccess: @Sendable (AccessRecord) -> Void = { _ in }
    /// Called once per request that the server refuses by itself, before its answer, on a loop's thread: it must not
    /// wait for anything. A request that is only too many (503) is none.
    public var onRefusal: @Sendable (RefusedRequest) -> Void = { _ in }

    public init() {}

    var requestLimits: RequestLimits {
        RequestLimits(
            maximumHeadSize: maximumHeadSize, maximumFieldCount: maximumFieldCount,
            maximumTargetSize: maximumTargetSize, maximumBodySize: maximumBodySize,
            bodySizes: bodySizeLimits.map { .init(pathSegments: $0.pathPrefix, maximum: $0.maximum) })
    }
}
