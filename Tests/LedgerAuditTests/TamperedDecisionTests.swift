import AuthorizationCore
import EventLog
import SyntheticLedgers
import Testing

@testable import LedgerAudit

/// Somebody who knows the format changes one field of a decision, and hashes the log anew.
@Suite struct TamperedDecisionTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let decision: String
        let name: String
        let answer: String
        let apply: @Sendable (inout EventData) -> Bool

        var testDescription: String { "\(decision): \(name)" }

        static func issued(
            _ name: String, _ answer: String, in decision: String = "second of the chain",
            _ change: @escaping @Sendable (inout TokenIssued) -> Void
        ) -> Change {
            Change(decision: decision, name: name, answer: answer) { data in
                guard case .tokens(.issued(var issued)) = data else { return false }
                let digest = issued.signingInput.digest
                change(&issued)
                // Whoever changes the claims makes their digest fit as well.
                if issued.signingInput.digest == digest, let anew = try? issued.signedAnew() { issued = anew }
                data = .tokens(.issued(issued))
                return true
            }
        }

        static func refused(
            _ name: String, _ answer: String, in decision: String = "credentials_rejected",
            _ change: @escaping @Sendable (inout TokenRefused) -> Void
        ) -> Change {
            Change(decision: decision, name: name, answer: answer) { data in
                guard case .tokens(.refused(var refused)) = data else { return false }
                change(&refused)
                data = .tokens(.refused(refused))
                return true
            }
        }

        static func attempted(
            _ ordinal: Int64, _ name: String, _ answer: String, in decision: String = "second of the chain",
            _ change: @escaping @Sendable (inout ValidationAttempted) -> Void
        ) -> Change {
            Change(decision: decision, name: name, answer: answer) { data in
                guard case .tokens(.attempted(var attempted)) = data, attempted.ordinal == ordinal else {
                    return false
                }
                change(&attempted)
                data = .tokens(.attempted(attempted))
                return true
            }
        }

        static func requested(
            _ name: String, _ answer: String, in decision: String = "second of the chain",
            _ change: @escaping @Sendable (inout TokenRequest) -> Void
        ) -> Change {
            Change(decision: decision, name: name, answer: answer) { data in
                guard case .tokens(.requested(var requested)) = data else { return false }
                change(&requested)
                data = .tokens(.requested(requested))
                return true
            }
        }

        static func opened(
            _ name: String, _ answer: String, _ change: @escaping @Sendable (inout AccountOpened) -> Void
        ) -> Change {
            Change(decision: "opens an account", name: name, answer: answer) { data in
                guard case .accounts(.opened(var opened)) = data else { return false }
                change(&opened)
                data = .accounts(.opened(opened))
                return true
            }
        }
    }

    static func rotated(
        _ name: String, _ answer: String, in decision: String,
        _ change: @escaping @Sendable (inout RefreshEvent) -> Void
    ) -> Change {
        Change(decision: decision, name: name, answer: answer) { data in
            switch data {
            case .tokens(.refreshUsed(var event)):
                change(&event)
                data = .tokens(.refreshUsed(event))
            case .tokens(.refreshReuseDetected(var event)):
                change(&event)
                data = .tokens(.refreshReuseDetected(event))
            default: return false
            }
            return true
        }
    }

    /// Of grants for which nobody is asked.
    static let directChanges: [Change] = [
        .issued("more scope than was granted", "scope", in: "refreshes less") {
            $0.claims.scope = "store.read store.write"
        },
        .issued("a fresh authentication", "auth_time", in: "refreshes less") { $0.claims.authTime = 1_799_000_000 },
        .issued("another Identity", "winner", in: "refreshes less") { $0.winner = IdentityID(bits: 1) },
        .issued("a longer family", "refresh.ends_at", in: "refreshes less") {
            $0.refresh?.endsAt = $0.decidedAt.advanced(bySeconds: 1 << 30)
        },
        .issued("another generation", "refresh.generation", in: "refreshes less") { $0.refresh?.generation = 9 },
        .issued("another reason for a claim", "because.sub", in: "refreshes less") { data in
            data.because = data.because.map {
                $0.claim == "sub" ? Justification(claim: "sub", event: .position(0)) : $0
            }
        },
        .issued("a refresh token less", "refresh.family", in: "begins a family") { $0.refresh = nil },
        .issued("a family that holds longer", "refresh.ends_at", in: "begins a family") {
            $0.refresh?.endsAt = $0.decidedAt.advanced(bySeconds: 1 << 30)
        },
        .issued("a user as its subject", "sub", in: "an app for itself") {
            $0.claims.subject = AccountID(bits: 1).text
        },
        .refused("another reason", "reason", in: "after the family ended") { $0.reason = .scopeNotAllowed },
        .refused("a wrong secret that was right", "outcome", in: "a wrong secret") {
            $0.request?.presented?.secret = .match
        },
        .refused("an older token that was the newest", "outcome", in: "reused") {
            $0.request?.presented?.generation = 4
        },
        .requested("a newer token than was presented", "outcome", in: "answer lost") {
            $0.presented?.predecessorAgeMicroseconds = 40_000_000
        },
        rotated("another generation", "refresh.generation", in: "refreshes less") { $0.generation = 7 },
        rotated("another cause", "refresh.cause", in: "reused") { $0.cause = .expired },
    ]

    static let changes: [Change] =
        directChanges + [
            .issued("another audience", "aud") { $0.claims.audience = ["https://id.example/prod/payments"] },
            .issued("another client", "client_id") { $0.claims.clientID = AppID(bits: 1) },
            .issued("a longer life", "exp") { $0.claims.expiresAt += 1 },
            .issued("an earlier issue", "iat") { $0.claims.issuedAt -= 1 },
            .issued("another issuer", "iss") { $0.claims.issuer = "https://evil.example" },
            .issued("another id", "jti") { $0.claims.id = DecisionID(bits: 1) },
            .issued("a scope", "scope") { $0.claims.scope = "orders.write" },
            .issued("another subject", "sub") { $0.claims.subject = AccountID(bits: 1).text },
            .issued("another kind of subject", "subject_type") { $0.claims.subjectType = .application },
            .issued("a higher level", "acr") { $0.claims.acr = "3" },
            .issued("another method", "amr") { $0.claims.amr = ["hwk"] },
            .issued("a later authentication", "auth_time") { $0.claims.authTime = ($0.claims.authTime ?? 0) + 60 },
            .issued("a key that it is bound to", "cnf.jkt") {
                $0.claims.confirmation = Confirmation()
                $0.claims.confirmation?.jkt = "x"
            },
            .issued("another sealed value", "extraInfo", in: "carries a sealed value") {
                $0.claims.extraInfo = .sealed(commitment: Bytes32())
            },
            .issued("no sealed value", "extraInfo", in: "carries a sealed value") { $0.claims.extraInfo = nil },
            .issued("another winner", "winner") { $0.winner = IdentityID(bits: 1) },
            .issued("another account", "account") { $0.account = AccountID(bits: 1) },
            .issued("another key", "header.kid") { $0.header.kid = "mine" },
            .issued("another algorithm", "header.alg") { $0.header.alg = .rs256 },
            .issued("another reason for a claim", "because.aud") { data in
                data.because = data.because.map {
                    $0.claim == "aud" ? Justification(claim: "aud", event: .position(0)) : $0
                }
            },
            .issued("an attempt less", "attempts") { $0.attempts.removeFirst() },
            .issued("an outage before", "after_indeterminate") { $0.afterIndeterminate.toggle() },
            .issued("another time", "iat") {
                $0.decidedAt = Timestamp(microseconds: $0.decidedAt.microseconds - 5_000_000)
            },
            .issued("signed something else", "signing_input") { $0.signingInput.digest = Bytes32() },
            .issued("a salt of another vault", "signing_input", in: "carries a sealed value") {
                $0.signingInput.salt?.vault = VaultID(bits: 1)
            },
            .issued("consulted the beginning", "consulted") { $0.consulted = 0 },
            .issued("consulted the future", "consulted") { $0.consulted = 1_000_000 },
            .issued("another engine", "engine") { $0.engine = 3 },
            .refused("another reason", "reason") { $0.reason = .locked },
            .refused("another reason", "reason", in: "app_suspended") { $0.reason = .unknownApp },
            .refused("another status", "status") { $0.status = 401 },
            .refused("another error", "error", in: "malformed_request, media_type") { $0.error = "invalid_grant" },
            .refused("another wait", "retry_after", in: "app_throttled") { $0.retryAfterSeconds = 99 },
            .refused("a wait less", "retry_after", in: "identity_unavailable, stops") { $0.retryAfterSeconds = nil },
            .refused("an attempt less", "attempts") { $0.attempts.removeLast() },
            .refused("another app", "actor", in: "grant_not_allowed") { $0.request?.client.app = AppID(bits: 1) },
            .refused("another fault", "status", in: "malformed_request, body") { $0.request?.fault = .mediaType },
            .refused("throttle numbers lowered", "order", in: "user_throttled") { $0.request?.throttle?.failures = 3 },
            .refused("consulted the beginning", "reason") { $0.consulted = 0 },
            .refused("consulted the future", "consulted") { $0.consulted = 1_000_000 },
            .attempted(1, "consulted the beginning", "order") { $0.consulted = 0 },
            .attempted(1, "consulted the future", "consulted") { $0.consulted = 1_000_000 },
            .requested("consulted the beginning", "chain") { $0.consulted = 0 },
            .attempted(1, "not the newest", "chain") { $0.identity = IdentityID(bits: 1) },
            .attempted(1, "another revision", "chain") { $0.revision = 9 },
            .attempted(1, "through another API", "chain") { $0.via = [APIID(bits: 1)] },
            .attempted(2, "another number", "order") { $0.ordinal = 7 },
            .attempted(1, "accepted though it said 401", "order") { $0.outcome = .accepted },
            .attempted(2, "rejected though it said 200", "outcome") { $0.outcome = .rejected },
            .attempted(2, "a higher level", "vouched.acr") { $0.vouched?.acr = "9" },
            .attempted(2, "another subject", "account") { $0.subjectReference = SubjectReference(bits: 1) },
            .attempted(2, "later", "auth_time") { $0.tookMicroseconds += 2_000_000 },
            .attempted(1, "not asked", "skipped") { $0.asked = false },
            .attempted(0, "another number", "order", in: "identity_unavailable, given up") { $0.ordinal = 1 },
            .requested("another scope", "chain") { $0.asked.scope = ["unheard.of"] },
            .requested("a scope more", "scope") { $0.asked.scope = ["orders.write"] },
            .requested("an app without credential", "actor") { $0.client.credential = nil },
            .requested("another environment", "chain") {
                $0.environment = EnvironmentName(text: "test") ?? $0.environment
            },
            .requested("bound", "cnf.jkt") {
                $0.proof = ProofOfPossession()
                $0.proof?.thumbprint = "abc"
            },
            .requested("too many failures", "chain") { $0.throttle?.failures = 10 },
            .requested("consulted later", "consulted") { $0.consulted = 1_000_000 },
            .opened("another account", "account") { $0.account = AccountID(bits: 1) },
            .opened("of another store", "account.user_store") { $0.userStore = "other" },
            .opened("of another kind", "account.subject_kind") { $0.subjectKind = .userName },
        ]

    @Test(arguments: changes)
    func `a field that was changed is named`(_ change: Change) throws {
        let every = try EveryDecision.once.get()
        // The first of a kind is made again in full; the others are told by it.
        let ids = every.ids(of: change.decision)
        for id in Set([ids.first, ids.last].compactMap { $0 }) {
            let ledger = try EveryDecision.ledger()
            var changed = 0
            for position in ledger.rows.indices {
                guard let row = ledger.rows[position], let event = try? RecordedForm.decode(row.body),
                    event.correlation == id.text
                else { continue }
                try ledger.rewrite(position) { event in if change.apply(&event.data) { changed += 1 } }
            }
            guard changed == 1 else {
                // Only some of them open an account.
                #expect(change.decision == "opens an account", "\(changed) of \(id.text)")
                continue
            }
            ledger.rebuildTree()
            let single = try #require(try Reproduction(.decision(id)).run(ledger).single)
            #expect(
                single.differences.contains { $0.what == change.answer || $0.what.hasPrefix(change.answer + ".") },
                "\(single.answer) \(single.differences)")
            // Read from the beginning, the last of its kind is first held against the others.
            guard id == ids.last else { continue }
            let all = try Reproduction().run(ledger)
            let verdict = try #require(all.different.first { $0.decision == id })
            #expect(verdict.differences == single.differences)
            #expect(!all.isIdentical)
        }
    }

    @Test func `two attempts in each other's place are out of order`() throws {
        let every = try EveryDecision.once.get()
        let ledger = try EveryDecision.ledger()
        let id = try #require(every.ids(of: "second of the chain").last)
        let places = try ledger.rows.indices.filter { position in
            let event = try RecordedForm.decode(try #require(ledger.rows[position]).body)
            guard event.correlation == id.text, case .tokens(.attempted) = event.data else { return false }
            return true
        }
        #expect(places.count == 2)
        let data = try places.map { try RecordedForm.decode(try #require(ledger.rows[$0]).body).data }
        try ledger.rewrite(places[0]) { $0.data = data[1] }
        try ledger.rewrite(places[1]) { $0.data = data[0] }
        #expect(try Reproduction(.decision(id)).run(ledger).single?.answer == "different: order")
    }

    @Test func `an estate event that was changed shows in the decisions that stood on it`() throws {
        let ledger = try EveryDecision.ledger()
        let place = try #require(
            ledger.estateIndex.first { position in
                let event = try? RecordedForm.decode(ledger.rows[Int(position.value)]?.body ?? [])
                if case .identities(.deployed) = event?.data { return true }
                return false
            })
        try ledger.rewrite(Int(place.value)) { event in
            var undeployed = IdentityUndeployed()
            if case .identities(.deployed(let data)) = event.data {
                undeployed.identity = data.identity
                undeployed.environment = data.environment
            }
            event.data = .identities(.undeployed(undeployed))
        }
        let report = try Reproduction().run(ledger)
        #expect(!report.isIdentical)
        #expect(report.different.allSatisfy { ["order", "chain", "outcome"].contains($0.differences[0].what) })
    }
}
