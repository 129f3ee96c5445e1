import Foundation
import Glibc

/// One HTTP/1.1 exchange over a socket of its own: what a client sees, with nothing smoothed over.
enum Probe {
    struct Answer: Sendable {
        var status: Int
        var fields: [(name: String, value: String)]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:] }
        var error: String? { json["error"] as? String }
        var token: String? { json["access_token"] as? String }
        /// What two answers must share to be the same to a client: all but the time.
        var withoutDate: String {
            "\(status) \(fields.filter { $0.name.lowercased() != "date" }.map { "\($0.name): \($0.value)" }) \(text)"
        }
    }

    struct Failed: Error { var reason: String }

    /// `from` is the loopback address that the client has.
    static func send(
        _ method: String, _ target: String, to port: UInt16, fields: [String: String] = [:], body: [UInt8] = [],
        from source: String = "127.0.0.1"
    ) throws -> Answer {
        try exchange(request(method, target, to: port, fields: fields, body: body), with: port, from: source)
    }

    static func request(
        _ method: String, _ target: String, to port: UInt16, fields: [String: String] = [:], body: [UInt8] = []
    ) -> [UInt8] {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
        if !body.isEmpty || method == "POST" || method == "PUT" { head += "Content-Length: \(body.count)\r\n" }
        return Array((head + "\r\n").utf8) + body
    }

    /// Sends bytes as they are and reads until the server closes.
    static func exchange(
        _ bytes: [UInt8], with port: UInt16, from source: String = "127.0.0.1", timeoutSeconds: Int = 60
    ) throws -> Answer {
        let descriptor = try connect(to: port, from: source, timeoutSeconds: timeoutSeconds)
        defer { close(descriptor) }
        // A server that has refused a request need not read it to its end.
        _ = write(bytes, to: descriptor)
        return try read(descriptor)
    }

    /// Reads until the server closes.
    static func read(_ descriptor: Int32) throws -> Answer {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == ECONNRESET, !received.isEmpty { break }
            guard count >= 0 else { throw Failed(reason: "cannot receive: \(errno)") }
            if count == 0 { break }
            received += buffer[..<count]
        }
        return try parse(received)
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    static func connect(
        to port: UInt16, from source: String = "127.0.0.1", timeoutSeconds: Int = 60
    ) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failed(reason: "no socket: \(errno)") }
        var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let isBound = source == "127.0.0.1" || withAddress(source, 0) { bind(descriptor, $0, $1) } == 0
        guard isBound, withAddress("127.0.0.1", port, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
            defer { close(descriptor) }
            throw Failed(reason: "cannot connect: \(errno)")
        }
        return descriptor
    }

    /// Listens on a free port of the loopback interface.
    static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failed(reason: "no socket: \(errno)") }
        guard withAddress("127.0.0.1", 0, { bind(descriptor, $0, $1) }) == 0, Glibc.listen(descriptor, 128) == 0 else {
            defer { close(descriptor) }
            throw Failed(reason: "cannot listen: \(errno)")
        }
        return (descriptor, localPort(descriptor))
    }

    /// A port that nobody listens on.
    static func freePort() throws -> UInt16 {
        let (descriptor, port) = try listen()
        close(descriptor)
        return port
    }

    private static func localPort(_ descriptor: Int32) -> UInt16 {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func withAddress(
        _ host: String, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }

    private static func parse(_ bytes: [UInt8]) throws -> Answer {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw Failed(reason: "no whole head in \(bytes.count) bytes")
        }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw Failed(reason: lines[0]) }
        let answer = Answer(
            status: status, fields: lines.dropFirst().compactMap(field), body: Array(bytes[end.upperBound...]))
        // An answer that was cut off is none.
        if let length = answer.field("Content-Length").flatMap({ Int($0) }), !answer.body.isEmpty {
            guard answer.body.count == length else { throw Failed(reason: "a body of \(answer.body.count) bytes") }
        }
        return answer
    }

    static func field(_ line: String) -> (name: String, value: String)? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        return (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
    }
}
