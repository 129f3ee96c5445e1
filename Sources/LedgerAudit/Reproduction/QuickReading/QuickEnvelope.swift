internal import AuthorizationCore

/// What stands around an event's data.
struct QuickEnvelope {
    /// The app that asked; nil for a stranger.
    var app: AppID?
    var decision = DecisionID()
    var position: Int64 = 0

    /// Walks up to the first member of the data.
    init(openingOf walker: inout LeafWalker) {
        walker.literal("{\"actor\":{\"id\":\"")
        if walker.has("app_") {
            app = walker.identifier()
            walker.literal("\",\"kind\":\"app\"},\"blind\":\"")
        } else {
            walker.literal("stranger\",\"kind\":\"stranger\"},\"blind\":\"")
        }
        walker.skipHexadecimal(32)
        walker.literal("\",\"correlation\":\"dec_")
        decision = walker.identifier()
        walker.literal("\",\"data\":{")
    }

    /// Walks from behind the data to the end.
    mutating func close(_ walker: inout LeafWalker, type: StaticString) {
        walker.literal(",\"position\":")
        position = walker.integer()
        walker.literal(",\"recorded_at\":\"")
        _ = walker.time()
        walker.literal("\",\"type\":\"")
        walker.literal(type)
        walker.literal("\",\"v\":1}")
    }
}

extension LeafWalker {
    /// A sealed value, after its opening brace.
    mutating func sealedValue() -> SealedValue {
        literal("\"ciphertext_hash\":\"")
        let ciphertextHash = bytes32()
        literal("\",\"commitment\":\"")
        let commitment = bytes32()
        literal("\",\"vault\":\"vlt_")
        let vault: VaultID = identifier()
        literal("\"}")
        return SealedValue(vault: vault, commitment: commitment, ciphertextHash: ciphertextHash)
    }

    /// A sealed value that nobody asks for.
    mutating func skipSealedValue() {
        literal("\"ciphertext_hash\":\"")
        skipHexadecimal(64)
        literal("\",\"commitment\":\"")
        skipHexadecimal(64)
        literal("\",\"vault\":\"vlt_")
        let _: VaultID = identifier()
        literal("\"}")
    }

    /// References, after the opening bracket of their array and over its end: `count` in a row, the first at `first`.
    mutating func references(_ row: inout QuickReferences) {
        if has("]") { return }
        row.first = integer()
        row.count = 1
        while has(",") {
            if integer() != row.first + row.count { row.isBroken = true }
            row.count += 1
        }
        literal("]")
    }
}

/// References to events that stand in a row.
struct QuickReferences {
    var first: Int64 = 0
    var count: Int64 = 0
    /// They do not stand in a row.
    var isBroken = false
}
