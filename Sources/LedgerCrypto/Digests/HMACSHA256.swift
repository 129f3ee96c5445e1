internal import COpenSSL

/// A key for HMAC-SHA256 (RFC 2104), set up once and used from any thread.
public final class HMACKey: Sendable {
    private let contexts: ContextPool

    /// Copies the key's bytes into memory of its own, which is wiped with the object.
    public init(_ key: borrowing SecretBytes) {
        let key = key.copy()
        contexts = ContextPool(
            make: { () throws(CryptoError) in try Self.makeContext(key) }, free: { EVP_MAC_CTX_free($0) })
    }

    /// The MAC of the bytes.
    public func authenticate(_ bytes: [UInt8]) throws(CryptoError) -> SHA256Digest {
        try authenticate([bytes])
    }

    /// The MAC of the parts, one after the other. Parts of varying length need ``LengthPrefixed`` to stay apart.
    public func authenticate(_ parts: [[UInt8]]) throws(CryptoError) -> SHA256Digest {
        try authenticate { (context) throws(CryptoError) in
            for part in parts { try check(EVP_MAC_update(context, part, part.count), "EVP_MAC_update") }
        }
    }

    /// The MAC of the bytes.
    public func authenticate(_ bytes: UnsafeRawBufferPointer) throws(CryptoError) -> SHA256Digest {
        try authenticate { (context) throws(CryptoError) in
            let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
            try check(EVP_MAC_update(context, start, bytes.count), "EVP_MAC_update")
        }
    }

    private func authenticate(
        _ update: (OpaquePointer) throws(CryptoError) -> Void
    ) throws(CryptoError) -> SHA256Digest {
        try contexts.withContext { (context) throws(CryptoError) in
            try update(context)
            var count = 0
            var result: Int32 = 0
            let digest = SHA256Digest { bytes in
                let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
                result = EVP_MAC_final(context, start, &count, bytes.count)
            }
            try check(result, "EVP_MAC_final")
            try check(lengthOf: "MAC", count, is: SHA256Digest.byteCount)
            // No key: start again with the one that is set.
            try check(EVP_MAC_init(context, nil, 0, nil), "EVP_MAC_init")
            return digest
        }
    }

    private static func makeContext(_ key: borrowing SecretBytes) throws(CryptoError) -> OpaquePointer {
        let context = try check(EVP_MAC_CTX_new(Algorithms.hmac), "EVP_MAC_CTX_new")
        let result = "SHA256".withCString { name in
            let parameters = [ledger_digest_parameter(name), OSSL_PARAM_construct_end()]
            return key.withUnsafeBytes { bytes in
                EVP_MAC_init(context, bytes.unsignedBytes, bytes.count, parameters)
            }
        }
        guard result == 1 else {
            EVP_MAC_CTX_free(context)
            throw libraryFailure("EVP_MAC_init")
        }
        return context
    }
}
