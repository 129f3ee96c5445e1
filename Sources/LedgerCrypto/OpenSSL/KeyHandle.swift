internal import COpenSSL

/// Owns one `EVP_PKEY`.
///
/// Safe to share: the library counts references atomically and a key never changes after the initializer.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over a key that the library made; throws if it made none.
    init(taking pointer: OpaquePointer?, _ operation: String) throws(CryptoError) {
        self.pointer = try check(pointer, operation)
    }

    deinit { EVP_PKEY_free(pointer) }

    /// Whether the key is of a type, as the library names it: `EC`, `RSA`, `ED25519`.
    func isA(_ type: String) -> Bool { EVP_PKEY_is_a(pointer, type) == 1 }

    /// A number of the key as big-endian bytes, left-padded to `length`, or as short as possible when that is nil.
    func number(_ name: String, length: Int?) throws(CryptoError) -> [UInt8] {
        var number: OpaquePointer?
        try check(EVP_PKEY_get_bn_param(pointer, name, &number), "EVP_PKEY_get_bn_param")
        defer { BN_free(number) }
        let count = length ?? Int(BN_num_bits(number) + 7) / 8
        var bytes = [UInt8](repeating: 0, count: count)
        guard BN_bn2binpad(number, &bytes, Int32(count)) == Int32(count) else { throw libraryFailure("BN_bn2binpad") }
        return bytes
    }

    /// The raw public key of an Ed25519 key, 32 bytes.
    func rawPublicKey() throws(CryptoError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count = bytes.count
        try check(EVP_PKEY_get_raw_public_key(pointer, &bytes, &count), "EVP_PKEY_get_raw_public_key")
        try check(lengthOf: "public key", count, is: 32)
        return bytes
    }
}
