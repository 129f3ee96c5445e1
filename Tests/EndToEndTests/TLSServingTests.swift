import Foundation
import Glibc
import LedgerTestSupport
import Testing

/// The service's own TLS port, asked by curl.
@Suite struct TLSServingTests {
    private let folder: TemporaryFolder
    private let certificate: TestCertificate
    private let ledger: String

    init() throws {
        folder = try TemporaryFolder()
        certificate = try TestCertificate.issued(for: "localhost", in: folder)
        ledger = folder.path("ledger.db")
        let made = try RunningLedger.run("authledger", ["init", "--ledger", ledger, "--origin", "test.example/tls"])
        #expect(made.status == 0)
    }

    private func serve(_ port: UInt16, _ more: [String], base: String? = nil) -> [String] {
        [
            "serve", "--ledger", ledger, "--listen", "127.0.0.1:\(port)", "--minimum-free", "0", "--base-url",
            base ?? "https://localhost:\(port)",
        ] + more
    }

    private func curl(_ port: UInt16, _ arguments: [String] = []) throws -> String {
        try RunningLedger.run(
            "/usr/bin/env",
            ["curl", "-sS", "--max-time", "10", "--cacert", certificate.authorityFile] + arguments + [
                "https://localhost:\(port)/healthz", "--resolve", "localhost:\(port):127.0.0.1",
            ]
        ).output
    }

    @Test func `it serves TLS, with a client's certificate too, and takes a renewed certificate on HUP`() throws {
        let port = try Probe.freePort()
        let process = Process()
        process.executableURL = RunningLedger.binaries.appendingPathComponent("authledger")
        process.arguments = serve(
            port,
            [
                "--tls-certificate", certificate.certificateFile, "--tls-key", certificate.keyFile, "--client-ca",
                certificate.authorityFile, "--quiet",
            ])
        let log = Pipe()
        process.standardError = log
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        #expect(try eventually { try curl(port, ["-o", "/dev/null", "-w", "%{http_code}"]) == "200" })
        let client = try TestCertificate.issued(for: "app.example", besides: certificate, in: folder)
        let asked = ["-o", "/dev/null", "-w", "%{http_code} %{certs}"]
        let before = try curl(port, asked + ["--cert", client.certificateFile, "--key", client.keyFile])
        #expect(before.hasPrefix("200"))

        _ = try TestCertificate.issued(for: "localhost", besides: certificate, in: folder)
        kill(process.processIdentifier, SIGHUP)
        #expect(try eventually { try curl(port, asked).hasPrefix("200") && curl(port, asked) != before })
        try "nothing".write(toFile: certificate.certificateFile, atomically: true, encoding: .utf8)
        kill(process.processIdentifier, SIGHUP)
        usleep(200_000)
        #expect(try curl(port, asked).hasPrefix("200"))
        #expect(
            try RunningLedger.run(
                "/usr/bin/env", ["curl", "-sS", "--max-time", "5", "http://127.0.0.1:\(port)/healthz"]
            ).status != 0)
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let said = String(decoding: log.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(said.contains("the certificate was read again"))
        #expect(said.contains("the certificate stays the one from before: \(certificate.certificateFile)"))
    }

    @Test func `options of TLS that do not go together, and files that cannot be used, get one sentence`() throws {
        let port = try Probe.freePort()
        let (file, key) = (certificate.certificateFile, certificate.keyFile)
        let other = try TestCertificate.issued(for: "other.example", in: folder)
        let rows: [(arguments: [String], status: Int32, says: String)] = [
            (serve(port, ["--tls-certificate", file]), 2, "--tls-key"),
            (serve(port, ["--client-ca", file]), 2, "--client-ca needs"),
            (
                serve(port, ["--tls-certificate", file, "--tls-key", key], base: "http://127.0.0.1:\(port)"), 2,
                "must be https"
            ),
            (
                serve(port, ["--tls-certificate", folder.path("none"), "--tls-key", key]), 3,
                "none is not a readable PEM"
            ),
            (serve(port, ["--tls-certificate", file, "--tls-key", other.keyFile]), 3, "does not belong"),
            (
                serve(port, ["--tls-certificate", file, "--tls-key", key, "--client-ca", folder.path("none")]), 3,
                "none is not a readable PEM"
            ),
        ]
        for row in rows {
            let finished = try RunningLedger.run("authledger", row.arguments)
            #expect(finished.status == row.status, "\(finished.talk)")
            #expect(finished.talk.contains(row.says), "\(finished.talk)")
            #expect(finished.talk.split(separator: "\n").count == 1, "\(finished.talk)")
        }
    }
}
