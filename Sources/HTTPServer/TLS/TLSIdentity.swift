internal import Threads

/// What a server shows its clients over TLS, and whether it asks them for a certificate of theirs.
///
/// ``reload()`` reads the files again: connections made from then on get the new certificate, open ones keep theirs.
/// TLS 1.2 with forward secrecy and authenticated encryption is the least that is spoken; ALPN offers `http/1.1` alone.
public final class TLSIdentity: Sendable {
    /// PEM files.
    public struct Files: Sendable {
        /// The server's certificate, followed by those of its issuers.
        public var certificate: String
        public var privateKey: String
        /// Asks every client for a certificate and verifies it against these authorities. A client without one, or
        /// with one that they did not sign, is served all the same: the handler decides, by
        /// `HTTPRequest.peerCertificate` and `peerCertificateIsVerified`.
        public var clientAuthorities: String?

        public init(certificate: String, privateKey: String, clientAuthorities: String? = nil) {
            self.certificate = certificate
            self.privateKey = privateKey
            self.clientAuthorities = clientAuthorities
        }
    }

    public let files: Files
    private let current: Locked<TLSContext>

    public init(_ files: Files) throws(TLSError) {
        self.files = files
        current = Locked(try TLSContext(files))
    }

    /// Reads the files again. When they cannot be used, what was read before stays.
    public func reload() throws(TLSError) {
        let context = try TLSContext(files)
        current.withLock { $0 = context }
    }

    /// When the certificate ends, in seconds since 1970.
    public var certificateEnd: Int64 { context.certificateEnd }

    var context: TLSContext { current.withLock { $0 } }
}
