internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto
internal import Threads

/// Ends a token at its app's word: `POST /{env}/oauth/revoke` (RFC 7009).
///
/// What it ended is on the disk before it answers. An access token ends alone; a refresh token takes its whole family
/// along, access tokens included (section 2.1). An app that is suspended may still revoke, and so may anybody when
/// disk space is short: it stops somebody.
struct RevocationDoor: Sendable {
    static let command = "token.revoke"

    let context: ServiceContext

    func answer(_ request: HTTPRequest, environment name: EnvironmentName) async -> HTTPResponse {
        let estate = context.store.state.estate
        guard let environment = estate.environments[name] else { return TokenDoor.notFound }
        let now = Timestamp(microseconds: request.receivedAt)
        let asker = TokenAsker(request.fields, in: estate, at: now)
        do {
            guard let asker, case .app(let app) = asker else {
                throw TokenDoorRefusal(401, "invalid_client", "unauthenticated")
            }
            let presented = try PresentedToken(request, by: asker.id)
            if let ended = try await find(presented.token, of: app.id, in: environment, at: now) {
                try await revoke(ended, of: app.id, at: now)
            }
            // Section 2.2: a token that is unknown or has ended is as good as revoked.
            return HTTPResponse(status: 200, fields: ["Cache-Control": "no-store", "Pragma": "no-cache"], body: [])
        } catch let refusal as TokenDoorRefusal {
            guard await context.record(refusal, of: Self.command, by: asker, request) else {
                return TokenAnswer.unavailable
            }
            return TokenAnswer.refused(refusal.answer, retryAfterSeconds: nil)
        } catch {
            return TokenAnswer.unavailable
        }
    }

    private struct Ending {
        var scope: TokenRevoked.Scope
        var id: String
        var count: Int64
    }

    /// What the token's end would end; nil when there is nothing left to end.
    private func find(
        _ text: String, of app: AppID, in environment: Environment, at now: Timestamp
    ) async throws -> Ending? {
        if let refresh = RefreshTokenText(text) {
            return try await find(refresh, of: app, in: environment, at: now)
        }
        // Section 2.2.1: a JWT of another kind is nothing that is revoked here.
        if CompactToken(text)?.isOfAnotherType == true {
            throw TokenDoorRefusal(400, "unsupported_token_type", "unsupported_token_type")
        }
        guard let token = try await context.tokens.active(text, in: environment, at: now, context),
            let id = token.facts.token
        else { return nil }
        guard token.clientID == app else { throw Self.foreign(id.text) }
        return Ending(scope: .token, id: id.text, count: 1)
    }

    private func find(
        _ token: RefreshTokenText, of app: AppID, in environment: Environment, at now: Timestamp
    ) async throws -> Ending? {
        let found = try await context.store.read { (reader) throws(StoreError) -> FamilyReading? in
            var found = try FamilyReading(token, at: now, in: reader)
            try found?.count(liveAt: now, in: reader)
            return found
        }
        // A token that was used already is still one of its family, and whoever revokes it means the family.
        guard let found, found.presented.secret == .match, !found.family.isEnded,
            found.family.granted.issuer == environment.issuer
        else { return nil }
        guard found.family.granted.clientID == app else { throw Self.foreign(found.family.id.text) }
        return Ending(scope: .family, id: found.family.id.text, count: found.live)
    }

    /// Section 2.1: the request is refused if the token was not issued to this client (RFC 6749, section 5.2).
    private static func foreign(_ id: String) -> TokenDoorRefusal {
        TokenDoorRefusal(400, "invalid_grant", "foreign_token", target: id)
    }

    private func revoke(_ ending: Ending, of app: AppID, at now: Timestamp) async throws {
        var data = TokenRevoked()
        data.by = app.text
        data.cause = .client
        data.count = ending.count
        data.id = ending.id
        data.scope = ending.scope
        let correlation: CommandID = try context.identifier(at: now)
        let event = ProposedEvent(
            actor: .app(app), correlation: correlation.text, blind: try context.blind(), data: .tokens(.revoked(data)))
        // No fence: it holds whatever happened meanwhile, and whoever uses the family now decides again.
        _ = try await context.store.append(
            Proposal(events: [event], consulted: context.store.state.consulted, urgency: .urgent))
        context.counters.count(\.tokensRevoked)
    }
}
