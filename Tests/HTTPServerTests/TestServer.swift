import HTTPMessages
import HTTPServer
import Threads

/// Runs a server for the length of `body`, which gets its port.
func withServer<Result>(
    _ change: (inout ServerConfiguration) -> Void = { _ in },
    handler: @escaping Server.Handler = describe,
    _ body: (Server, UInt16) async throws -> Result
) async throws -> Result {
    var configuration = ServerConfiguration()
    configuration.loopCount = 2
    configuration.lingerDeadline = 300
    change(&configuration)
    let server = Server(configuration: configuration, handler: handler)
    let port = try server.start(host: "127.0.0.1", port: 0)
    let result: Result
    do {
        result = try await body(server, port)
    } catch {
        await server.stop(gracePeriod: .seconds(1))
        throw error
    }
    await server.stop(gracePeriod: .seconds(1))
    return result
}

/// Answers with what it was asked, so that a smuggled request would be seen.
@Sendable func describe(_ request: HTTPRequest) async -> HTTPResponse {
    .text("\(request.method) \(request.target) \(request.body.count)")
}

/// Asks until the answer is yes; false after ten seconds.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
    for _ in 0..<2_000 {
        if condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return condition()
}
