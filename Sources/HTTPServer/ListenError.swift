/// Why a server could not be started.
public enum ListenError: Error, Equatable, Sendable {
    /// The host is neither an IPv4 or IPv6 literal nor `localhost`.
    case notAnAddress(String)
    case addressInUse(port: UInt16)
    case permissionDenied(port: UInt16)
    /// A server starts once.
    case alreadyStarted
    case system(errno: Int32)
}
