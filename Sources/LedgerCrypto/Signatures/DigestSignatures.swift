internal import COpenSSL

/// Signs and verifies the SHA-256 of a message with one P-256 or RSA key.
///
/// The library's set-up per key costs as much as a fifth of a signature, so contexts that are ready are pooled.
final class DigestSignatures: Sendable {
    enum Algorithm: Sendable {
        case es256, rs256
    }

    private let key: KeyHandle
    private let algorithm: Algorithm
    private let signing: ContextPool
    private let verifying: ContextPool

    init(_ key: KeyHandle, algorithm: Algorithm) {
        self.key = key
        self.algorithm = algorithm
        signing = Self.pool(key, algorithm, EVP_PKEY_sign_init)
        verifying = Self.pool(key, algorithm, EVP_PKEY_verify_init)
    }

    /// The signature in JOSE form.
    func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        let digest = SHA256.hash(message)
        let signature = try signing.withContext { (context) throws(CryptoError) in
            var signature = [UInt8](repeating: 0, count: Int(EVP_PKEY_get_size(key.pointer)))
            var count = signature.count
            let result = digest.withUnsafeBytes {
                EVP_PKEY_sign(context, &signature, &count, $0.unsignedBytes, $0.count)
            }
            try check(result, "EVP_PKEY_sign")
            signature.removeSubrange(count...)
            return signature
        }
        switch algorithm {
        case .es256:
            return try signature.withUnsafeBufferPointer { (der) throws(CryptoError) in
                try ECDSASignature.raw(fromDER: der)
            }
        case .rs256:
            return signature
        }
    }

    /// Whether the signature, in JOSE form, is the key's.
    func verify(_ signature: [UInt8], of message: [UInt8]) throws(CryptoError) -> Bool {
        let encoded: [UInt8]
        switch algorithm {
        case .es256:
            guard signature.count == ECDSASignature.rawLength else { return false }
            encoded = try ECDSASignature.der(fromRaw: signature)
        case .rs256:
            encoded = signature
        }
        let digest = SHA256.hash(message)
        return try verifying.withContext { (context) throws(CryptoError) in
            let result = digest.withUnsafeBytes {
                EVP_PKEY_verify(context, encoded, encoded.count, $0.unsignedBytes, $0.count)
            }
            guard result == 1 else {
                ERR_clear_error()
                return false
            }
            return true
        }
    }

    private static func pool(
        _ key: KeyHandle, _ algorithm: Algorithm, _ start: @escaping @Sendable (OpaquePointer?) -> Int32
    ) -> ContextPool {
        ContextPool(
            make: { () throws(CryptoError) in
                let context = try check(EVP_PKEY_CTX_new_from_pkey(nil, key.pointer, nil), "EVP_PKEY_CTX_new_from_pkey")
                var result = start(context)
                if result == 1 { result = EVP_PKEY_CTX_set_signature_md(context, Algorithms.sha256) }
                if result == 1, algorithm == .rs256 {
                    result = EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING)
                }
                guard result == 1 else {
                    EVP_PKEY_CTX_free(context)
                    throw libraryFailure("EVP_PKEY_CTX")
                }
                return context
            },
            free: { EVP_PKEY_CTX_free($0) })
    }
}
