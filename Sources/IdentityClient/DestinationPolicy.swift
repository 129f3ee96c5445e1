/// Which destinations may be registered, and which addresses may be connected to.
///
/// Loopback, link-local, unspecified and multicast addresses are refused, both as they are written in a URL and as
/// the address that a name turned out to have: a name that is bound anew after its registration (DNS rebinding) does
/// not lead into this machine. Private networks (RFC 1918, RFC 4193) are fine: internal user stores are the point.
public struct DestinationPolicy: Sendable, Equatable {
    /// Lets loopback and link-local addresses pass. For trying things out on one machine.
    public var allowPrivate: Bool
    /// When given, the only hosts that may be named: lower-case, compared whole. It does not replace the other rules.
    public var allowedHosts: [String]?

    public init(allowPrivate: Bool = false, allowedHosts: [String]? = nil) {
        self.allowPrivate = allowPrivate
        self.allowedHosts = allowedHosts
    }

    /// Judges a destination as it is written: at registration, and again before each call.
    public func check(_ destination: Destination) throws(DestinationRefusal) {
        if let allowedHosts, !allowedHosts.contains(destination.host) { throw .hostNotAllowed }
        if let address = destination.address {
            try check(address: address)
        } else if !allowPrivate, destination.host == "localhost" || destination.host.hasSuffix(".localhost") {
            // RFC 6761, section 6.3: these names are loopback whatever a resolver says.
            throw .loopback
        }
    }

    /// Judges the address that a connection is about to go to.
    public func check(address: IPAddress) throws(DestinationRefusal) {
        switch address.reach {
        case .host:
            return
        case .multicast:
            throw .multicast
        case .unspecified:
            if !allowPrivate { throw .unspecified }
        case .loopback:
            if !allowPrivate { throw .loopback }
        case .linkLocal:
            if !allowPrivate { throw .linkLocal }
        }
    }
}

/// Why a destination is refused.
public enum DestinationRefusal: String, Error, CaseIterable, Sendable {
    case hostNotAllowed = "host_not_allowed"
    case unspecified
    case loopback
    case linkLocal = "link_local"
    case multicast
}
