internal import AuthorizationCore

/// The holes of an issued token.
struct QuickToken {
    /// The most claims that a token of the common shapes has.
    static let maximumCauses = 16

    var account = AccountID()
    var attempts = QuickReferences()
    /// The events behind the claims, in the order of the claims.
    var because = SIMD16<Int64>(repeating: -1)
    var causes = 0
    /// Where the claims stand in the leaf, braces included.
    var claims = 0..<0
    var authTime: Int64 = -1
    var client = AppID()
    var expiresAt: Int64 = 0
    var extraInfo: Bytes32?
    var issuedAt: Int64 = 0
    var id = DecisionID()
    var subject = AccountID()
    var consulted: Int64 = 0
    var decidedAt = Timestamp()
    /// The family that begins with the token.
    var refresh: Refresh?
    var digest: Bytes32?
    var salt: SealedValue?

    struct Refresh {
        var family: FamilyID
        var familyAgain = FamilyID()
        var endsAt = Timestamp()
        var expiresAt = Timestamp()
    }

    /// Walks over the members and the closing brace.
    init(_ walker: inout LeafWalker) {
        walker.literal("\"account\":\"acc_")
        account = walker.identifier()
        walker.literal("\",\"after_indeterminate\":")
        walker.flag()
        walker.literal(",\"attempts\":[")
        walker.references(&attempts)
        walker.literal(",\"because\":{")
        repeat {
            walker.literal("\"")
            walker.text()
            walker.literal("\":")
            because[causes] = walker.integer()
            causes += 1
        } while causes < Self.maximumCauses && walker.has(",")
        walker.literal("},\"claims\":")
        let start = walker.walked
        walker.literal("{")
        walkClaims(&walker)
        claims = start..<walker.walked
        walker.literal(",\"consulted\":")
        consulted = walker.integer()
        walker.literal(",\"decided_at\":\"")
        decidedAt = walker.time()
        walker.literal("\",\"engine\":")
        walker.number()
        if walker.has(",\"family\":\"fam_") {
            refresh = Refresh(family: walker.identifier())
            walker.literal("\"")
        }
        walker.literal(",\"header\":{\"alg\":\"")
        walker.text()
        walker.literal("\",\"kid\":\"")
        walker.text()
        walker.literal("\",\"typ\":\"")
        walker.text()
        walker.literal("\"},\"kid\":\"")
        walker.text()
        walker.literal("\"")
        if walker.has(",\"refresh\":{") { walkRefresh(&walker) }
        walker.literal(",\"signing_input\":{")
        walkSigningInput(&walker)
        walker.literal(",\"winner\":\"")
        walker.text()
        walker.literal("\"}")
    }

    /// A token that is bound, or that says who acts, is rare: it does not fit.
    private mutating func walkClaims(_ walker: inout LeafWalker) {
        if walker.has("\"acr\":\"") {
            walker.text()
            walker.literal("\",")
        }
        if walker.has("\"amr\":[") {
            walker.texts()
            walker.literal(",")
        }
        walker.literal("\"aud\":[")
        walker.texts()
        if walker.has(",\"auth_time\":") { authTime = walker.integer() }
        walker.literal(",\"client_id\":\"app_")
        client = walker.identifier()
        walker.literal("\",\"exp\":")
        expiresAt = walker.integer()
        if walker.has(",\"extraInfo\":{\"sealed\":\"") {
            extraInfo = walker.bytes32()
            walker.literal("\"}")
        }
        walker.literal(",\"iat\":")
        issuedAt = walker.integer()
        walker.literal(",\"iss\":\"")
        walker.text()
        walker.literal("\",\"jti\":\"dec_")
        id = walker.identifier()
        walker.literal("\"")
        if walker.has(",\"scope\":\"") {
            walker.text()
            walker.literal("\"")
        }
        walker.literal(",\"sub\":\"acc_")
        subject = walker.identifier()
        walker.literal("\",\"subject_type\":\"")
        walker.text()
        walker.literal("\"}")
    }

    private mutating func walkRefresh(_ walker: inout LeafWalker) {
        walker.literal("\"ends_at\":\"")
        refresh?.endsAt = walker.time()
        walker.literal("\",\"expires_at\":\"")
        refresh?.expiresAt = walker.time()
        walker.literal("\",\"family\":\"fam_")
        refresh?.familyAgain = walker.identifier()
        // A later generation is of another grant.
        walker.literal("\",\"generation\":0,\"secret_digest\":\"")
        walker.skipHexadecimal(64)
        walker.literal("\"}")
    }

    private mutating func walkSigningInput(_ walker: inout LeafWalker) {
        if walker.has("\"digest\":\"") {
            digest = walker.bytes32()
            walker.literal("\"}")
        } else {
            walker.literal("\"commitment\":\"")
            walker.skipHexadecimal(64)
            walker.literal("\",\"salt\":{")
            salt = walker.sealedValue()
            walker.literal("}")
        }
    }
}
