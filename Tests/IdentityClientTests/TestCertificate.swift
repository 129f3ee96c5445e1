import Foundation

/// A certificate made for one test run, in a temporary folder.
struct TestCertificate: Sendable {
    let certificateFile: String
    let keyFile: String
    /// PEM text of the authority that vouches for it.
    let authority: String

    /// Signed by an authority of its own, for `host`.
    static func issued(for host: String, in folder: TemporaryFolder) throws -> TestCertificate {
        let authority = folder.path("\(host)-authority")
        let leaf = folder.path(host)
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        try openssl(
            ["req", "-x509"] + newKey + ["-keyout", authority + ".key", "-out", authority + ".pem"]
                + ["-subj", "/CN=Test authority for \(host)"])
        try openssl(
            ["req", "-x509"] + newKey + ["-keyout", leaf + ".key", "-out", leaf + ".pem", "-subj", "/CN=\(host)"]
                + ["-CA", authority + ".pem", "-CAkey", authority + ".key", "-addext", "subjectAltName=DNS:\(host)"]
                + ["-addext", "basicConstraints=critical,CA:FALSE"])
        return TestCertificate(
            certificateFile: leaf + ".pem", keyFile: leaf + ".key",
            authority: try String(contentsOfFile: authority + ".pem", encoding: .utf8))
    }

    private static func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableRuntimeMismatch) }
    }
}

/// A folder that goes when its owner does.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("identity-client-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    }

    func path(_ name: String) -> String { url.appendingPathComponent(name).path }

    deinit { try? FileManager.default.removeItem(at: url) }
}
