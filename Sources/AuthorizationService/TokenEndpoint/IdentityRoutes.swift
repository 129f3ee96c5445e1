internal import AuthorizationCore
internal import IdentityClient
internal import Threads

/// Where calls to Identities go: their destinations, parsed, by revision and environment.
final class IdentityRoutes: Sendable {
    private static let maximumKept = 4_096

    struct Key: Hashable {
        var identity: IdentityID
        /// The event that made the revision.
        var madeAt: Position
        var environment: EnvironmentName
    }

    struct Route {
        var destination: IdentityClient.Destination
        /// Connections are shared within one revision, and with nobody else.
        var pool: String
    }

    private let kept = Locked<[Key: Route]>([:])

    func route(_ key: Key) -> Route? {
        kept.withLock { $0[key] }
    }

    func keep(_ route: Route, for key: Key) {
        kept.withLock { kept in
            if kept.count >= Self.maximumKept { kept.removeAll() }
            kept[key] = route
        }
    }
}
