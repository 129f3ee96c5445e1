internal import COpenSSL

/// AES-256-GCM (NIST SP 800-38D) with 96-bit nonces and 128-bit tags.
///
/// A nonce must never be used twice under one key. GCM does not commit to its key: where it matters which plaintext a
/// ciphertext stood for, a commitment must stand beside it.
public enum AESGCM {
    /// 32.
    public static let keyLength = 32
    /// 12.
    public static let nonceLength = 12
    /// 16.
    public static let tagLength = 16

    /// Encrypts `plaintext` and returns ciphertext ‖ tag; the tag vouches for `associatedData` as well.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer, key: borrowing SecretBytes, nonce: [UInt8], associatedData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try seal(plaintext, after: [], key: key, nonce: nonce, associatedData: associatedData)
    }

    /// Encrypts `plaintext` and returns `start` ‖ ciphertext ‖ tag, in one allocation.
    public static func seal(
        _ plaintext: UnsafeRawBufferPointer, after start: [UInt8], key: borrowing SecretBytes, nonce: [UInt8],
        associatedData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try check(lengthOf: "key", key.count, is: keyLength)
        try check(lengthOf: "nonce", nonce.count, is: nonceLength)
        let count = try libraryLength(plaintext.count, of: "plaintext")
        let associatedCount = try libraryLength(associatedData.count, of: "associated data")
        return try CipherContexts.withContext { (context) throws(CryptoError) in
            let started = key.withUnsafeBytes {
                EVP_EncryptInit_ex2(context, Algorithms.aes256GCM, $0.unsignedBytes, nonce, nil)
            }
            try check(started, "EVP_EncryptInit_ex2")
            var written: Int32 = 0
            try check(EVP_EncryptUpdate(context, nil, &written, associatedData, associatedCount), "EVP_EncryptUpdate")
            var sealed = [UInt8](repeating: 0, count: start.count + plaintext.count + tagLength)
            sealed.replaceSubrange(..<start.count, with: start)
            try sealed.withUnsafeMutableBufferPointer { (sealed) throws(CryptoError) in
                let ciphertext = sealed.extracting(start.count...).baseAddress
                let tag = sealed.extracting((start.count + plaintext.count)...).baseAddress
                try check(
                    EVP_EncryptUpdate(context, ciphertext, &written, plaintext.unsignedBytes, count),
                    "EVP_EncryptUpdate")
                try check(lengthOf: "ciphertext", Int(written), is: plaintext.count)
                try check(EVP_EncryptFinal_ex(context, tag, &written), "EVP_EncryptFinal_ex")
                try check(
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagLength), tag),
                    "EVP_CTRL_AEAD_GET_TAG")
            }
            return sealed
        }
    }

    /// Returns the plaintext of ciphertext ‖ tag.
    ///
    /// Throws ``CryptoError/authenticationFailed`` if anything differs from what was sealed: key, nonce, associated
    /// data, ciphertext or tag. Nothing of the plaintext is given out then.
    public static func open(
        _ sealed: UnsafeRawBufferPointer, key: borrowing SecretBytes, nonce: [UInt8], associatedData: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        try check(lengthOf: "key", key.count, is: keyLength)
        try check(lengthOf: "nonce", nonce.count, is: nonceLength)
        guard sealed.count >= tagLength else { throw .authenticationFailed }
        let ciphertext = UnsafeRawBufferPointer(rebasing: sealed.dropLast(tagLength))
        var tag = [UInt8](sealed.suffix(tagLength))
        let count = try libraryLength(ciphertext.count, of: "ciphertext")
        let associatedCount = try libraryLength(associatedData.count, of: "associated data")
        // The plaintext is returned by assignment, since a closure's result has to be copyable.
        var plaintext: SecretBytes?
        try CipherContexts.withContext { (context) throws(CryptoError) in
            let started = key.withUnsafeBytes {
                EVP_DecryptInit_ex2(context, Algorithms.aes256GCM, $0.unsignedBytes, nonce, nil)
            }
            try check(started, "EVP_DecryptInit_ex2")
            var written: Int32 = 0
            try check(EVP_DecryptUpdate(context, nil, &written, associatedData, associatedCount), "EVP_DecryptUpdate")
            plaintext = try SecretBytes(count: ciphertext.count) { (bytes) throws(CryptoError) in
                let start = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
                try check(
                    EVP_DecryptUpdate(context, start, &written, ciphertext.unsignedBytes, count), "EVP_DecryptUpdate")
                try check(
                    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagLength), &tag),
                    "EVP_CTRL_AEAD_SET_TAG")
                var end: UInt8 = 0
                guard EVP_DecryptFinal_ex(context, &end, &written) == 1 else {
                    ERR_clear_error()
                    throw .authenticationFailed
                }
            }
        }
        guard let plaintext = consume plaintext else { throw .authenticationFailed }
        return plaintext
    }

    /// Encrypts `plaintext` and returns ciphertext ‖ tag; the tag vouches for `associatedData` as well.
    public static func seal(
        _ plaintext: [UInt8], key: borrowing SecretBytes, nonce: [UInt8], associatedData: [UInt8]
    ) throws(CryptoError) -> [UInt8] {
        try plaintext.withUnsafeBufferPointer { (bytes) throws(CryptoError) in
            try seal(UnsafeRawBufferPointer(bytes), key: key, nonce: nonce, associatedData: associatedData)
        }
    }

    /// Returns the plaintext of ciphertext ‖ tag, or throws ``CryptoError/authenticationFailed``.
    public static func open(
        _ sealed: [UInt8], key: borrowing SecretBytes, nonce: [UInt8], associatedData: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        var plaintext: SecretBytes?
        try sealed.withUnsafeBufferPointer { (bytes) throws(CryptoError) in
            plaintext = try open(
                UnsafeRawBufferPointer(bytes), key: key, nonce: nonce, associatedData: associatedData)
        }
        guard let plaintext = consume plaintext else { throw .authenticationFailed }
        return plaintext
    }
}
