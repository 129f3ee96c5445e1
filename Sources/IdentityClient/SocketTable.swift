internal import Glibc

/// The sockets of all connections, so that one can be looked at before it is used again.
///
/// libcurl 7.88 tells which connection a transfer uses only by its two ends. Touched by the client's thread alone.
final class SocketTable {
    /// The two ends of a connection. Unique among the open ones.
    struct Ends: Hashable {
        var remoteAddress: String
        var remotePort: Int32
        var localAddress: String
        var localPort: Int32
    }

    private var socketByEnds: [Ends: Int32] = [:]
    private var endsBySocket: [Int32: Ends] = [:]

    func socket(with ends: Ends) -> Int32? { socketByEnds[ends] }

    /// Finds, among the sockets that a transfer has opened, the one that was connected (others lost a race between
    /// IPv4 and IPv6) and remembers it. `nil` if there is none.
    func remember(_ ends: Ends, among opened: [Int32]) -> Int32? {
        guard let socket = opened.first(where: { localPort(of: $0) == ends.localPort }) else { return nil }
        socketByEnds[ends] = socket
        endsBySocket[socket] = ends
        return socket
    }

    func close(_ socket: Int32) -> Int32 {
        if let ends = endsBySocket.removeValue(forKey: socket) { socketByEnds[ends] = nil }
        return Glibc.close(socket)
    }

    /// Whether something waits to be read: bytes, the end, or an error.
    static func isReadable(_ socket: Int32) -> Bool {
        var poll = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 0) != 0
    }

    private func localPort(of socket: Int32) -> Int32? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
        }
        guard result == 0 else { return nil }
        return withUnsafeBytes(of: storage) { bytes in
            // The port lies at the same place in both families.
            Int32(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        }
    }
}
