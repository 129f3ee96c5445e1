import IdentityClient
import LedgerTestSupport

/// Runs `body` with a server and a client that may call it, and ends both.
func withServer(
    certificate: TestCertificate? = nil, policy: DestinationPolicy = DestinationPolicy(allowPrivate: true),
    _ serve: @escaping @Sendable (Peer) -> Void,
    then body: (IdentityHTTPClient, HostileServer) async throws -> Void
) async throws {
    let server = HostileServer(certificate: certificate, serve)
    let client = try IdentityHTTPClient(.init(policy: policy))
    defer {
        client.stop()
        server.stop()
    }
    try await body(client, server)
}

extension IdentityHTTPClient {
    /// Asks `server` a question that nobody cares about.
    func ask(
        _ server: HostileServer, _ body: String = "{}", pool: String = "idn_1", host: String = "127.0.0.1",
        scheme: String = "http", authority: String? = nil, timeout: Int = 5_000
    ) async throws -> IdentityAnswer.Outcome {
        try await send(
            IdentityRequest(
                destination: Destination(parsing: "\(scheme)://\(host):\(server.port)/authenticate"),
                body: RequestBody(copying: [UInt8](body.utf8)), contentType: .json, timeoutInMilliseconds: timeout,
                certificateAuthority: authority, pool: pool)
        ).outcome
    }
}

extension IdentityAnswer.Outcome {
    var status: Int? {
        if case .answered(let status, _, _) = self { status } else { nil }
    }

    var text: String? {
        if case .answered(_, _, let body) = self { String(decoding: body, as: UTF8.self) } else { nil }
    }

    var failure: IdentityCallFailure? {
        if case .failed(let failure) = self { failure } else { nil }
    }
}
