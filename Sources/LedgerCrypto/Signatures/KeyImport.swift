internal import COpenSSL

extension KeyHandle {
    /// The public key of a point. The library refuses coordinates that are not on the curve.
    static func p256(x: [UInt8], y: [UInt8]) throws(CryptoError) -> KeyHandle {
        // SEC 1 section 2.3.3: 04 ‖ x ‖ y.
        let point = [4] + x + y
        let key = "P-256".withCString { group in
            point.withUnsafeBytes { point in
                publicKey(
                    ofType: "EC",
                    [ledger_group_parameter(group), ledger_point_parameter(point.baseAddress, point.count)])
            }
        }
        guard let key else {
            ERR_clear_error()
            throw .keyRefused(.notOnCurve)
        }
        return try KeyHandle(taking: key, "EVP_PKEY_fromdata")
    }

    /// The public key of a modulus and an exponent, both big-endian.
    static func rsa(n: [UInt8], e: [UInt8]) throws(CryptoError) -> KeyHandle {
        // The library takes numbers in the machine's byte order, which is little-endian on all that Swift runs on.
        let key = n.reversed().withUnsafeBufferPointer { n in
            e.reversed().withUnsafeBufferPointer { e in
                publicKey(
                    ofType: "RSA",
                    [
                        ledger_modulus_parameter(n.baseAddress, n.count),
                        ledger_exponent_parameter(e.baseAddress, e.count),
                    ])
            }
        }
        return try KeyHandle(taking: key, "EVP_PKEY_fromdata")
    }

    private static func publicKey(ofType type: String, _ parameters: [OSSL_PARAM]) -> OpaquePointer? {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, type, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_fromdata_init(context) == 1 else { return nil }
        var parameters = parameters + [OSSL_PARAM_construct_end()]
        var key: OpaquePointer?
        guard EVP_PKEY_fromdata(context, &key, ledger_select_public_key(), &parameters) == 1 else {
            EVP_PKEY_free(key)
            return nil
        }
        return key
    }

    /// The public half in JWK form; throws for a kind of key that we do not use.
    func publicJWK() throws(CryptoError) -> PublicJWK {
        if isA("ED25519") { return .ed25519(x: try rawPublicKey()) }
        if isA("RSA") {
            return .rsa(
                n: try number(OSSL_PKEY_PARAM_RSA_N, length: nil), e: try number(OSSL_PKEY_PARAM_RSA_E, length: nil))
        }
        guard isA("EC"), groupName() == "prime256v1" else { throw .keyRefused(.unsupported) }
        return .p256(
            x: try number(OSSL_PKEY_PARAM_EC_PUB_X, length: 32), y: try number(OSSL_PKEY_PARAM_EC_PUB_Y, length: 32))
    }

    private func groupName() -> String? {
        var name = [UInt8](repeating: 0, count: 64)
        var count = 0
        let result = name.withUnsafeMutableBytes { name in
            EVP_PKEY_get_group_name(pointer, name.assumingMemoryBound(to: CChar.self).baseAddress, name.count, &count)
        }
        guard result == 1, count <= name.count else { return nil }
        return String(decoding: name.prefix(count), as: UTF8.self)
    }
}
