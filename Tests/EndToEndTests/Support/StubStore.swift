import Foundation
import Glibc
import Synchronization

/// A user store whose answers a test decides, and whose calls it sees.
///
/// It has threads of its own and shares no code with the service: a test may block while it waits for the service,
/// and the service's HTTP client is answered by somebody else's server.
final class StubStore: Sendable {
    struct Request: Sendable {
        var method: String
        var target: String
        var fields: [(name: String, value: String)]
        var body: [UInt8]

        func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }
        var text: String { String(decoding: body, as: UTF8.self) }
        /// The form or the JSON object that came, as far as it holds strings.
        var userName: String? { value("username") }
        var password: String? { value("password") }

        func value(_ name: String) -> String? {
            if let json = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] {
                return json[name] as? String
            }
            for pair in text.split(separator: "&") where pair.hasPrefix("\(name)=") {
                return pair.dropFirst(name.count + 1).replacingOccurrences(of: "+", with: " ").removingPercentEncoding
            }
            return nil
        }
    }

    struct Answer: Sendable {
        var status: Int
        var fields: [(name: String, value: String)] = []
        var body: [UInt8] = []
        /// The connection is closed without a word.
        var hangsUp = false
    }

    struct Call: Sendable {
        var request: Request
        /// Monotonic, in nanoseconds.
        var at: UInt64
        var endedAt: UInt64

        var body: [UInt8] { request.body }
        var text: String { request.text }
        var contentType: String? { request.field("Content-Type") }
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:] }
    }

    typealias Behaviour = @Sendable (Request) -> Answer

    private final class Shared: Sendable {
        let calls = Mutex<[Call]>([])
        let behaviour: Mutex<Behaviour>
        let isStopped = Mutex(false)

        init(_ behaviour: @escaping Behaviour) { self.behaviour = Mutex(behaviour) }
    }

    private let shared: Shared
    private let listener: Int32
    let port: UInt16

    /// Rejects everybody until told otherwise.
    init(_ behaviour: @escaping Behaviour = { _ in StubStore.reject }) throws {
        shared = Shared(behaviour)
        (listener, port) = try Probe.listen()
        let (shared, listener) = (shared, listener)
        Thread.detachNewThread {
            while true {
                let connection = Glibc.accept(listener, nil, nil)
                if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard connection >= 0, !shared.isStopped.withLock({ $0 }) else { break }
                Thread.detachNewThread { Self.serve(connection, shared) }
            }
            close(listener)
        }
    }

    deinit { stop() }

    /// Nobody is listening any more.
    func stop() {
        let wasStopped = shared.isStopped.withLock { isStopped in
            defer { isStopped = true }
            return isStopped
        }
        if !wasStopped { shutdown(listener, Int32(SHUT_RDWR)) }
    }

    var url: String { "http://127.0.0.1:\(port)/validate" }
    var calls: [Call] { shared.calls.withLock { $0 } }
    func forget() { shared.calls.withLock { $0 = [] } }
    func behave(_ behaviour: @escaping Behaviour) { shared.behaviour.withLock { $0 = behaviour } }
    func answer(_ answer: Answer) { behave { _ in answer } }

    static let reject = Answer(status: 401, body: Array(#"{"error":"wrong"}"#.utf8))
    static let accept = accept("{}")
    static func accept(_ body: String, type: String = "application/json") -> Answer {
        Answer(status: 200, fields: [("Content-Type", type)], body: Array(body.utf8))
    }
    static func status(_ status: Int) -> Answer { Answer(status: status) }
    static let hangUp = Answer(status: 0, hangsUp: true)
    /// Accepts exactly these.
    static func knowing(_ users: [String: String]) -> Behaviour {
        { request in
            guard let name = request.userName, let password = users[name] else { return status(404) }
            return password == request.password ? accept : reject
        }
    }

    private static func serve(_ connection: Int32, _ shared: Shared) {
        defer { close(connection) }
        var received: [UInt8] = []
        while let request = next(on: connection, &received) {
            let at = monotonicNanoseconds()
            let answer = shared.behaviour.withLock { $0 }(request)
            // On the record before the service can go on: a test that saw its answer sees this call.
            shared.calls.withLock { $0.append(Call(request: request, at: at, endedAt: monotonicNanoseconds())) }
            guard !answer.hangsUp, !shared.isStopped.withLock({ $0 }) else { return }
            var head = "HTTP/1.1 \(answer.status) Said\r\nContent-Length: \(answer.body.count)\r\n"
            if answer.status == 204 { head = "HTTP/1.1 204 Said\r\n" }
            for field in answer.fields { head += "\(field.name): \(field.value)\r\n" }
            guard Probe.write(Array((head + "\r\n").utf8) + answer.body, to: connection) else { return }
        }
    }

    private static func next(on connection: Int32, _ received: inout [UInt8]) -> Request? {
        while true {
            if let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
                let lines = head.components(separatedBy: "\r\n")
                let words = lines[0].split(separator: " ").map(String.init)
                let fields = lines.dropFirst().compactMap(Probe.field)
                let length = fields.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
                if words.count == 3, received.count >= end.upperBound + length {
                    let body = Array(received[end.upperBound..<(end.upperBound + length)])
                    received.removeFirst(end.upperBound + length)
                    return Request(method: words[0], target: words[1], fields: fields, body: body)
                }
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            received += buffer[..<count]
        }
    }
}

/// The clock that never goes back, in nanoseconds.
func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
