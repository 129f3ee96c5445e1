public import AuthorizationCore
public import LedgerCrypto

/// Personal values beside the log: the leaf commits to them with a salt, the side table holds them encrypted.
///
/// commitment = SHA-256("authledger/sealed/v1\n" ‖ salt(32) ‖ LP(value)); record = nonce(12) ‖ AES-256-GCM under the
/// vault's key of salt ‖ value padded to a multiple of 64 bytes, with blind ‖ field ‖ vault ‖ commitment as associated
/// data. AES-GCM does not commit to its key; the salted commitment fixes what the plaintext was.
public enum Sealing {
    /// The longest value that can be sealed.
    public static let maximumValueBytes = 16_384

    private static let prefix = Array("authledger/sealed/v1\n".utf8)
    private static let saltCount = 32
    private static let block = 64

    /// Seals a value of an event for a vault.
    public static func seal(
        _ value: [UInt8], field: String, blind: Bytes16, vault: VaultID, key: borrowing SecretBytes
    ) throws(CryptoError) -> Sealed {
        precondition(value.count <= maximumValueBytes, "a longer value is refused before it comes here")
        let drawn = try SecureRandom.bytes(saltCount + AESGCM.nonceLength)
        let nonce = Array(drawn[saltCount...])
        // salt ‖ LP(value) ‖ padding: what is encrypted, and, but for the padding, what is committed to.
        let committedCount = saltCount + 4 + value.count
        var plaintext: [UInt8] = []
        plaintext.reserveCapacity(committedCount + block)
        plaintext.append(contentsOf: drawn[..<saltCount])
        withUnsafeBytes(of: UInt32(value.count).bigEndian) { plaintext.append(contentsOf: $0) }
        plaintext.append(contentsOf: value)
        plaintext.append(contentsOf: repeatElement(0, count: (block - plaintext.count % block) % block))
        defer { wipe(&plaintext) }
        let commitment = plaintext.withUnsafeBytes { bytes in
            Bytes32(SHA256.hash(prefix, UnsafeRawBufferPointer(rebasing: bytes[..<committedCount])))
        }
        let associatedData = associatedData(field: field, blind: blind, vault: vault, commitment: commitment)
        let record = try plaintext.withUnsafeBufferPointer { (bytes) throws(CryptoError) in
            try AESGCM.seal(
                UnsafeRawBufferPointer(bytes), after: nonce, key: key, nonce: nonce, associatedData: associatedData)
        }
        let sealed = SealedValue(vault: vault, commitment: commitment, ciphertextHash: Bytes32(SHA256.hash(record)))
        return Sealed(value: sealed, record: SealedRecord(field: field, vault: vault, bytes: record))
    }

    /// The value, or nil when the record is not the one that the leaf names, the key is another, or the plaintext is
    /// not what was committed to.
    public static func open(
        _ record: [UInt8], of sealed: SealedValue, field: String, blind: Bytes16, key: borrowing SecretBytes
    ) -> [UInt8]? {
        guard isRecord(record, of: sealed), record.count > AESGCM.nonceLength + AESGCM.tagLength + saltCount + 4,
            let plaintext = try? AESGCM.open(
                Array(record[AESGCM.nonceLength...]), key: key, nonce: Array(record[..<AESGCM.nonceLength]),
                associatedData: associatedData(
                    field: field, blind: blind, vault: sealed.vault, commitment: sealed.commitment))
        else { return nil }
        let parts = plaintext.withUnsafeBytes { (bytes) -> (salt: [UInt8], value: [UInt8])? in
            var count = 0
            for byte in bytes[saltCount..<saltCount + 4] { count = count << 8 | Int(byte) }
            guard count <= bytes.count - saltCount - 4 else { return nil }
            return (Array(bytes[..<saltCount]), Array(bytes[(saltCount + 4)..<(saltCount + 4 + count)]))
        }
        guard let (salt, value) = parts else { return nil }
        guard commitment(to: value, salt: salt) == sealed.commitment else { return nil }
        return value
    }

    /// Whether this is, whole, the ciphertext record that the leaf names. Needs no key.
    public static func isRecord(_ record: [UInt8], of sealed: SealedValue) -> Bool {
        Bytes32(SHA256.hash(record)) == sealed.ciphertextHash
    }

    static func commitment(to value: [UInt8], salt: [UInt8]) -> Bytes32 {
        Bytes32(SHA256.hash(prefix + salt + LengthPrefixed.bytes(of: value)))
    }

    private static func associatedData(
        field: String, blind: Bytes16, vault: VaultID, commitment: Bytes32
    ) -> [UInt8] {
        var data: [UInt8] = []
        data.reserveCapacity(Bytes16.count + field.utf8.count + 32 + Bytes32.count)
        blind.append(to: &data)
        data.append(contentsOf: field.utf8)
        vault.withTextBytes { data.append(contentsOf: $0) }
        commitment.append(to: &data)
        return data
    }
}

/// A value that was just sealed: what the leaf says of it, and the row beside the log.
public struct Sealed: Sendable, Equatable {
    public var value: SealedValue
    public var record: SealedRecord

    public init(value: SealedValue, record: SealedRecord) {
        self.value = value
        self.record = record
    }
}

extension LengthPrefixed {
    fileprivate static func bytes(of part: [UInt8]) -> [UInt8] {
        var prefixed = LengthPrefixed()
        prefixed.append(part)
        return prefixed.bytes
    }
}
