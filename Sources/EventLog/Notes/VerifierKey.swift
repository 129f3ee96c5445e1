public import LedgerCrypto

/// A public key that signs notes under a name; its text form is the vkey `<name>+<key ID>+<base64>` of C2SP signed-note.
public struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// What a signature of the key covers.
    public enum Algorithm: UInt8, CaseIterable, Sendable {
        /// Ed25519 over the note's text.
        case ed25519 = 0x01
        /// Ed25519 over a time and the note's text: `cosignature/v1` of C2SP tlog-cosignature.
        case cosignature = 0x04
    }

    public let name: KeyName
    public let algorithm: Algorithm
    public let publicKey: Ed25519PublicKey
    /// The first four bytes of SHA-256(name ‖ 0x0A ‖ algorithm ‖ public key). It finds a key and authenticates nothing.
    public let keyID: UInt32

    public init(name: KeyName, algorithm: Algorithm, publicKey: Ed25519PublicKey) {
        self.name = name
        self.algorithm = algorithm
        self.publicKey = publicKey
        let digest = SHA256.hash(
            Array(name.text.utf8) + [TextLines.newline, algorithm.rawValue] + publicKey.rawBytes)
        keyID = digest.withUnsafeBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
    }

    /// Reads a vkey. Throws ``NoteError/malformedVerifierKey`` unless the text is what ``text`` gives for some key, so also
    /// for a key ID that does not belong to the rest, and for algorithms that we do not have.
    public init(_ text: String) throws(NoteError) {
        guard text.utf8.count <= Self.maximumLength else { throw .malformedVerifierKey }
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let name = KeyName(String(parts[0])),
            let key = Base64.decode(String(parts[2])), let type = key.first, let algorithm = Algorithm(rawValue: type),
            let publicKey = try? Ed25519PublicKey(rawBytes: [UInt8](key.dropFirst()))
        else { throw .malformedVerifierKey }
        self.init(name: name, algorithm: algorithm, publicKey: publicKey)
        guard parts[1].utf8.elementsEqual(keyIDText.utf8) else { throw .malformedVerifierKey }
    }

    static let maximumLength = KeyName.maximumLength + 64

    /// The vkey.
    public var text: String {
        "\(name)+\(keyIDText)+\(Base64.encode([algorithm.rawValue] + publicKey.rawBytes))"
    }

    public var description: String { text }

    private var keyIDText: String { withUnsafeBytes(of: keyID.bigEndian) { Hex.encode($0) } }
}
