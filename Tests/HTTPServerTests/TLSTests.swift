import Foundation
import HTTPMessages
import HTTPServer
import LedgerTestSupport
import Testing
import Threads

/// Judged by a client that is not ours: Python's ssl module.
@Suite(.enabled(if: PythonWitness.isAvailable)) struct TLSTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    private let folder: TemporaryFolder
    private let certificate: TestCertificate

    init() throws {
        folder = try TemporaryFolder()
        certificate = try TestCertificate.issued(for: "localhost", in: folder)
    }

    /// What one connection of the witness saw.
    private struct Report: Decodable, Sendable {
        var version: String?
        var cipher: String?
        var alpn: String?
        var server: String?
        var output: String?
        var end: String?
        var ticket: Bool?
        var error: String?
    }

    private func connect(_ port: UInt16, _ wish: [String: any Sendable] = [:]) async throws -> Report {
        var wish = wish
        wish["port"] = Int(port)
        wish["ca"] = certificate.authorityFile
        if wish["pieces"] == nil { wish["pieces"] = [Self.get] }
        let text = String(decoding: try JSONSerialization.data(withJSONObject: wish), as: UTF8.self)
        let script = Vectors.packageFolder.appendingPathComponent("Tests/HTTPServerTests/Witness/tls-client.py").path
        let verdict = try await blocking { Result { try PythonWitness.run(plain: script, [text]) } }.get()
        return try JSONDecoder().decode(Report.self, from: Data(verdict.output.utf8))
    }

    private func withTLSServer(
        clientAuthorities: String? = nil, _ change: (inout ServerConfiguration) -> Void = { _ in },
        handler: @escaping Server.Handler = describe,
        _ body: (Server, UInt16, TLSIdentity) async throws -> Void
    ) async throws {
        let identity = try TLSIdentity(
            TLSIdentity.Files(
                certificate: certificate.certificateFile, privateKey: certificate.keyFile,
                clientAuthorities: clientAuthorities))
        try await withServer {
            $0.tls = identity
            change(&$0)
        } handler: {
            await handler($0)
        } _: { server, port in
            try await body(server, port, identity)
        }
    }

    @Test func `an answer comes over TLS 1.3, and its end is told from a cut`() async throws {
        try await withTLSServer { server, port, _ in
            let report = try await connect(port)
            #expect(report.error == nil)
            #expect(report.version == "TLSv1.3")
            #expect(report.output?.hasSuffix("GET / 0") == true)
            #expect(report.end == "close_notify")
            #expect(await eventually { server.counters.connectionsOpen == 0 })
            #expect(server.counters.failedHandshakes == 0)
        }
    }

    @Test(arguments: [
        ("TLSv1", nil), ("TLSv1_1", nil), ("TLSv1_2", "AES128-GCM-SHA256"), ("TLSv1_2", "ECDHE-ECDSA-AES128-SHA256"),
    ])
    func `old versions, and suites without forward secrecy or authenticated encryption, are refused`(
        _ version: String, _ ciphers: String?
    ) async throws {
        try await withTLSServer { server, port, _ in
            var wish: [String: any Sendable] = ["version": version]
            wish["ciphers"] = ciphers
            let report = try await connect(port, wish)
            #expect(report.error != nil)
            #expect(await eventually { server.counters.failedHandshakes == 1 })
            #expect(server.counters.answersByStatusClass.allSatisfy { $0 == 0 })
        }
    }

    @Test func `TLS 1.2 with forward secrecy is spoken`() async throws {
        try await withTLSServer { _, port, _ in
            let report = try await connect(port, ["version": "TLSv1_2"])
            #expect(report.version == "TLSv1.2")
            #expect(report.cipher?.hasPrefix("ECDHE-ECDSA") == true)
            #expect(report.end == "close_notify")
        }
    }

    @Test func `of the protocols that a client offers, only http/1.1 is taken`() async throws {
        try await withTLSServer { _, port, _ in
            let both = try await connect(port, ["alpn": ["h2", "http/1.1"]])
            #expect(both.alpn == "http/1.1")
            #expect(try await connect(port, ["alpn": ["h2"]]).error?.contains("no application protocol") == true)
            #expect(try await connect(port).alpn == nil)
        }
    }

    @Test func `a request may arrive in as many records as bytes, and a large answer leaves whole`() async throws {
        let size = 3_000_000
        try await withTLSServer(handler: { request in
            .text("\(request.body.count) " + String(repeating: "a", count: size))
        }) { _, port, _ in
            let request = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"
            let report = try await connect(port, ["pieces": request.map { String($0) }])
            #expect(report.output?.hasSuffix("\r\n\r\n3 " + String(repeating: "a", count: size)) == true)
            #expect(report.end == "close_notify")
        }
    }

    @Test func `a full body in one go and pipelined requests are read to the end`() async throws {
        try await withTLSServer { _, port, _ in
            let body = String(repeating: "b", count: 65_536)
            let first = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n" + body
            let report = try await connect(port, ["pieces": [first + Self.get]])
            let answers = report.output?.components(separatedBy: "POST /a 65536") ?? []
            #expect(answers.count == 2)
            #expect(answers.last?.hasSuffix("GET / 0") == true)
        }
    }

    @Test func `who does not speak TLS, or stops in the middle of the handshake, is closed without an answer`()
        async throws
    {
        try await withTLSServer {
            $0.headDeadline = 300
        } _: { server, port, _ in
            let inClear = try await connect(port, ["plain": true])
            #expect(inClear.output?.hasPrefix("HTTP") != true)
            #expect(await eventually { server.counters.failedHandshakes == 1 })
            let silent = await blocking {
                let client = RawClient(port: port)
                // The first bytes of a ClientHello that never goes on.
                client.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
                return client.sawEnd()
            }
            #expect(silent)
            let next = try await connect(port)
            #expect(next.end == "close_notify")
        }
    }

    // MARK: Client certificates

    @Test func `a client's certificate is handed on as DER, with what the authorities say of it`() async throws {
        let trusted = try TestCertificate.issued(for: "app.example", in: folder)
        let stranger = try TestCertificate.selfSigned(for: "app.example", in: folder)
        try await withTLSServer(
            clientAuthorities: trusted.authorityFile,
            handler: {
                .text("\($0.peerCertificateIsVerified) \(Data($0.peerCertificate ?? []).base64EncodedString())")
            }
        ) { _, port, _ in
            for (client, isVerified) in [(trusted, true), (stranger, false)] {
                for version in ["TLSv1_2", "TLSv1_3"] {
                    let report = try await connect(
                        port,
                        ["certificate": client.certificateFile, "key": client.keyFile, "version": version])
                    let lines = try String(contentsOfFile: client.certificateFile, encoding: .utf8).split(
                        separator: "\n")
                    let pem = lines.dropFirst().dropLast().joined()
                    #expect(report.output?.hasSuffix("\r\n\r\n\(isVerified) \(pem)") == true)
                    // A resumed session would show a certificate without its key.
                    #expect(report.ticket == false)
                }
            }
            #expect(try await connect(port).output?.hasSuffix("\r\n\r\nfalse ") == true)
        }
    }

    @Test func `without client authorities nobody is asked for a certificate`() async throws {
        let client = try TestCertificate.selfSigned(for: "app.example", in: folder)
        try await withTLSServer(handler: { .text("\($0.peerCertificate == nil)") }) { _, port, _ in
            let report = try await connect(port, ["certificate": client.certificateFile, "key": client.keyFile])
            #expect(report.output?.hasSuffix("true") == true)
        }
    }

    // MARK: Files

    @Test func `a reload shows the new certificate to new connections and leaves open ones alone`() async throws {
        let gate = Gate()
        try await withTLSServer(handler: { request in
            if request.path == "/slow" { await gate.wait() }
            return await describe(request)
        }) { server, port, identity in
            let before = try await connect(port).server
            async let open = connect(
                port,
                [
                    "pieces": [
                        "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
                        "GET /next HTTP/1.1\r\nHost: a\r\n"
                            + "Connection: close\r\n\r\n",
                    ]
                ])
            #expect(await eventually { server.counters.requestsInFlight == 1 })
            let renewed = try TestCertificate.issued(for: "localhost", besides: certificate, in: folder)
            #expect(renewed.certificateFile == certificate.certificateFile)
            try identity.reload()
            let after = try await connect(port).server
            #expect(after != before)
            await gate.open()
            let kept = try await open
            #expect(kept.server == before)
            #expect(kept.output?.hasSuffix("GET /next 0") == true)

            try "not a certificate".write(toFile: certificate.certificateFile, atomically: true, encoding: .utf8)
            #expect(throws: TLSError.certificateUnusable(path: certificate.certificateFile)) { try identity.reload() }
            #expect(try await connect(port).server == after)
        }
    }

    @Test func `files that cannot be used are named`() throws {
        let other = try TestCertificate.issued(for: "other.example", in: folder)
        func load(_ certificate: String, _ key: String, _ authorities: String? = nil) throws(TLSError) {
            _ = try TLSIdentity(.init(certificate: certificate, privateKey: key, clientAuthorities: authorities))
        }
        let (file, key) = (certificate.certificateFile, certificate.keyFile)
        let none = folder.path("none")
        #expect(throws: TLSError.certificateUnusable(path: none)) { try load(none, key) }
        #expect(throws: TLSError.certificateUnusable(path: key)) { try load(key, key) }
        #expect(throws: TLSError.keyUnusable(path: none)) { try load(file, none) }
        #expect(throws: TLSError.keyUnusable(path: file)) { try load(file, file) }
        #expect(throws: TLSError.keyOfAnotherCertificate) { try load(file, other.keyFile) }
        #expect(throws: TLSError.clientAuthoritiesUnusable(path: none)) { try load(file, key, none) }
        try load(file, key, other.authorityFile)
    }
}
