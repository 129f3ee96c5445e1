internal import AuthorizationCore
internal import EventLog
internal import HTTPMessages
internal import LedgerCrypto
internal import Threads

/// What came of a token request, once its outcome is in the log.
enum GrantResult {
    case issued(IssuedAnswer)
    case refused(Refusal, PublicError, retryAfterSeconds: Int64?)
    /// Nothing could be recorded, hence nothing is decided.
    case unrecorded
    /// Refused, and not recorded one by one: it never authenticated.
    case suppressed(PublicError)
}

/// All that the answer to a successful request says.
struct IssuedAnswer {
    var token: [UInt8]
    var refreshToken: String?
    var lifetimeInSeconds: Int64
    var scope: [String]
    var isBound: Bool
    var position: Position
    var leafHash: SHA256Digest
}

/// How one token request is recorded, whatever its grant.
struct GrantRecord {
    let context: ServiceContext
    let id: DecisionID
    let source: PeerAddress
    /// As typed; nil for a grant that names no user.
    let userName: String?

    func event(
        _ data: EventData, of request: TokenRequest, blind: Bytes16, sealed: [SealedRecord] = []
    ) -> ProposedEvent {
        ProposedEvent(actor: request.asker, correlation: id.text, blind: blind, data: data, sealed: sealed)
    }

    /// Seals the source, and the typed name where there is one, for the vault of the day: nobody is recognised yet.
    ///
    /// The fields' path is part of what is sealed: `prefix` is where the request stands in its event.
    func sealPerson(
        into request: inout TokenRequest, under prefix: String, blind: Bytes16
    ) async throws -> [SealedRecord] {
        let vault = try await context.vaults.dayVault(request.receivedAt.day)
        var records: [SealedRecord] = []
        if let userName {
            let name = try await context.vaults.seal(
                Array(userName.utf8), field: "\(prefix)user_name", blind: blind, vault: vault)
            request.userName = name.value
            records.append(name.record)
        }
        let address = try await context.vaults.seal(
            Array(source.description.utf8), field: "\(prefix)source", blind: blind, vault: vault)
        request.source = address.value
        return records + [address.record]
    }

    /// A refusal before anybody was asked: one event that holds the request's facts, after `events`.
    ///
    /// `estate` is what the refusal was decided on. Whatever `unchanged` names must not have moved since; what was decided
    /// on the estate alone needs no fence, because it hands out nothing.
    func refuse(
        _ reason: Refusal, _ request: TokenRequest, given facts: DecisionFacts, in estate: Estate,
        after events: [ProposedEvent] = [], unchanged: [FenceName] = []
    ) async throws -> GrantResult {
        var request = request
        let answer = request.answer(to: reason)
        let isStranger = request.client.credential == nil
        if isStranger || request.sourceTag == nil {
            let source = try GuessTags.source(
                source, in: request.environment, at: request.receivedAt, keys: context.keys)
            request.sourceTag = source.tag
            request.tagEpoch = source.epoch
        }
        if isStranger, !mayRecordStranger(request, reason) {
            context.counters.count(\.requestsSuppressed)
            return .suppressed(answer)
        }
        var data = TokenRefused(
            reason, of: request, after: [], given: facts, consulted: request.consulted, in: estate)
        let blind = try context.blind()
        var whole = request
        // Whoever was counted by the throttle got so far that it matters who it was.
        let records =
            request.throttle == nil ? [] : try await sealPerson(into: &whole, under: "request.", blind: blind)
        data.request = whole
        let refused = event(.tokens(.refused(data)), of: request, blind: blind, sealed: records)
        _ = try await context.store.append(
            Proposal(
                events: events + [refused], consulted: request.consulted, unchanged: unchanged,
                urgency: events.isEmpty ? .ordinary : .urgent))
        context.counters.count(\.tokensRefused)
        return .refused(reason, answer, retryAfterSeconds: data.retryAfterSeconds)
    }

    private func mayRecordStranger(_ request: TokenRequest, _ reason: Refusal) -> Bool {
        guard context.configuration.hasSpaceForStrangers, let source = request.sourceTag else { return false }
        return context.budget.withLock {
            $0.decide(reason: reason, source: source, app: request.client.app, at: request.receivedAt) == .record
        }
    }
}
