internal import COpenSSL

/// The two spellings of a P-256 signature: r ‖ s of JOSE (RFC 7518 section 3.4) and the DER that the library speaks.
enum ECDSASignature {
    /// 64: two numbers of 32 bytes.
    static let rawLength = 64
    /// The longest DER form: two numbers of 33 bytes, each with a header of two, and the header of the sequence.
    static let maximumDERLength = 72

    static func raw(fromDER der: UnsafeBufferPointer<UInt8>) throws(CryptoError) -> [UInt8] {
        var cursor = der.baseAddress
        let signature = try check(d2i_ECDSA_SIG(nil, &cursor, der.count), "d2i_ECDSA_SIG")
        defer { ECDSA_SIG_free(signature) }
        var raw = [UInt8](repeating: 0, count: rawLength)
        let written = raw.withUnsafeMutableBufferPointer { raw in
            guard let start = raw.baseAddress else { return false }
            return BN_bn2binpad(ECDSA_SIG_get0_r(signature), start, 32) == 32
                && BN_bn2binpad(ECDSA_SIG_get0_s(signature), start + 32, 32) == 32
        }
        guard written else { throw libraryFailure("BN_bn2binpad") }
        return raw
    }

    static func der(fromRaw raw: [UInt8]) throws(CryptoError) -> [UInt8] {
        try check(lengthOf: "signature", raw.count, is: rawLength)
        let signature = try check(ECDSA_SIG_new(), "ECDSA_SIG_new")
        defer { ECDSA_SIG_free(signature) }
        let numbers = raw.withUnsafeBufferPointer { raw in
            (r: BN_bin2bn(raw.baseAddress, 32, nil), s: BN_bin2bn(raw.baseAddress.map { $0 + 32 }, 32, nil))
        }
        guard let r = numbers.r, let s = numbers.s, ECDSA_SIG_set0(signature, r, s) == 1 else {
            BN_free(numbers.r)
            BN_free(numbers.s)
            throw libraryFailure("ECDSA_SIG_set0")
        }
        var der = [UInt8](repeating: 0, count: maximumDERLength)
        let count = der.withUnsafeMutableBufferPointer { der in
            var cursor = der.baseAddress
            return i2d_ECDSA_SIG(signature, &cursor)
        }
        guard count > 0 else { throw libraryFailure("i2d_ECDSA_SIG") }
        der.removeSubrange(Int(count)...)
        return der
    }
}
