import Foundation
import HTTPMessages
import HTTPServer
import Threads

/// A user store whose answers a test decides, and whose calls it sees.
final class StubStore: Sendable {
    struct Call: Sendable {
        var body: [UInt8]
        var contentType: String?
        var at: UInt64
        var endedAt: UInt64

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:] }
    }

    typealias Behaviour = @Sendable (HTTPRequest) async -> HTTPResponse

    private let state: Locked<(calls: [Call], behaviour: Behaviour)>
    private let server: Server
    let port: UInt16

    /// Rejects everybody until told otherwise.
    init(_ behaviour: @escaping Behaviour = { _ in StubStore.reject }) throws {
        let state = Locked<(calls: [Call], behaviour: Behaviour)>(([], behaviour))
        self.state = state
        server = Server { request in
            let begun = monotonicNanoseconds()
            let response = await state.withLock({ $0.behaviour })(request)
            let call = Call(
                body: request.body, contentType: request.fields.first("Content-Type"), at: begun,
                endedAt: monotonicNanoseconds())
            state.withLock { $0.calls.append(call) }
            return response
        }
        port = try server.start(host: "127.0.0.1", port: 0)
    }

    var url: String { "http://127.0.0.1:\(port)/validate" }
    var calls: [Call] { state.withLock { $0.calls } }
    func forget() { state.withLock { $0.calls = [] } }
    func behave(_ behaviour: @escaping Behaviour) { state.withLock { $0.behaviour = behaviour } }
    func answer(_ response: HTTPResponse) { behave { _ in response } }
    func stop() async { await server.stop(gracePeriod: .zero) }

    static let reject = HTTPResponse.json(Array(#"{"error":"wrong"}"#.utf8), status: 401)
    static let accept = HTTPResponse.json(Array("{}".utf8))
    static func accept(_ json: String) -> HTTPResponse { .json(Array(json.utf8)) }
    static func status(_ status: Int) -> HTTPResponse { HTTPResponse(status: status) }
}
