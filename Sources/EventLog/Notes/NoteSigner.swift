public import LedgerCrypto

/// Signs notes as a log does: Ed25519 over the text, key type 0x01.
///
/// The same key must not serve a ``Cosigner``, nor sign anything else.
public struct NoteSigner: Sendable {
    public let verifierKey: VerifierKey
    private let privateKey: Ed25519PrivateKey

    public init(name: KeyName, privateKey: Ed25519PrivateKey) {
        verifierKey = VerifierKey(name: name, algorithm: .ed25519, publicKey: privateKey.publicKey)
        self.privateKey = privateKey
    }

    /// The signature line over the note's text. A log signs no checkpoint that is inconsistent with one it signed before:
    /// the caller knows.
    public func sign(_ note: SignedNote) throws(NoteError) -> NoteSignature {
        do throws(CryptoError) {
            return NoteSignature(verifierKey, payload: try privateKey.sign(note.text))
        } catch {
            throw .cryptography(error)
        }
    }
}

/// Cosigns checkpoints as a witness does: Ed25519 over the time and the text, key type 0x04.
///
/// One key per cosigner: what is signed does not hold its name.
public struct Cosigner: Sendable {
    public let verifierKey: VerifierKey
    private let privateKey: Ed25519PrivateKey

    public init(name: KeyName, privateKey: Ed25519PrivateKey) {
        verifierKey = VerifierKey(name: name, algorithm: .cosignature, publicKey: privateKey.publicKey)
        self.privateKey = privateKey
    }

    /// The signature line that says: at this time (seconds since 1970) this was the largest tree of its origin that I had
    /// found consistent. Throws ``NoteError/malformedCheckpoint`` for a note that is no checkpoint.
    public func cosign(_ note: SignedNote, time: UInt64) throws(NoteError) -> NoteSignature {
        guard time <= UInt64(Int64.max) else { throw .timeOutOfRange(time) }
        _ = try Checkpoint(parsing: note.text)
        let signature: [UInt8]
        do throws(CryptoError) {
            signature = try privateKey.sign(Cosignature.message(time: time, text: note.text))
        } catch {
            throw .cryptography(error)
        }
        return NoteSignature(verifierKey, payload: withUnsafeBytes(of: time.bigEndian) { Array($0) } + signature)
    }
}
