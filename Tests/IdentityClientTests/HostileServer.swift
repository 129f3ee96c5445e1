import CCurl
import Glibc
import LedgerTestSupport
import Threads

/// A server on loopback that does with each connection whatever a test tells it to.
final class HostileServer: Sendable {
    struct Request: Sendable {
        var head: String
        var body: [UInt8]
    }

    private struct State {
        var requests: [Request] = []
        var connections = 0
        var open: Set<Int32> = []
        var threads: [WorkerThread] = []
    }

    let port: Int
    private let listener: Int32
    private let tls: TLSContext?
    private let serve: @Sendable (Peer) -> Void
    private let state = Locked(State())

    /// `serve` runs on a thread of its own for each connection, which is closed when it returns.
    init(certificate: TestCertificate? = nil, _ serve: @escaping @Sendable (Peer) -> Void) {
        signal(SIGPIPE, SIG_IGN)
        (listener, port) = listenOnLoopback()
        tls = certificate.map(TLSContext.init)
        self.serve = serve
        let acceptor = WorkerThread(name: "hostile") { [self] in acceptAll() }
        state.withLock { $0.threads.append(acceptor) }
    }

    var connections: Int { state.withLock { $0.connections } }
    var requests: [Request] { state.withLock { $0.requests } }

    /// Ends every connection and waits for every thread.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        let acceptor = state.withLock { $0.threads.removeFirst() }
        acceptor.join()
        close(listener)
        let threads = state.withLock { state in
            for socket in state.open { shutdown(socket, Int32(SHUT_RDWR)) }
            return state.threads
        }
        for thread in threads { thread.join() }
    }

    private func acceptAll() {
        while true {
            let socket = accept(listener, nil, nil)
            guard socket >= 0 else { return }
            state.withLock { state in
                let index = state.connections
                state.connections += 1
                state.open.insert(socket)
                state.threads.append(WorkerThread(name: "peer") { [self] in converse(on: socket, index: index) })
            }
        }
    }

    private func converse(on socket: Int32, index: Int) {
        let received: (Request) -> Void = { request in self.state.withLock { $0.requests.append(request) } }
        if let peer = Peer(socket, index: index, tls: tls, received: received) {
            serve(peer)
            peer.end()
        }
        state.withLock { state in
            state.open.remove(socket)
            close(socket)
        }
    }
}

/// One connection, seen from the server.
final class Peer {
    /// 0 for the first connection.
    let index: Int
    private let socket: Int32
    private let ssl: OpaquePointer?
    private let received: (HostileServer.Request) -> Void
    private var unread: [UInt8] = []

    /// `nil` when the TLS handshake fails.
    init?(_ socket: Int32, index: Int, tls: TLSContext?, received: @escaping (HostileServer.Request) -> Void) {
        self.socket = socket
        self.index = index
        self.received = received
        guard let tls else {
            ssl = nil
            return
        }
        ssl = SSL_new(tls.pointer)
        SSL_set_fd(ssl, socket)
        guard SSL_accept(ssl) == 1 else {
            SSL_free(ssl)
            return nil
        }
    }

    /// The next whole request; `nil` when the client has left.
    @discardableResult
    func receive() -> HostileServer.Request? {
        while true {
            if let end = unread.firstRange(of: [13, 10, 13, 10]) {
                let head = String(decoding: unread[..<end.lowerBound], as: UTF8.self)
                let length =
                    head.lowercased().split(separator: "\r\n")
                    .first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
                if unread.count - end.upperBound >= length {
                    let body = [UInt8](unread[end.upperBound..<(end.upperBound + length)])
                    unread.removeFirst(end.upperBound + length)
                    let request = HostileServer.Request(head: head, body: body)
                    received(request)
                    return request
                }
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = ssl == nil ? recv(socket, &buffer, buffer.count, 0) : Int(SSL_read(ssl, &buffer, 65_536))
            guard count > 0 else { return nil }
            unread += buffer[..<count]
        }
    }

    /// `false` when the client has left.
    @discardableResult
    func send(_ text: String) -> Bool { send([UInt8](text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        if let ssl { return SSL_write(ssl, bytes, Int32(bytes.count)) > 0 }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Answers in the plainest way.
    func answer(_ status: String, _ body: String, fields: String = "") {
        send("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
    }

    /// Returns when the client has left.
    func waitForEnd() {
        while receive() != nil {}
    }

    func end() {
        if let ssl {
            SSL_shutdown(ssl)
            SSL_free(ssl)
        }
        shutdown(socket, Int32(SHUT_RDWR))
    }
}

final class TLSContext: @unchecked Sendable {
    // Safe to share: set up in the initializer; OpenSSL counts references itself.
    let pointer: OpaquePointer?

    init(_ certificate: TestCertificate) {
        pointer = SSL_CTX_new(TLS_server_method())
        precondition(SSL_CTX_use_certificate_chain_file(pointer, certificate.certificateFile) == 1)
        precondition(SSL_CTX_use_PrivateKey_file(pointer, certificate.keyFile, SSL_FILETYPE_PEM) == 1)
    }

    deinit { SSL_CTX_free(pointer) }
}

private func listenOnLoopback() -> (socket: Int32, port: Int) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(listener, $0, length) == 0 && listen(listener, 256) == 0 && getsockname(listener, $0, &length) == 0
        }
    }
    precondition(result, "no free port on loopback")
    return (listener, Int(UInt16(bigEndian: address.sin_port)))
}

/// A port that nobody listens on.
func closedPort() -> Int {
    let (socket, port) = listenOnLoopback()
    close(socket)
    return port
}
