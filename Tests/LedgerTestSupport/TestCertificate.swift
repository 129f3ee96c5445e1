internal import Foundation

/// A certificate made for one test run by `openssl`, in a temporary folder.
public struct TestCertificate: Sendable {
    public let certificateFile: String
    public let keyFile: String
    /// PEM text of the authority that vouches for it; its own where nobody else does.
    public let authority: String
    public let authorityFile: String

    /// Signed by an authority of its own, for `host`.
    public static func issued(for host: String, in folder: TemporaryFolder) throws -> TestCertificate {
        let authority = folder.path("\(host)-authority")
        try makeAuthority(authority, "Test authority for \(host)")
        return try issued(for: host, by: authority, as: folder.path(host))
    }

    /// Signed by the authority of another one, for `host`.
    public static func issued(
        for host: String, besides other: TestCertificate, in folder: TemporaryFolder
    ) throws -> TestCertificate {
        try issued(for: host, by: String(other.authorityFile.dropLast(".pem".count)), as: folder.path(host))
    }

    /// Signed by nobody but itself.
    public static func selfSigned(for host: String, in folder: TemporaryFolder) throws -> TestCertificate {
        let path = folder.path("\(host)-alone")
        try makeAuthority(path, host)
        return try TestCertificate(path: path, authority: path)
    }

    private static let newKey = [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
    ]

    private static func makeAuthority(_ path: String, _ name: String) throws {
        try openssl(newKey + ["-keyout", path + ".key", "-out", path + ".pem", "-subj", "/CN=\(name)"])
    }

    private static func issued(for host: String, by authority: String, as path: String) throws -> TestCertificate {
        try openssl(
            newKey + ["-keyout", path + ".key", "-out", path + ".pem", "-subj", "/CN=\(host)"]
                + ["-CA", authority + ".pem", "-CAkey", authority + ".key", "-addext", "subjectAltName=DNS:\(host)"]
                + ["-addext", "basicConstraints=critical,CA:FALSE"])
        return try TestCertificate(path: path, authority: authority)
    }

    private init(path: String, authority: String) throws {
        certificateFile = path + ".pem"
        keyFile = path + ".key"
        authorityFile = authority + ".pem"
        self.authority = try String(contentsOfFile: authority + ".pem", encoding: .utf8)
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
public final class TemporaryFolder: Sendable {
    private let folder: URL

    public init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("authledger-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    }

    public func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
