internal import AuthorizationCore
internal import CanonicalJSON
internal import EventLog
internal import IdentityClient
internal import Threads

/// One attempt of a decision with what belongs to its event: the blind, the sealed rows, the open `extraInfo`.
struct Attempt: Sendable {
    var data: ValidationAttempted
    var blind: Bytes16
    var sealed: [SealedRecord] = []
    /// The winner's `extraInfo` as it goes into the token.
    var extraInfo: [UInt8]?
    /// The vault of the accepted subject.
    var vault: VaultID?
}

/// Why an attempt could not even be described. The decision ends without an answer from anybody.
struct AttemptFailure: Error {
    var reason: String
}

/// Asks one API Identity about one user, and says in values what came of it.
struct IdentityCall {
    /// How long a whole chain may take.
    static let chainBudgetMicroseconds: Int64 = 10_000_000

    /// The recorded failure of an answer whose subject could not be looked up or sealed.
    static let unresolved = "answer_unresolved"

    var context: ServiceContext
    var environment: EnvironmentName
    var app: App
    var userName: String
    var body: ForwardedBody
    var sourceTag: Bytes16

    /// Asks. `remaining` is what is left of the chain's budget, in microseconds.
    func ask(
        _ link: IdentityChain.Link, ordinal: Int64, remaining: Int64, in state: LedgerState
    ) async throws -> Attempt {
        var attempt = try describe(link, ordinal: ordinal, in: state)
        guard let identity = state.estate.identities[link.identity], let revision = identity.revision(link.revision)
        else { throw AttemptFailure(reason: "an Identity of the chain has no such revision") }
        guard remaining > 0 else { return skipped(attempt, .budgetSpent) }
        let place = IdentityBreakers.Place(identity: link.identity, environment: environment)
        guard context.breakers.allows(place, at: monotonicNanoseconds()) else { return skipped(attempt, .breakerOpen) }
        guard
            let slot = await context.slots.acquire(
                identity: IdentitySlots.Name(link.identity.bits), app: IdentitySlots.Name(app.id.bits),
                source: IdentitySlots.Name(UInt128(sourceTag.high) << 64 | UInt128(sourceTag.low)),
                maximumInFlight: Int(revision.maximumInFlight))
        else { return skipped(attempt, .noSlot) }

        let made = identity.revisions.last { $0.number == link.revision }?.at ?? identity.registeredAt
        let request = try await self.request(to: identity, revision, madeAt: made, remaining: remaining)
        attempt.data.startedAt = context.clock()
        context.counters.count(\.identityCalls)
        let answer = await context.identities.send(request)
        slot.release()
        attempt.data.tookMicroseconds = answer.tookMicroseconds

        switch answer.outcome {
        case .failed(let failure):
            context.counters.count(\.identityFailures)
            attempt.data.failure = failure.rawValue
            // What we did ourselves says nothing about the Identity, and is never passed over.
            if failure.isOurs { return skipped(attempt, .noSlot) }
            attempt.data.outcome = .indeterminate
            context.breakers.note(isIndeterminate: true, of: place, at: monotonicNanoseconds())
            return attempt
        case .answered(let status, let contentType, let bytes):
            attempt.data.status = Int64(status)
            do {
                let read = try await read(
                    status: status, contentType: contentType, bytes, of: identity, revision, into: attempt, in: state)
                context.breakers.note(
                    isIndeterminate: read.data.outcome == .indeterminate, of: place, at: monotonicNanoseconds())
                return read
            } catch {
                // It answered, and we cannot resolve the answer: our own reason, on the record with what was asked.
                attempt.data.outcome = .indeterminate
                attempt.data.failure = Self.unresolved
                attempt.data.skipped = .noSlot
                return attempt
            }
        }
    }

    /// The record of an Identity that is not asked because the decision cannot be brought to its end.
    func passOver(_ link: IdentityChain.Link, in state: LedgerState) throws -> Attempt {
        skipped(try describe(link, ordinal: 0, in: state), .budgetSpent)
    }

    private func describe(_ link: IdentityChain.Link, ordinal: Int64, in state: LedgerState) throws -> Attempt {
        var attempt = Attempt(
            data: ValidationAttempted(of: link, ordinal: ordinal, consulted: state.consulted),
            blind: try context.blind())
        attempt.data.startedAt = context.clock()
        return attempt
    }

    private func skipped(_ attempt: Attempt, _ reason: ValidationAttempted.Skip) -> Attempt {
        var attempt = attempt
        attempt.data.asked = false
        attempt.data.skipped = reason
        return attempt
    }

    private func request(
        to identity: APIIdentity, _ revision: IdentityRevision, madeAt: Position, remaining: Int64
    ) async throws -> IdentityRequest {
        let route = try await route(to: identity, revision, madeAt: madeAt)
        let out = OutgoingBody.make(body, as: revision.body, adding: try await additions(revision))
        return IdentityRequest(
            destination: route.destination, body: out.body, contentType: out.contentType,
            timeoutInMilliseconds: Int(min(revision.timeoutMilliseconds, remaining / 1_000)),
            certificateAuthority: revision.certificateAuthority, pool: route.pool)
    }

    /// Where the revision's calls of this environment go. A revision never changes, so it is worked out once.
    private func route(
        to identity: APIIdentity, _ revision: IdentityRevision, madeAt: Position
    ) async throws -> IdentityRoutes.Route {
        let key = IdentityRoutes.Key(identity: identity.id, madeAt: madeAt, environment: environment)
        if let known = context.routes.route(key) { return known }
        let recorded = revision.destination(in: environment)
        var url = recorded.url
        if let query = recorded.query {
            let path =
                revision.destinations.firstIndex { $0.environment == environment }
                .map { "content.destinations.\($0).destination.query" } ?? "content.destination.query"
            guard
                let opened = try await context.opened.value(
                    query, at: madeAt, path: path, store: context.store, vaults: context.vaults)
            else { throw AttemptFailure(reason: "the destination's query cannot be opened") }
            url += "?" + String(decoding: opened, as: UTF8.self)
        }
        let route = IdentityRoutes.Route(
            destination: try Destination(parsing: url), pool: "\(identity.id.text).\(revision.version).\(madeAt)")
        context.routes.keep(route, for: key)
        return route
    }

    /// What the Identity's forward rules take from the app.
    private func additions(_ revision: IdentityRevision) async throws -> OutgoingBody.Additions {
        guard !revision.forward.isEmpty else { return [] }
        var extraInfo: (object: JSONObject, bytes: [UInt8])?
        if let sealed = app.content.extraInfo,
            let bytes = try await context.opened.value(
                sealed, at: app.latest.at, path: "content.extra_info", store: context.store, vaults: context.vaults),
            let object = try JSON.parse(bytes, grammar: .foreign).objectValue
        {
            extraInfo = (object, bytes)
        }
        return revision.forward.compactMap { rule in
            switch rule.from {
            case "app.id": return (rule.field, .text(app.id.text))
            case "app.name": return (rule.field, .text(app.content.name.text))
            default:
                guard rule.from.hasPrefix("app.extra_info."), let extraInfo,
                    let member = extraInfo.object.member(String(rule.from.dropFirst("app.extra_info.".count)))
                else { return nil }
                if let text = member.value.stringValue { return (rule.field, .text(text)) }
                return (rule.field, .json(Array(extraInfo.bytes[member.source])))
            }
        }
    }

    /// Turns an answer into an outcome and, where it accepts, into a subject and what is vouched for.
    private func read(
        status: Int, contentType: String?, _ bytes: [UInt8], of identity: APIIdentity, _ revision: IdentityRevision,
        into attempt: Attempt, in state: LedgerState
    ) async throws -> Attempt {
        var attempt = attempt
        let content = (200...299).contains(status) ? AnswerContent(bytes) : AnswerContent([])
        let essence = contentType.map { $0.split(separator: ";")[0].trimmingSpaces().lowercased() }
        let outcome = AuthorizationCore.outcome(
            status: Int64(status), contentType: essence, hasSubject: content.subject != nil, of: revision)
        attempt.data.outcome = outcome
        guard outcome == .accepted else { return attempt }

        attempt.data.extraInfo = content.extraInfoState
        attempt.data.dropped = content.dropped
        attempt.data.vouched = revision.assurance.vouched(
            claiming: content.claim, authTime: content.authTime, in: state.estate.schemes,
            dropped: &attempt.data.dropped)
        let kind: SubjectKind = revision.subjectFrom == .answer ? .subject : .userName
        let value = kind == .subject ? content.subject ?? "" : userName
        let entry = try DirectoryEntry.key(
            environment: environment, userStore: identity.userStore(of: revision), kind: kind, value: value,
            under: context.keys.indexKey)
        let account = try await context.vaults.account(for: entry)
        attempt.data.subjectKind = kind
        attempt.data.subjectReference = account.reference
        attempt.data.subjectNew = account.isNew
        attempt.vault = account.vault
        if let extraInfo = content.extraInfo {
            let sealed = try await context.vaults.seal(
                extraInfo, field: "extra_info_sealed", blind: attempt.blind, vault: account.vault)
            attempt.data.extraInfoSealed = sealed.value
            attempt.sealed = [sealed.record]
            attempt.extraInfo = extraInfo
        }
        return attempt
    }
}

extension Substring {
    fileprivate func trimmingSpaces() -> Substring {
        var text = self.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text = text.dropLast() }
        return text
    }
}
