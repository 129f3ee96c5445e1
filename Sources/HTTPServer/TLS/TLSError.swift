/// Why the files of a ``TLSIdentity`` cannot be used.
public enum TLSError: Error, Equatable, Sendable {
    /// No PEM file with a certificate, followed by those of its issuers, at this path.
    case certificateUnusable(path: String)
    /// No PEM file with a private key at this path, or one behind a passphrase.
    case keyUnusable(path: String)
    /// The private key is not the certificate's.
    case keyOfAnotherCertificate
    /// No PEM file with certificates of authorities at this path.
    case clientAuthoritiesUnusable(path: String)
    /// The library refused what every version of it offers.
    case libraryFailed(String)
}

extension TLSError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .certificateUnusable(let path): "\(path) is not a readable PEM file with the certificate first"
        case .keyUnusable(let path): "\(path) is not a readable PEM file with a private key without passphrase"
        case .keyOfAnotherCertificate: "the private key does not belong to the certificate"
        case .clientAuthoritiesUnusable(let path): "\(path) is not a readable PEM file with certificates"
        case .libraryFailed(let operation): "OpenSSL failed at \(operation)"
        }
    }
}
