internal import COpenSSL

/// Lends `EVP_CIPHER_CTX`s. Each is reset when it comes back, which wipes the key schedule in it.
enum CipherContexts {
    private static let pool = ContextPool(
        make: { () throws(CryptoError) in try check(EVP_CIPHER_CTX_new(), "EVP_CIPHER_CTX_new") },
        free: { EVP_CIPHER_CTX_free($0) })

    static func withContext<Result>(
        _ body: (OpaquePointer) throws(CryptoError) -> Result
    ) throws(CryptoError) -> Result {
        try pool.withContext { (context) throws(CryptoError) in
            let result = try body(context)
            try check(EVP_CIPHER_CTX_reset(context), "EVP_CIPHER_CTX_reset")
            return result
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The address as the library's `const unsigned char *`.
    var unsignedBytes: UnsafePointer<UInt8>? { assumingMemoryBound(to: UInt8.self).baseAddress }
}

/// A length as the library's `int`; larger ones are refused before they can wrap.
func libraryLength(_ count: Int, of name: String) throws(CryptoError) -> Int32 {
    guard count <= maximumSealedLength else {
        throw .wrongLength(of: name, expected: maximumSealedLength, found: count)
    }
    return Int32(count)
}

/// The longest plaintext or associated data that is sealed in one piece: 16 MiB.
public let maximumSealedLength = 16 * 1_024 * 1_024
