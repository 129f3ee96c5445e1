public import AuthorizationCore
public import LedgerCrypto

extension Bytes32 {
    /// The digest as the core's value.
    public init(_ digest: SHA256Digest) {
        self = digest.withUnsafeBytes { bytes in
            Bytes32(
                first: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                second: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                third: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
                fourth: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)))
        }
    }
}

extension FenceName {
    /// What a store knows of a fence: the first 16 bytes of SHA-256 over its kind and name, each length-prefixed.
    public var key: Bytes16 {
        let digest = Bytes32(SHA256.hash(LengthPrefixed(kind, name).bytes))
        return Bytes16(high: digest.first, low: digest.second)
    }
}
