public import AuthorizationCore
public import LedgerCrypto

/// A value by which a wrong key is noticed before anything is done with it.
///
/// It stands beside what the key protects and tells nothing of the key: HMAC(key, LP("authledger/key-check/v1") ‖
/// LP(name)). No directory entry and no idempotency key has such a first part.
public enum KeyCheck {
    public static func value(of name: String, under key: HMACKey) throws(CryptoError) -> Bytes32 {
        Bytes32(try key.authenticate(LengthPrefixed("authledger/key-check/v1", name).bytes))
    }
}
