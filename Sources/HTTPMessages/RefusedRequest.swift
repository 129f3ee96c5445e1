/// A request that an HTTP server refused by itself: malformed, too large, or too slow. No handler saw it.
public struct RefusedRequest: Equatable, Sendable {
    /// The status of its answer.
    public var status: Int
    /// Empty when its request line was not read to the end.
    public var method: String
    /// The path's segments, decoded; nil when its request line was not read to the end.
    public var pathSegments: [String]?
    /// Who opened the connection; the proxy, if there is one.
    public var source: PeerAddress
    /// When it was refused, by the wall clock, in microseconds since 1970.
    public var refusedAt: Int64

    public init(status: Int, method: String, pathSegments: [String]?, source: PeerAddress, refusedAt: Int64) {
        self.status = status
        self.method = method
        self.pathSegments = pathSegments
        self.source = source
        self.refusedAt = refusedAt
    }
}
