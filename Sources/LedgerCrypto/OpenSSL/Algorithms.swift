internal import COpenSSL

/// The algorithms of the library that we use, each looked up once: a look-up costs more than hashing half a kilobyte.
///
/// They live as long as the process and never change, so any thread may use them. A library without SHA-256 or AES is no
/// library to start with, hence the precondition.
enum Algorithms {
    nonisolated(unsafe) static let sha256 = present(EVP_MD_fetch(nil, "SHA256", nil), "SHA256")
    nonisolated(unsafe) static let hmac = present(EVP_MAC_fetch(nil, "HMAC", nil), "HMAC")
    nonisolated(unsafe) static let aes256GCM = present(EVP_CIPHER_fetch(nil, "AES-256-GCM", nil), "AES-256-GCM")
    nonisolated(unsafe) static let aes256KeyWrap = present(EVP_CIPHER_fetch(nil, "AES-256-WRAP", nil), "AES-256-WRAP")

    private static func present(_ algorithm: OpaquePointer?, _ name: String) -> OpaquePointer {
        guard let algorithm else { preconditionFailure("libcrypto has no \(name)") }
        return algorithm
    }
}
