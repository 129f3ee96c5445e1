import CanonicalJSON
import HTTPMessages
import HTTPServer
import IdentityClient
import Testing
import Threads

@testable import EstateApplication

@Suite struct ManagementServiceTests {
    @Test func `what is planned on goes out in a field, and what is reflected comes back in it`() async throws {
        var configuration = ServerConfiguration()
        configuration.loopCount = 1
        let server = Server(configuration: configuration) { request in
            let seen: JSONObject = [
                "method": .string(request.method), "target": .string(request.target),
                "key": .string(request.fields.first("Authorization") ?? ""),
                "consulted": .string(request.fields.first("Ledger-Consulted") ?? ""),
                "body": .string(String(decoding: request.body, as: UTF8.self)),
            ]
            return .json(
                JSON.canonicalBytes(of: .object(seen)), status: 201, fields: ["Ledger-Consulted": "12"])
        }
        let port = try server.start(host: "127.0.0.1", port: 0)
        let service = ManagementService(baseURL: "http://127.0.0.1:\(port)", key: "opr_1.k")
        let answers = await answers(of: service)
        await server.stop(gracePeriod: .seconds(1))

        let (read, written) = try (answers.0.get(), answers.1.get())
        #expect(read.status == 201)
        #expect(read.position == 12)
        #expect(
            text(read)
                == #"{"body":"","consulted":"","key":"Bearer opr_1.k","method":"GET","target":"/manager/apis?after=api_1"}"#
        )
        #expect(
            text(written)
                == #"{"body":"{\"a\":1}","consulted":"7","key":"Bearer opr_1.k","method":"PUT","target":"/manager/x"}"#)
    }

    private func text(_ answer: ManagementAnswer) -> String {
        String(decoding: JSON.canonicalBytes(of: .object(answer.object)), as: UTF8.self)
    }

    /// On a thread of its own, because it waits: the server's handlers need the others.
    private func answers(
        of service: ManagementService
    ) async -> (Result<ManagementAnswer, any Error>, Result<ManagementAnswer, any Error>) {
        await withCheckedContinuation { continuation in
            _ = WorkerThread(name: "client") {
                continuation.resume(
                    returning: (
                        Result { try service.ask(ManagementRequest(.get, "manager/apis?after=api_1")) },
                        Result {
                            try service.ask(
                                ManagementRequest(.put, "manager/x", body: ["a": .integer(1)]), consulted: 7)
                        }
                    ))
            }
        }
    }
}
