/// A complete request, as the server hands it to a handler.
public struct HTTPRequest: Sendable {
    /// As it was sent: methods are case-sensitive (RFC 9110, section 9.1).
    public var method: String
    /// The target as it was sent.
    public var target: String
    /// The path as it was sent, still encoded, without the query: what a log may show.
    public var path: String
    /// The path's segments, decoded: what a router compares. See ``RequestTarget/pathSegments``.
    public var pathSegments: [String]
    /// The query, still encoded.
    public var query: String?
    public var fields: HTTPFields
    public var body: [UInt8]
    /// Who opened the connection; the proxy, if there is one.
    public var source: PeerAddress
    /// The client's certificate (DER) when it showed one on this connection, verified or not; it holds its key.
    public var peerCertificate: [UInt8]?
    /// Whether an authority that the server trusts for clients vouches for ``peerCertificate``.
    public var peerCertificateIsVerified: Bool
    /// When the request was complete, by the wall clock, in microseconds since 1970.
    public var receivedAt: Int64

    public init(
        method: String, target: RequestTarget, fields: HTTPFields = [:], body: [UInt8] = [],
        source: PeerAddress = .v4(0x7F00_0001), peerCertificate: [UInt8]? = nil,
        peerCertificateIsVerified: Bool = false, receivedAt: Int64 = 0
    ) {
        self.method = method
        self.target = target.text
        path = target.path
        pathSegments = target.pathSegments
        query = target.query
        self.fields = fields
        self.body = body
        self.source = source
        self.peerCertificate = peerCertificate
        self.peerCertificateIsVerified = peerCertificateIsVerified
        self.receivedAt = receivedAt
    }
}
