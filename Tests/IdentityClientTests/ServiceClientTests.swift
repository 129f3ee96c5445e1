import HTTPMessages
import HTTPServer
import IdentityClient
import LedgerTestSupport
import Testing
import Threads

@Suite struct `A service asked by an operator` {
    /// Runs `body` while a server answers with what it was asked.
    private func withService(
        _ handler: @escaping Server.Handler = echo, _ body: (String) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration()
        configuration.loopCount = 1
        let server = Server(configuration: configuration, handler: handler)
        let port = try server.start(host: "127.0.0.1", port: 0)
        do {
            try await body("http://127.0.0.1:\(port)")
        } catch {
            await server.stop(gracePeriod: .seconds(1))
            throw error
        }
        await server.stop(gracePeriod: .seconds(1))
    }

    @Test(arguments: [
        (ServiceClient.Method.get, nil, "GET /manager/apis?limit=2 - Bearer opr_1.k 7"),
        (.post, "{}", "POST /manager/apis?limit=2 {} Bearer opr_1.k 7"),
        (.post, "", "POST /manager/apis?limit=2  Bearer opr_1.k 7"),
        (.put, #"{"revision":1}"#, #"PUT /manager/apis?limit=2 {"revision":1} Bearer opr_1.k 7"#),
        (.delete, nil, "DELETE /manager/apis?limit=2 - Bearer opr_1.k 7"),
    ])
    func `gets method, path, body, key and fields as they were given`(
        _ method: ServiceClient.Method, _ body: String?, _ seen: String
    ) async throws {
        try await withService { url async throws in
            let answer = try await aside {
                try ServiceClient().send(
                    method, "\(url)/manager/apis?limit=2", key: "opr_1.k", body: body.map { Array($0.utf8) },
                    fields: [("Ledger-Consulted", "7")])
            }
            #expect(answer.status == 201)
            #expect(String(decoding: answer.body, as: UTF8.self) == seen)
            #expect(answer.field("ledger-consulted") == "8")
            #expect(answer.field("Missing") == nil)
        }
    }

    @Test func `may answer with a problem or a redirect, and both are answers`() async throws {
        try await withService({ request in
            HTTPResponse(
                status: request.path == "/moved" ? 302 : 409, fields: ["Location": "/elsewhere"],
                body: Array("no".utf8))
        }) { url async throws in
            for (path, status) in [("moved", 302), ("x", 409)] {
                let answer = try await aside { try ServiceClient().send(.get, "\(url)/\(path)", key: "k") }
                #expect(answer.status == status)
            }
        }
    }

    @Test(arguments: [
        ("http://example.com/", ServiceClientError.unprotected),
        ("http://10.0.0.1:8080", .unprotected),
        ("http://localhost.example.com/", .unprotected),
        ("ftp://127.0.0.1/", .noURL(.unsupportedScheme)),
        ("http://me@127.0.0.1/", .noURL(.userInformation)),
        ("127.0.0.1:8080", .noURL(.unsupportedScheme)),
    ])
    func `is not asked where others could listen`(_ url: String, _ expected: ServiceClientError) {
        #expect(throws: expected) { try ServiceClient().send(.get, url, key: "k") }
    }

    @Test(arguments: ["https://example.com", "http://localhost:1", "http://127.0.0.2:1", "http://[::1]:1"])
    func `is known by https, or by a loopback host`(_ url: String) throws {
        _ = try ServiceClient.destination(url)
    }

    @Test(arguments: ["", "a b", "a\r\nX: y", "é"])
    func `gets no key that would break out of its field, and the error does not show it`(_ key: String) {
        #expect(throws: ServiceClientError.keyUnusable) {
            try ServiceClient().send(.get, "http://127.0.0.1:1/", key: key)
        }
        #expect(throws: ServiceClientError.fieldUnusable("X")) {
            try ServiceClient().send(.get, "http://127.0.0.1:1/", key: "k", fields: [("X", key)])
        }
    }

    @Test func `that is not there, or too slow, is an error and not an answer`() async throws {
        #expect(throws: ServiceClientError.failed(.connectFailed)) {
            try ServiceClient().send(.get, "http://127.0.0.1:\(closedPort())/", key: "k")
        }
        let silent = HostileServer { peer in
            _ = peer.receive()
            _ = peer.receive()
        }
        defer { silent.stop() }
        #expect(throws: ServiceClientError.failed(.timeout)) {
            try ServiceClient(timeoutInMilliseconds: 50).send(
                .post, "http://127.0.0.1:\(silent.port)/", key: "k", body: [])
        }
    }

    @Test func `that closes without an answer is not asked again`() throws {
        let closing = HostileServer { peer in _ = peer.receive() }
        defer { closing.stop() }
        let client = ServiceClient()
        for _ in 0..<2 {
            #expect(throws: ServiceClientError.failed(.connectionLost)) {
                try client.send(.post, "http://127.0.0.1:\(closing.port)/", key: "k", body: Array("{}".utf8))
            }
        }
        #expect(closing.requests.count == 2)
    }

    @Test func `is believed when its certificate is vouched for, and never otherwise`() throws {
        let folder = try TemporaryFolder()
        let certificate = try TestCertificate.issued(for: "localhost", in: folder)
        let server = HostileServer(certificate: certificate) { peer in
            while peer.receive() != nil { peer.answer("200 OK", "safe") }
        }
        defer { server.stop() }
        let url = "https://localhost:\(server.port)/"
        let answer = try ServiceClient(certificateAuthority: certificate.authority).send(.get, url, key: "k")
        #expect(String(decoding: answer.body, as: UTF8.self) == "safe")
        #expect(throws: ServiceClientError.failed(.tlsFailed)) { try ServiceClient().send(.get, url, key: "k") }
        #expect(server.requests.count == 1)
    }
}

/// Runs what waits on a thread of its own: the server's handlers need the others.
private func aside<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    let result: Result<Value, any Error> = await withCheckedContinuation { continuation in
        _ = WorkerThread(name: "client") { continuation.resume(returning: Result { try body() }) }
    }
    return try result.get()
}

@Sendable private func echo(_ request: HTTPRequest) async -> HTTPResponse {
    let body = request.fields.first("Content-Type") == nil ? "-" : String(decoding: request.body, as: UTF8.self)
    let key = request.fields.first("Authorization") ?? ""
    let consulted = request.fields.first("Ledger-Consulted") ?? ""
    return .text(
        "\(request.method) \(request.target) \(body) \(key) \(consulted)", status: 201,
        fields: ["Ledger-Consulted": "8"])
}
