/// One immutable fact of the log.
///
/// Its recorded form is one line of canonical JSON with the members `actor`, `blind`, `correlation`, `data`, `position`,
/// `recorded_at`, `type` and `v`; exactly those bytes are the leaf of the Merkle tree.
public struct Event: Sendable {
    /// The version of the recorded form. A reader upcasts older ones; stored bytes never change.
    public static let version: Int64 = 1

    public var position: Position
    /// Never runs backwards along the log.
    public var recordedAt: Timestamp
    public var actor: Actor
    /// The decision or command that the event belongs to.
    public var correlation: String
    /// Random, so that a public leaf hash cannot be guessed back.
    public var blind: Bytes16
    public var data: EventData

    public init(
        position: Position, recordedAt: Timestamp, actor: Actor, correlation: String, blind: Bytes16, data: EventData
    ) {
        self.position = position
        self.recordedAt = recordedAt
        self.actor = actor
        self.correlation = correlation
        self.blind = blind
        self.data = data
    }
}

/// Who caused an event.
public struct Actor: FieldGroup, Hashable {
    public enum Kind: String, CaseIterable, TextValue {
        case `operator`, app, api, service, stranger
    }

    public var kind = Kind.service
    /// An identifier of ours: of the operator, the app, the API; `service` or `stranger` for the other kinds.
    public var id = ""

    public init() {}
    public init(kind: Kind, id: String) {
        self.kind = kind
        self.id = id
    }

    public static let service = Actor(kind: .service, id: "service")
    public static let stranger = Actor(kind: .stranger, id: "stranger")
    public static func `operator`(_ id: OperatorID) -> Actor { Actor(kind: .operator, id: id.text) }
    public static func app(_ id: AppID) -> Actor { Actor(kind: .app, id: id.text) }

    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("id", &id)
        try fields.text("kind", &kind)
    }
}

/// A value that the log does not hold: it lies encrypted beside it, and the log commits to it with a salt.
public struct SealedValue: FieldGroup, Hashable {
    /// SHA-256 of the ciphertext record in the side table.
    public var ciphertextHash = Bytes32()
    /// SHA-256 of a fixed prefix, a salt of 32 bytes and the length-prefixed value.
    public var commitment = Bytes32()
    public var vault = VaultID()

    public init() {}
    public init(vault: VaultID, commitment: Bytes32, ciphertextHash: Bytes32) {
        self.vault = vault
        self.commitment = commitment
        self.ciphertextHash = ciphertextHash
    }

    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("ciphertext_hash", &ciphertextHash)
        try fields.text("commitment", &commitment)
        try fields.text("vault", &vault)
    }
}

/// A secret of ours, by its digest: SHA-256 of 32 random bytes, which nobody can guess back.
public struct SecretDigest: FieldGroup, Hashable {
    public var digest = Bytes32()
    public var id = CredentialID()

    public init() {}
    public init(id: CredentialID, digest: Bytes32) {
        self.id = id
        self.digest = digest
    }

    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        try fields.text("digest", &digest)
        try fields.text("id", &id)
    }
}
