internal import COpenSSL

/// AES-256 key wrap (RFC 3394): encrypts a key under another one, deterministically, eight bytes longer than the key.
public enum AESKeyWrap {
    /// 32.
    public static let keyLength = 32

    /// The longest key that is wrapped, in bytes.
    public static let maximumWrappedLength = 4_096

    /// Wraps a key of 16 bytes or more, a multiple of 8.
    public static func wrap(
        _ key: borrowing SecretBytes, under wrappingKey: borrowing SecretBytes
    ) throws(CryptoError) -> [UInt8] {
        try check(lengthOf: "wrapping key", wrappingKey.count, is: keyLength)
        guard isWrappable(key.count) else { throw .wrongLength(of: "key", expected: 32, found: key.count) }
        return try CipherContexts.withContext { (context) throws(CryptoError) in
            EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW)
            let started = wrappingKey.withUnsafeBytes {
                EVP_EncryptInit_ex2(context, Algorithms.aes256KeyWrap, $0.unsignedBytes, nil, nil)
            }
            try check(started, "EVP_EncryptInit_ex2")
            var wrapped = [UInt8](repeating: 0, count: key.count + 8)
            var written: Int32 = 0
            let updated = key.withUnsafeBytes {
                EVP_EncryptUpdate(context, &wrapped, &written, $0.unsignedBytes, Int32($0.count))
            }
            try check(updated, "EVP_EncryptUpdate")
            try check(lengthOf: "wrapped key", Int(written), is: wrapped.count)
            return wrapped
        }
    }

    /// Returns the wrapped key, or throws ``CryptoError/authenticationFailed`` if `wrapped` was changed or wrapped
    /// under another key.
    public static func unwrap(
        _ wrapped: [UInt8], under wrappingKey: borrowing SecretBytes
    ) throws(CryptoError) -> SecretBytes {
        try check(lengthOf: "wrapping key", wrappingKey.count, is: keyLength)
        guard isWrappable(wrapped.count - 8) else { throw .authenticationFailed }
        var key: SecretBytes?
        try CipherContexts.withContext { (context) throws(CryptoError) in
            EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW)
            let started = wrappingKey.withUnsafeBytes {
                EVP_DecryptInit_ex2(context, Algorithms.aes256KeyWrap, $0.unsignedBytes, nil, nil)
            }
            try check(started, "EVP_DecryptInit_ex2")
            key = try SecretBytes(count: wrapped.count - 8) { (bytes) throws(CryptoError) in
                let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
                var written: Int32 = 0
                guard EVP_DecryptUpdate(context, start, &written, wrapped, Int32(wrapped.count)) == 1,
                    written == Int32(bytes.count)
                else {
                    ERR_clear_error()
                    throw .authenticationFailed
                }
            }
        }
        guard let key = consume key else { throw .authenticationFailed }
        return key
    }

    private static func isWrappable(_ count: Int) -> Bool {
        count >= 16 && count.isMultiple(of: 8) && count <= maximumWrappedLength
    }
}
