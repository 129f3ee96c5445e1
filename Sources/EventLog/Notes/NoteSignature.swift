internal import LedgerCrypto

/// A signature line of a note: `— <name> <base64(key ID ‖ payload)>`.
public struct NoteSignature: Hashable, Sendable {
    public let name: KeyName
    public let keyID: UInt32
    /// At least one byte; its form depends on the key.
    public let payload: [UInt8]

    /// An em dash (U+2014) and a space.
    private static let start = "\u{2014} "

    init(_ key: VerifierKey, payload: [UInt8]) {
        name = key.name
        keyID = key.keyID
        self.payload = payload
    }

    /// Reads a line without its newline.
    init?(line: ArraySlice<UInt8>) {
        guard let rest = line.dropping(Self.start), let space = rest.firstIndex(of: UInt8(ascii: " ")),
            let name = KeyName(rest[..<space]), let bytes = Base64.decode(rest[(space + 1)...]), bytes.count > 4
        else { return nil }
        self.name = name
        keyID = bytes.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
        payload = Array(bytes.dropFirst(4))
    }

    /// The line with its newline, as a witness returns it.
    public var line: [UInt8] {
        let bytes = withUnsafeBytes(of: keyID.bigEndian) { Array($0) } + payload
        return Array("\(Self.start)\(name) \(Base64.encode(bytes))\n".utf8)
    }
}

/// A signature that was found to be its key's.
public struct VerifiedSignature: Hashable, Sendable {
    public let key: VerifierKey
    /// When a cosigner says it saw the checkpoint, in seconds since 1970; nil for other keys.
    public let time: UInt64?

    init(_ signature: NoteSignature, of text: [UInt8], by key: VerifierKey) throws(NoteError) {
        self.key = key
        let (message, bytes): ([UInt8], [UInt8])
        switch key.algorithm {
        case .ed25519:
            time = nil
            (message, bytes) = (text, signature.payload)
        case .cosignature:
            guard let time = Cosignature.time(in: signature.payload) else { throw .invalidSignature(key.name) }
            self.time = time
            message = Cosignature.message(time: time, text: text)
            bytes = Array(signature.payload.dropFirst(Cosignature.timeLength))
        }
        let isValid: Bool
        do throws(CryptoError) {
            isValid = try key.publicKey.verify(bytes, of: message)
        } catch {
            throw .cryptography(error)
        }
        guard isValid else { throw .invalidSignature(key.name) }
    }
}
