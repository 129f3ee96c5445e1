public import HTTPMessages

/// One answer, for the access log. It holds nothing of the query, the fields or the bodies, where secrets travel.
public struct AccessRecord: Equatable, Sendable {
    /// Empty when the request was refused before its first line was complete, like ``path``.
    public let method: String
    /// As it was sent, percent-encoded: visible ASCII, without the query.
    public let path: String
    public let status: Int
    /// The bodies, without framing, in bytes.
    public let requestBodySize: Int
    public let responseBodySize: Int
    /// From the complete request to the answer, in microseconds; 0 for what no handler saw.
    public let duration: Int64
    /// When the request was complete, by the wall clock, in microseconds since 1970.
    public let receivedAt: Int64
    /// Personal data in most places: write it only where it was asked for.
    public let source: PeerAddress
    /// The client had left before the answer was there. The handler ran to its end all the same.
    public let clientLeft: Bool
}
