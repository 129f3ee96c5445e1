/// One question to one Identity: a POST to its destination.
public struct IdentityRequest: Sendable {
    public enum ContentType: String, Sendable {
        case json = "application/json"
        case form = "application/x-www-form-urlencoded"
        /// What a witness is sent.
        case text = "text/plain; charset=utf-8"
    }

    /// What an Identity gets when its registration names no timeout.
    public static let defaultTimeoutInMilliseconds = 3_000
    /// A longer timeout is cut to this.
    public static let maximumTimeoutInMilliseconds = 60_000

    public var destination: Destination
    public var body: RequestBody
    public var contentType: ContentType
    /// For the whole call: names, connection, handshake, and the last byte of the answer.
    public var timeoutInMilliseconds: Int
    /// PEM text of the certificates that vouch for the destination, instead of the system's roots.
    public var certificateAuthority: String?
    /// Connections are reused among requests of the same pool only: the Identity's id and revision.
    public var pool: String

    public init(
        destination: Destination, body: RequestBody, contentType: ContentType,
        timeoutInMilliseconds: Int = defaultTimeoutInMilliseconds, certificateAuthority: String? = nil, pool: String
    ) {
        self.destination = destination
        self.body = body
        self.contentType = contentType
        self.timeoutInMilliseconds = timeoutInMilliseconds
        self.certificateAuthority = certificateAuthority
        self.pool = pool
    }

    /// In milliseconds.
    var effectiveTimeout: Int { max(1, min(timeoutInMilliseconds, Self.maximumTimeoutInMilliseconds)) }
}
