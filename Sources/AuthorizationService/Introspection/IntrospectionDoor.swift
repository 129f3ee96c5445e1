internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto
internal import Threads
internal import TokenFormat

/// Says what a token is worth now: `POST /{env}/oauth/introspect` (RFC 7662).
///
/// An app is told about tokens that were issued to it, an API about those whose audience it is. Everything else is
/// inactive and no more: unknown, expired, revoked and none of the asker's business look alike (section 2.2). It stays
/// when API OAuth is undeployed, because what was issued must remain answerable.
struct IntrospectionDoor: Sendable {
    static let command = "token.introspect"

    let context: ServiceContext

    func answer(_ request: HTTPRequest, environment name: EnvironmentName) async -> HTTPResponse {
        let estate = context.store.state.estate
        guard let environment = estate.environments[name] else { return TokenDoor.notFound }
        let now = Timestamp(microseconds: request.receivedAt)
        let asker = TokenAsker(request.fields, in: estate, at: now)
        do {
            let presented = try read(request, by: asker)
            guard let asker else { return TokenDoor.notFound }
            let content = try await describe(presented.token, to: asker, in: environment, at: now)
            return try IntrospectionAnswer(content: content, asker: asker.id, issuedAt: now.seconds)
                .response(to: request, in: environment, context)
        } catch let refusal as TokenDoorRefusal {
            guard await context.record(refusal, of: Self.command, by: asker, request) else {
                return TokenAnswer.unavailable
            }
            return TokenAnswer.refused(refusal.answer, retryAfterSeconds: nil)
        } catch {
            return TokenAnswer.unavailable
        }
    }

    /// Section 2.1: whoever asks must be authorized, or tokens could be guessed at here.
    private func read(_ request: HTTPRequest, by asker: TokenAsker?) throws(TokenDoorRefusal) -> PresentedToken {
        guard let asker else { throw TokenDoorRefusal(401, "invalid_client", "unauthenticated") }
        if case .app(let app) = asker, app.suspendedAt != nil {
            throw TokenDoorRefusal(401, "invalid_client", Refusal.appSuspended.rawValue)
        }
        return try PresentedToken(request, by: asker.id)
    }

    /// The members of the answer; inactive is nothing but that.
    private func describe(
        _ text: String, to asker: TokenAsker, in environment: Environment, at now: Timestamp
    ) async throws -> [UInt8] {
        // The hint is not needed: the two kinds of token have different forms (section 2.1).
        if let refresh = RefreshTokenText(text) {
            return try await describe(refresh, to: asker, in: environment, at: now) ?? IntrospectionAnswer.inactive
        }
        guard let token = try await context.tokens.active(text, in: environment, at: now, context) else {
            return IntrospectionAnswer.inactive
        }
        switch asker {
        case .app(let app): guard token.clientID == app.id else { return IntrospectionAnswer.inactive }
        case .api(let api):
            // An API that has left the environment is nobody's audience there.
            guard let deployment = environment.apis[api.id], let revision = api.revision(deployment.revision),
                token.audience.contains(revision.resource(in: environment.issuer))
            else { return IntrospectionAnswer.inactive }
        }
        return IntrospectionAnswer.active(claims: token.claims, tokenType: "Bearer")
    }

    /// A refresh token is the app's business alone.
    private func describe(
        _ token: RefreshTokenText, to asker: TokenAsker, in environment: Environment, at now: Timestamp
    ) async throws -> [UInt8]? {
        guard case .app(let app) = asker else { return nil }
        let found = try await context.store.read { (reader) throws(StoreError) in
            try FamilyReading(token, at: now, in: reader)
        }
        guard let found, found.presented.secret == .match else { return nil }
        let family = found.family
        guard token.generation == family.newest, !family.isEnded, family.expiresAt > now,
            family.granted.clientID == app.id, family.granted.issuer == environment.issuer,
            !context.revocations.withLock({ $0.endsBroadly(IssuedFacts(of: family)) })
        else { return nil }
        var claims = family.granted
        // They are the first access token's, not this one's.
        claims.extraInfo = nil
        claims.expiresAt = family.expiresAt.seconds
        claims.confirmation = family.confirmation
        return IntrospectionAnswer.active(claims: try AccessTokenFormat.claims(claims), tokenType: nil)
    }
}
