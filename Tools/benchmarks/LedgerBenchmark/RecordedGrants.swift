import AuthorizationCore
import EventLog
import LedgerCrypto
import SyntheticLedgers

/// Makes the events of password grants as the token endpoint records them.
struct RecordedGrants: ~Copyable {
    var numbers: SeededNumbers
    private let environment: Environment
    private let api: API
    private let identity: APIIdentity
    private let app: App
    private let kid: String
    private let dayVault: VaultID
    private let vaultKey: SecretBytes

    struct Missing: Error {
        var thing: String
    }

    /// Throws ``Missing`` when the ledger lacks something that a grant needs.
    static func make(in estate: Estate, seed: UInt64) throws -> RecordedGrants {
        guard let environment = estate.environments.values.first, let key = environment.activeKey else {
            throw Missing(thing: "an environment with a key")
        }
        guard let api = estate.apis.values.first, let identity = estate.identities.values.first,
            let app = estate.apps.values.first
        else { throw Missing(thing: "an API, an API Identity and an app") }
        var numbers = SeededNumbers(state: seed)
        return RecordedGrants(
            dayVault: VaultID(bits: numbers.bits()), numbers: numbers, environment: environment, api: api,
            identity: identity, app: app, kid: key.kid, vaultKey: try SecretBytes.random(count: AESGCM.keyLength))
    }

    private init(
        dayVault: VaultID, numbers: SeededNumbers, environment: Environment, api: API, identity: APIIdentity,
        app: App, kid: String, vaultKey: consuming SecretBytes
    ) {
        self.dayVault = dayVault
        self.numbers = numbers
        self.environment = environment
        self.api = api
        self.identity = identity
        self.app = app
        self.kid = kid
        self.vaultKey = vaultKey
    }

    /// The next grant of a user; `known` is his account, where he has one.
    mutating func next(for user: Int, _ known: OpenedAccount?, consulted: Position) throws -> Proposal {
        let now = wallClock()
        let decision = DecisionID(milliseconds: now.microseconds / 1_000, random: numbers.bits())
        let reference = known?.reference ?? SubjectReference(bits: numbers.bits())
        let account = known?.account ?? AccountID(bits: numbers.bits())
        func event(_ data: EventData, _ blind: Bytes16, _ sealed: [SealedRecord] = []) -> ProposedEvent {
            ProposedEvent(
                actor: .app(app.id), correlation: decision.text, blind: blind, data: data, sealed: sealed)
        }

        let name = Array("user\(user)".utf8)
        let requested = numbers.blind()
        let sealedName = try Sealing.seal(
            name, field: "user_name", blind: requested, vault: dayVault, key: vaultKey)
        let source = try Sealing.seal(
            Array("127.0.0.1".utf8), field: "source", blind: requested, vault: dayVault, key: vaultKey)
        var request = self.request(consulted, at: now)
        request.userName = sealedName.value
        request.source = source.value
        var events = [event(.tokens(.requested(request)), requested, [sealedName.record, source.record])]
        events.append(
            event(.tokens(.attempted(attempt(of: reference, isNew: known == nil, consulted, now))), numbers.blind()))
        if known == nil {
            let vault = VaultID(bits: numbers.bits())
            let blind = numbers.blind()
            let sealed = try Sealing.seal(name, field: "user_name", blind: blind, vault: vault, key: vaultKey)
            var opened = AccountOpened()
            opened.account = account
            opened.environment = environment.name
            opened.subjectReference = reference
            opened.userName = sealed.value
            opened.userStore = "store"
            opened.vault = vault
            events.append(event(.accounts(.opened(opened)), blind, [sealed.record]))
        }
        let answer: EventReference = known.map { .position($0.openedAt) } ?? .inThisAppend(2)
        events.append(
            event(.tokens(.issued(issued(decision, account, because: answer, consulted, now))), numbers.blind()))
        return Proposal(events: events, consulted: consulted)
    }

    private mutating func request(_ consulted: Position, at now: Timestamp) -> TokenRequest {
        var request = TokenRequest()
        request.environment = environment.name
        request.grant = "password"
        request.consulted = consulted
        request.receivedAt = now
        request.client.app = app.id
        request.client.credential = app.secrets.first?.secret.id
        request.client.method = .clientSecretBasic
        request.asked.bytes = 64
        request.asked.fields = ["grant_type", "password", "scope", "username"]
        request.asked.scope = ["api"]
        request.sourceTag = numbers.blind()
        request.userTag = numbers.blind()
        request.tagEpoch = now.day / 7
        request.throttle = ThrottleReading()
        return request
    }

    private func attempt(
        of reference: SubjectReference, isNew: Bool, _ consulted: Position, _ now: Timestamp
    ) -> ValidationAttempted {
        var attempt = ValidationAttempted()
        attempt.consulted = consulted
        attempt.identity = identity.id
        attempt.outcome = .accepted
        attempt.startedAt = now
        attempt.status = 200
        attempt.subjectKind = .userName
        attempt.subjectNew = isNew
        attempt.subjectReference = reference
        attempt.tookMicroseconds = 900
        attempt.via = [api.id]
        return attempt
    }

    private mutating func issued(
        _ decision: DecisionID, _ account: AccountID, because answer: EventReference, _ consulted: Position,
        _ now: Timestamp
    ) -> TokenIssued {
        var issued = TokenIssued()
        issued.account = account
        issued.attempts = [.inThisAppend(1)]
        issued.consulted = consulted
        issued.decidedAt = now
        issued.kid = kid
        issued.header.kid = kid
        issued.winner = identity.id
        issued.claims.audience = ["\(environment.issuer)/orders"]
        issued.claims.authTime = now.microseconds / 1_000_000
        issued.claims.clientID = app.id
        issued.claims.issuedAt = now.microseconds / 1_000_000
        issued.claims.expiresAt = issued.claims.issuedAt + 300
        issued.claims.issuer = environment.issuer
        issued.claims.id = decision
        issued.claims.scope = "api"
        issued.claims.subject = account.text
        issued.signingInput.digest = Bytes32(
            first: numbers.next(), second: numbers.next(), third: numbers.next(), fourth: numbers.next())
        let winner = EventReference.inThisAppend(1)
        let reasons: [(String, EventReference)] = [
            ("aud", .position(api.registeredAt)), ("auth_time", winner), ("client_id", .position(app.registeredAt)),
            ("exp", .position(api.registeredAt)), ("iat", winner), ("iss", .position(environment.createdAt)),
            ("jti", .inThisAppend(0)), ("scope", .inThisAppend(0)), ("sub", answer), ("subject_type", answer),
        ]
        issued.because = reasons.map { Justification(claim: $0.0, event: $0.1) }
        return issued
    }
}
