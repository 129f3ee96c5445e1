internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto
internal import Threads
internal import TokenFormat

/// An access token that is in the log exactly as it was presented, and what the log says of it.
struct IssuedToken: Sendable {
    let facts: IssuedFacts
    let key: AuthorizationCore.KeyName
    let issuer: String
    let clientID: AppID
    let audience: [String]
    let expiresAt: Int64
    /// Its claims as they stand in it.
    let claims: [UInt8]
    /// Everything that ended before this position was looked up.
    var checkedAt: Position
}

/// Finds access tokens that were presented to us in the log, and keeps those that it found.
///
/// A token counts only if its key signed it **and** the log says that these very bytes were issued: whoever stole a key
/// mints nothing that we accept. What is kept, by the SHA-256 of the whole token, spares signature and look-up when it
/// comes again, but never the question whether it was revoked.
final class IssuedTokens: Sendable {
    /// Half of them are kept when there are more.
    static let maximumKept = 16_384

    private struct State {
        // Two halves: what comes again moves into the young one, and the old one goes when the young one is full.
        var young: [SHA256Digest: IssuedToken] = [:]
        var old: [SHA256Digest: IssuedToken] = [:]
        var keys: [AuthorizationCore.KeyName: TokenVerificationKey] = [:]
    }

    private let state = Locked(State())

    /// The token, while it holds: issued by this environment, not expired, its key in use, and not revoked.
    func active(
        _ text: String, in environment: Environment, at now: Timestamp, _ context: ServiceContext
    ) async throws -> IssuedToken? {
        let digest = SHA256.hash(Array(text.utf8))
        var found = kept(digest)
        if found == nil, let token = CompactToken(text) { found = try await find(token, in: environment, context) }
        guard var token = found, token.issuer == environment.issuer, now.seconds < token.expiresAt,
            let key = context.store.state.estate.keys[token.key], key.retiredAt == nil, key.compromisedSince == nil
        else { return nil }
        guard try await holds(&token, context) else { return nil }
        keep(token, as: digest)
        return token
    }

    /// Whether nothing ended the token, by what memory knows or else by the fences in the log.
    private func holds(_ token: inout IssuedToken, _ context: ServiceContext) async throws -> Bool {
        let facts = token.facts
        let checkedAt = token.checkedAt
        let ended: Bool? = context.revocations.withLock { table in
            table.endsBroadly(facts) ? true : table.ended(facts.fences, since: checkedAt)
        }
        if let ended { return !ended }
        let (isEnded, size) = try await context.store.read { (reader) throws(StoreError) in
            (try facts.areEnded(in: reader), try reader.head().size)
        }
        token.checkedAt = Position(size)
        return !isEnded
    }

    // MARK: Finding

    /// nil unless a key of ours signed these bytes and the log says that they were issued, and not revoked yet.
    private func find(
        _ token: CompactToken, in environment: Environment, _ context: ServiceContext
    ) async throws -> IssuedToken? {
        guard let id = token.id else { return nil }
        let found = try await context.store.read {
            (reader) throws(StoreError) -> (issued: TokenIssued, at: Position, size: Int64)? in
            guard let position = try reader.outcome(of: id),
                case .tokens(.issued(let issued)) = try reader.decodedEvent(at: position)?.data,
                try !IssuedFacts(of: issued, at: position).areEnded(in: reader)
            else { return nil }
            return (issued, position, try reader.head().size)
        }
        guard let (issued, position, size) = found, try await isRecorded(token, issued, at: position, context) else {
            return nil
        }
        let name = AuthorizationCore.KeyName(use: .token, environment: environment.name, kid: issued.kid)
        guard let key = verificationKey(name, in: context.store.state.estate),
            try key.verify(token.signature, of: token.signingInput)
        else { return nil }
        return IssuedToken(
            facts: IssuedFacts(of: issued, at: position), key: name, issuer: issued.claims.issuer,
            clientID: issued.claims.clientID, audience: issued.claims.audience, expiresAt: issued.claims.expiresAt,
            claims: token.claims, checkedAt: Position(size))
    }

    /// Whether header and claims are byte for byte what was recorded, what is sealed in the log included.
    private func isRecorded(
        _ token: CompactToken, _ issued: TokenIssued, at position: Position, _ context: ServiceContext
    ) async throws -> Bool {
        // Two base64url texts can hold the same bytes; only one of them was signed, and it is compared below.
        guard token.header == (try AccessTokenFormat.header(issued.header)) else { return false }
        let signing = try SigningBytes(issued.header, issued.claims, extraInfo: token.extraInfo)
        guard signing.bytes == token.signingInput else { return false }
        var salt: [UInt8]?
        if let sealed = issued.signingInput.salt {
            salt = try await context.opened.value(
                sealed, at: position, path: "signing_input.salt", store: context.store, vaults: context.vaults)
        }
        return signing.are(issued.signingInput, salt: salt)
    }

    private func verificationKey(_ name: AuthorizationCore.KeyName, in estate: Estate) -> TokenVerificationKey? {
        if let key = state.withLock({ $0.keys[name] }) { return key }
        guard let environment = name.environment,
            let entry = KeySet(of: environment, in: estate).entries.first(where: { $0.kid == name.kid }),
            let key = try? TokenVerificationKey(entry.key)
        else { return nil }
        // No more than the estate has keys.
        state.withLock { $0.keys[name] = key }
        return key
    }

    // MARK: Keeping

    private func kept(_ digest: SHA256Digest) -> IssuedToken? {
        state.withLock { $0.young[digest] ?? $0.old[digest] }
    }

    private func keep(_ token: IssuedToken, as digest: SHA256Digest) {
        state.withLock { state in
            if let known = state.young[digest], known.checkedAt >= token.checkedAt { return }
            if state.young.count >= Self.maximumKept / 2 {
                state.old = state.young
                state.young = [:]
            }
            state.young[digest] = token
        }
    }
}

extension IssuedFacts {
    /// Whether one of its fences says that it ended.
    func areEnded(in reader: any LedgerReader) throws(StoreError) -> Bool {
        // Nothing but a revocation touches the fence of a token.
        if let token, try reader.lastTouch(of: .token(token)) != nil { return true }
        guard let family, let touched = try reader.lastTouch(of: .family(family)) else { return false }
        switch try reader.decodedEvent(at: touched)?.data {
        // Nothing touches a family after its end.
        case .tokens(.revoked), .tokens(.refreshReuseDetected), .accounts(.personErased): return true
        case .tokens, .accounts, .ledger, .operators, .environments, .apis, .identities, .apps, .access, .audit, nil:
            return false
        }
    }
}
