internal import AuthorizationCore
internal import EventLog
public import HTTPMessages

/// What apps and APIs must know of an environment's token endpoint: its metadata (RFC 8414) and its keys (RFC 7517).
///
/// Both stay when API OAuth is undeployed: what was issued must remain verifiable.
public final class MetadataDoor: Sendable {
    private let context: ServiceContext

    public init(_ context: ServiceContext) {
        self.context = context
    }

    /// Answers `/.well-known/oauth-authorization-server/{env}` and `/{env}/oauth/jwks`.
    public func answer(_ request: HTTPRequest) -> HTTPResponse {
        let estate = context.store.state.estate
        guard let document = Document(request.pathSegments), let environment = document.environment(in: estate) else {
            return Self.notFound
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            return .json(
                Array(#"{"error":"invalid_request"}"#.utf8), status: 405,
                fields: ["Allow": "GET, HEAD", "Cache-Control": "no-store"])
        }
        switch document {
        case .metadata:
            return .json(
                ServerMetadata(of: environment, in: estate).json, fields: ["Cache-Control": "public, max-age=60"])
        case .keys:
            return .json(
                KeySet(of: environment.name, in: estate).json, fields: ["Cache-Control": "public, max-age=300"])
        }
    }

    private enum Document {
        case metadata(path: [String])
        case keys(String)

        init?(_ segments: [String]) {
            if segments.count >= 3, segments[0] == ".well-known", segments[1] == "oauth-authorization-server" {
                self = .metadata(path: Array(segments[2...]))
            } else if segments.count == 3, segments[1] == "oauth", segments[2] == "jwks" {
                self = .keys(segments[0])
            } else {
                return nil
            }
        }

        func environment(in estate: Estate) -> Environment? {
            switch self {
            case .keys(let name):
                return EnvironmentName(text: name).flatMap { estate.environments[$0] }
            case .metadata(let path):
                guard let name = path.last.flatMap({ EnvironmentName(text: $0) }),
                    let environment = estate.environments[name]
                else { return nil }
                // RFC 8414, section 3.1: what follows the well-known part is the path of the issuer, which has more
                // segments where the base URL has a path.
                return path.count == 1 || path == environment.issuerPath ? environment : nil
            }
        }
    }

    static let notFound = HTTPResponse.json(
        Array(#"{"error":"not_found"}"#.utf8), status: 404, fields: ["Cache-Control": "no-store"])
}

extension Environment {
    /// The segments of the issuer's path: what stands after scheme and authority.
    fileprivate var issuerPath: [String] {
        issuer.split(separator: "/", omittingEmptySubsequences: false).dropFirst(3).map(String.init)
    }
}
