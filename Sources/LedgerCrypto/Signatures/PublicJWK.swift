/// A public key as a JSON Web Key (RFC 7517), reduced to the members that make the key.
///
/// Each key has one form: octet strings of the exact length, integers as short as possible. So equal keys are equal values
/// and have one thumbprint.
public enum PublicJWK: Hashable, Sendable {
    /// A point of P-256, 32 bytes each (RFC 7518 section 6.2.1).
    case p256(x: [UInt8], y: [UInt8])
    /// Modulus and exponent, big-endian without leading zeros (RFC 7518 section 6.3.1).
    case rsa(n: [UInt8], e: [UInt8])
    /// An Ed25519 key, 32 bytes (RFC 8037 section 2).
    case ed25519(x: [UInt8])

    /// Members that only a private or a symmetric key has (RFC 7518 sections 6.2.2, 6.3.2 and 6.4).
    private static let privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]

    /// Reads the members of a JWK. `member` gives the text of a string member, or nil where there is none.
    ///
    /// `use` and `alg`, where present, must allow signatures with this key (RFC 7517 sections 4.2 and 4.4). Whether the
    /// numbers make a key that can be used is checked by ``TokenVerificationKey``.
    public init(member: (_ name: String) -> String?) throws(CryptoError) {
        guard !Self.privateMembers.contains(where: { member($0) != nil }) else { throw .keyRefused(.privateMember) }
        switch (member("kty"), member("crv")) {
        case ("EC", "P-256"):
            self = .p256(x: try Self.octets(member("x"), count: 32), y: try Self.octets(member("y"), count: 32))
        case ("OKP", "Ed25519"):
            self = .ed25519(x: try Self.octets(member("x"), count: 32))
        case ("RSA", _):
            self = .rsa(n: try Self.integer(member("n")), e: try Self.integer(member("e")))
        default:
            throw .keyRefused(.unsupported)
        }
        guard (member("use") ?? "sig") == "sig" else { throw .keyRefused(.unsupported) }
        guard (member("alg") ?? algorithm.rawValue) == algorithm.rawValue else { throw .keyRefused(.unsupported) }
    }

    /// The algorithm that keys of this kind sign with.
    public var algorithm: SignatureAlgorithm {
        switch self {
        case .p256: .es256
        case .rsa: .rs256
        case .ed25519: .edDSA
        }
    }

    /// Names and values of the members, in the order of RFC 7638 section 3.2.
    public var members: [(name: String, value: String)] {
        switch self {
        case .p256(let x, let y):
            [("crv", "P-256"), ("kty", "EC"), ("x", Base64URL.encode(x)), ("y", Base64URL.encode(y))]
        case .rsa(let n, let e):
            [("e", Base64URL.encode(e)), ("kty", "RSA"), ("n", Base64URL.encode(n))]
        case .ed25519(let x):
            [("crv", "Ed25519"), ("kty", "OKP"), ("x", Base64URL.encode(x))]
        }
    }

    /// The JWK thumbprint (RFC 7638) with SHA-256.
    public var thumbprint: SHA256Digest {
        // No member needs an escape: all values are base64url or registered names.
        let json = members.map { "\"\($0.name)\":\"\($0.value)\"" }.joined(separator: ",")
        return SHA256.hash(Array("{\(json)}".utf8))
    }

    /// The thumbprint in base64url: what `kid`, `jkt` and `cnf` carry.
    public var keyID: String { thumbprint.withUnsafeBytes { Base64URL.encode($0) } }

    private static func octets(_ text: String?, count: Int) throws(CryptoError) -> [UInt8] {
        guard let text, let bytes = Base64URL.decode(text), bytes.count == count else {
            throw .keyRefused(.malformedMember)
        }
        return bytes
    }

    private static func integer(_ text: String?) throws(CryptoError) -> [UInt8] {
        guard let text, let bytes = Base64URL.decode(text), let first = bytes.first, first != 0 else {
            throw .keyRefused(.malformedMember)
        }
        return bytes
    }
}
