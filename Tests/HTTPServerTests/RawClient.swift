import Foundation
import Glibc

/// A client that sends exactly the bytes it is given and reads with a naive parser of its own.
///
/// It blocks, so it is only used inside ``blocking(_:)``: a blocked test must not take a thread from the handlers.
final class RawClient {
    struct Response: Equatable {
        var status: Int
        var fields: [String: String]
        var body: String
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// Nil when nobody listens.
    private init?(connectingTo port: UInt16, receiveBufferSize: Int32?) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        // What a test sends in pieces should arrive in pieces.
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
        if var receiveBufferSize {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBufferSize, 4)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { return nil }
    }

    convenience init(port: UInt16, receiveBufferSize: Int32? = nil) {
        self.init(connectingTo: port, receiveBufferSize: receiveBufferSize)!
    }

    static func isRefused(port: UInt16) -> Bool {
        RawClient(connectingTo: port, receiveBufferSize: nil) == nil
    }

    deinit {
        end()
    }

    func send(_ text: String) {
        send([UInt8](text.utf8))
    }

    /// Sends what the server takes. False when it has cut the connection.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Cuts the connection with a reset.
    func reset() {
        var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        end()
    }

    func end() {
        if !isClosed { close(descriptor) }
        isClosed = true
    }

    /// Ends both directions, and whatever another thread is sending.
    func hangUp() {
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    func finishWriting() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// The next response, or nil when the connection ends before it is complete.
    func response(toHead: Bool = false) -> Response? {
        while true {
            if let response = takeResponse(toHead: toHead) { return response }
            guard fill() else { return nil }
        }
    }

    /// True when the server ends the connection without saying more. Takes up to ten seconds to say no.
    func sawEnd() -> Bool {
        buffer.isEmpty && !fill() && buffer.isEmpty && !timedOut
    }

    /// Whether something, or the end, comes within so many milliseconds.
    func hasInput(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return !buffer.isEmpty || poll(&entry, 1, milliseconds) > 0
    }

    private var timedOut = false
    private var isClosed = false

    private func fill() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        timedOut = count < 0 && errno == EAGAIN
        guard count > 0 else { return false }
        buffer += chunk[..<count]
        return true
    }

    private func takeResponse(toHead: Bool) -> Response? {
        let text = String(decoding: buffer, as: UTF8.self).unicodeScalars
        let lines = Array("\r\n\r\n".unicodeScalars)
        guard let end = text.indices.first(where: { text[$0...].starts(with: lines) }) else { return nil }
        let head = String(text[..<end]).split(separator: "\r\n").map(String.init)
        // A status of 0 stands for a response that does not start with a status line.
        let status = head[0].hasPrefix("HTTP/1.1 ") ? Int(head[0].split(separator: " ")[1]) : nil
        var response = Response(status: status ?? 0, fields: [:], body: "")
        for line in head.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            response.fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
        }
        let headSize = String(text[..<end]).utf8.count + 4
        let bodySize = toHead ? 0 : Int(response.fields["content-length"] ?? "0") ?? 0
        guard buffer.count >= headSize + bodySize else { return nil }
        response.body = String(decoding: buffer[headSize..<(headSize + bodySize)], as: UTF8.self)
        buffer.removeFirst(headSize + bodySize)
        return response
    }
}

/// Runs blocking code on a thread of its own.
func blocking<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: body()) }
    }
}
