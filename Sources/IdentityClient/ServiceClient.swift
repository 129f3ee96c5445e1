/// Speaks to a running service on behalf of an operator's command: one request at a time, and the caller waits.
///
/// The service's certificate is verified, redirects are answers like others, and nothing of the environment (proxies,
/// `.netrc`) has a say. Every request has a connection of its own: libcurl would send a request again when a used
/// connection ends without an answer, and a command must not be given twice.
public struct ServiceClient: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
    }

    public typealias Field = (name: String, value: String)

    /// In bytes, of an answer's body.
    public static let maximumAnswerSize = 16_777_216
    public static let defaultTimeoutInMilliseconds = 30_000

    /// For a whole request: names, connection, handshake, and the last byte of the answer.
    private let timeoutInMilliseconds: Int
    private let certificateAuthority: String?

    /// - Parameter certificateAuthority: PEM text of the certificates that vouch for the service, instead of the
    ///   system's roots.
    public init(
        timeoutInMilliseconds: Int = defaultTimeoutInMilliseconds, certificateAuthority: String? = nil
    ) {
        self.timeoutInMilliseconds = max(1, timeoutInMilliseconds)
        self.certificateAuthority = certificateAuthority
    }

    /// Sends a request with a bearer key (RFC 6750, section 2.1) and waits for the answer, whatever its status.
    ///
    /// After ``ServiceClientError/failed(_:)`` the caller does not know whether the service has done what was asked.
    ///
    /// - Parameters:
    ///   - url: https, or http on a loopback host, where nobody can listen.
    ///   - body: JSON, or nil for a request without one.
    ///   - fields: Further header fields: names are tokens, values visible ASCII.
    public func send(
        _ method: Method, _ url: String, key: String, body: [UInt8]? = nil, fields: [Field] = []
    ) throws(ServiceClientError) -> ServiceAnswer {
        let destination = try Self.destination(url)
        guard !key.isEmpty, key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .keyUnusable }
        var lines = ["Authorization: Bearer \(key)", "Accept: application/json", "Expect:"]
        if body != nil { lines.append("Content-Type: application/json") }
        for field in fields {
            guard field.name.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }),
                !field.name.isEmpty, !field.value.isEmpty, field.value.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { throw .fieldUnusable(field.name) }
            lines.append("\(field.name): \(field.value)")
        }
        guard CurlLibrary.isReady, let transfer = ServiceTransfer() else { throw .failed(.callNotMade) }
        return try transfer.perform(
            method, destination, lines, body, timeoutInMilliseconds: timeoutInMilliseconds,
            certificateAuthority: certificateAuthority)
    }

    /// Gets what is everybody's and proves itself, such as a checkpoint: nothing secret is sent, so plain http will do.
    ///
    /// - Parameter maximumBytes: A longer body is a failure.
    public func fetch(_ url: String, maximumBytes: Int) throws(ServiceClientError) -> ServiceAnswer {
        let destination: Destination
        do throws(DestinationError) {
            destination = try Destination(parsing: url)
        } catch {
            throw .noURL(error)
        }
        guard CurlLibrary.isReady, let transfer = ServiceTransfer(maximumAnswerSize: maximumBytes) else {
            throw .failed(.callNotMade)
        }
        return try transfer.perform(
            .get, destination, ["Accept: */*", "Expect:"], nil, timeoutInMilliseconds: timeoutInMilliseconds,
            certificateAuthority: certificateAuthority)
    }

    /// Reads the address of a service, or of something in it.
    public static func destination(_ url: String) throws(ServiceClientError) -> Destination {
        let destination: Destination
        do throws(DestinationError) {
            destination = try Destination(parsing: url)
        } catch {
            throw .noURL(error)
        }
        // libcurl knows `localhost` without asking anybody.
        let isLoopback = destination.host == "localhost" || destination.address?.reach == .loopback
        guard destination.scheme == .https || isLoopback else { throw .unprotected }
        return destination
    }
}

/// What a service answered.
public struct ServiceAnswer: Sendable {
    public var status: Int
    public var fields: [ServiceClient.Field]
    public var body: [UInt8]

    public init(status: Int, fields: [ServiceClient.Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The value of the first field of this name, in either case.
    public func field(_ name: String) -> String? {
        fields.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// Why a request to a service brought no answer. It never holds the key.
public enum ServiceClientError: Error, Equatable, Sendable {
    case noURL(DestinationError)
    /// Plain http to another machine: whoever listens would have the key.
    case unprotected
    /// The key holds something other than visible ASCII.
    case keyUnusable
    /// A header field of this name cannot be sent as it is.
    case fieldUnusable(String)
    case failed(IdentityCallFailure)
}
