internal import COpenSSL

extension KeyHandle {
    /// The largest private key file we read: an RSA key of 8,192 bits has fewer than 5,000 bytes.
    static let maximumPKCS8Length = 8_192

    /// Reads one unencrypted PKCS#8 structure (RFC 5958) with nothing after it.
    convenience init(pkcs8: borrowing SecretBytes) throws(CryptoError) {
        guard pkcs8.count <= Self.maximumPKCS8Length else { throw .keyRefused(.notPKCS8) }
        let structure = pkcs8.withUnsafeBytes { bytes -> OpaquePointer? in
            let start = bytes.unsignedBytes
            var cursor = start
            guard let structure = d2i_PKCS8_PRIV_KEY_INFO(nil, &cursor, bytes.count) else { return nil }
            guard cursor == start.map({ $0 + bytes.count }) else {
                PKCS8_PRIV_KEY_INFO_free(structure)
                return nil
            }
            return structure
        }
        guard let structure else {
            ERR_clear_error()
            throw .keyRefused(.notPKCS8)
        }
        defer { PKCS8_PRIV_KEY_INFO_free(structure) }
        guard let key = EVP_PKCS82PKEY_ex(structure, nil, nil) else {
            ERR_clear_error()
            throw .keyRefused(.unsupported)
        }
        try self.init(taking: key, "EVP_PKCS82PKEY_ex")
    }

    /// Throws unless the private and the public part belong together.
    func checkConsistency() throws(CryptoError) {
        let context = try check(EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil), "EVP_PKEY_CTX_new_from_pkey")
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_pairwise_check(context) == 1 else {
            ERR_clear_error()
            throw .keyRefused(.inconsistent)
        }
    }

    /// The key as one unencrypted PKCS#8 structure.
    func pkcs8() throws(CryptoError) -> SecretBytes {
        let structure = try check(EVP_PKEY2PKCS8(pointer), "EVP_PKEY2PKCS8")
        defer { PKCS8_PRIV_KEY_INFO_free(structure) }
        let count = i2d_PKCS8_PRIV_KEY_INFO(structure, nil)
        guard count > 0 else { throw libraryFailure("i2d_PKCS8_PRIV_KEY_INFO") }
        return try SecretBytes(count: Int(count)) { (bytes) throws(CryptoError) in
            var cursor = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
            guard i2d_PKCS8_PRIV_KEY_INFO(structure, &cursor) == count else {
                throw libraryFailure("i2d_PKCS8_PRIV_KEY_INFO")
            }
        }
    }
}
