/// Which RSA public keys we use at all.
enum RSAStrength {
    /// RFC 7518 section 3.3 demands it.
    static let minimumModulusBits = 2_048
    /// The time of a verification grows with the square; a client must not choose it.
    static let maximumModulusBits = 8_192
    static let maximumExponentLength = 4

    /// Throws unless a key with this modulus and exponent (big-endian, no leading zeros) is worth verifying with.
    static func check(n: [UInt8], e: [UInt8]) throws(CryptoError) {
        guard let first = n.first, let last = n.last else { throw .keyRefused(.malformedMember) }
        let bits = 8 * n.count - first.leadingZeroBitCount
        guard bits >= minimumModulusBits else { throw .keyRefused(.weakModulus) }
        guard bits <= maximumModulusBits else { throw .keyRefused(.modulusTooLarge) }
        guard !last.isMultiple(of: 2), !hasROCAFingerprint(n) else { throw .keyRefused(.weakModulus) }
        guard e.count <= maximumExponentLength, let lowest = e.last, !lowest.isMultiple(of: 2), e != [1] else {
            throw .keyRefused(.badExponent)
        }
    }

    /// Whether the modulus was made by the faulty generator of CVE-2017-15361 (ROCA), whose keys can be factored.
    ///
    /// Its primes are powers of 65537 modulo the small primes, so the modulus is as well. A sound modulus passes for one
    /// with a probability below 2^-27.
    static func hasROCAFingerprint(_ n: [UInt8]) -> Bool {
        let primes = [
            3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
            109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
        ]
        return primes.allSatisfy { prime in
            let residue = n.reduce(0) { ($0 * 256 + Int($1)) % prime }
            var power = 1
            for _ in 0..<prime {
                if power == residue { return true }
                power = power * 65_537 % prime
            }
            return false
        }
    }
}
