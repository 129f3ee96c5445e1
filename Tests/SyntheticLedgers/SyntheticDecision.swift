public import AuthorizationCore
internal import EventLog
internal import LedgerCrypto
internal import TokenFormat

/// A token request that was never made.
public struct SyntheticRequest: Sendable {
    public var environment: EnvironmentName
    public var app: AppID?
    /// Whether its credential matched.
    public var authenticates = true
    /// Which of many users is named.
    public var user = 0
    public var grant = Grant.password.rawValue
    public var scope: [String]?
    public var resource: [String]?
    public var fault: RequestFault?
    public var proof: ProofOfPossession?
    public var throttle = ThrottleReading()
    /// The refresh token that is presented.
    public var presented: PresentedRefreshToken?
    /// Where the time for the chain runs out after so many calls.
    public var givesUpAfter: Int?
    /// The tags of the name and of the source; some that nobody else has where absent.
    public var userTag: Bytes16?
    public var sourceTag: Bytes16?

    public init(_ app: AppID?, in environment: EnvironmentName) {
        self.app = app
        self.environment = environment
    }
}

/// What an Identity would have answered.
public struct SyntheticAnswer: Sendable {
    public var status: Int64? = 401
    public var skipped: ValidationAttempted.Skip?
    public var failure: String?
    public var claim = Assurance()
    /// JSON that goes into the token, sealed.
    public var extraInfo: [UInt8]?

    public init(status: Int64?) { self.status = status }

    public static let accepts = SyntheticAnswer(status: 200)
    public static let rejects = SyntheticAnswer(status: 401)
    public static let locks = SyntheticAnswer(status: 423)
    public static let fails = SyntheticAnswer(status: 503)

    public static var isSilent: SyntheticAnswer {
        var answer = SyntheticAnswer(status: nil)
        answer.failure = "timeout"
        return answer
    }

    public static func isSkipped(_ reason: ValidationAttempted.Skip) -> SyntheticAnswer {
        var answer = SyntheticAnswer(status: nil)
        answer.skipped = reason
        return answer
    }
}

extension SyntheticLedger {
    /// Decides as the service does, and records it. `answers` speaks for the Identities; `meanwhile` may let the estate
    /// move before each ask. Returns the decision's id.
    @discardableResult
    public mutating func decide(
        _ asked: SyntheticRequest, answers: (IdentityID) -> SyntheticAnswer = { _ in .rejects },
        meanwhile: (Int, inout SyntheticLedger) -> Void = { _, _ in }
    ) throws -> DecisionID {
        let id: DecisionID = identifier()
        var request = facts(of: asked)
        func step(_ attempts: [ValidationAttempted], _ facts: DecisionFacts, _ state: DecisionState)
            -> PasswordGrantStep
        {
            nextStep(request, given: facts, in: state, after: attempts)
        }
        if case .refuse(let reason) = step([], facts(id), DecisionState(estate: estate)) {
            var refused = TokenRefused(
                reason, of: request, after: [], given: facts(id), consulted: consulted, in: estate)
            refused.request = request
            record(.tokens(.refused(refused)), by: request.asker, of: id.text)
            return id
        }
        let blind = numbers.blind()
        let day = VaultID(bits: UInt128(UInt64(now.day)))
        let name = Array("user\(asked.user)".utf8)
        let sealedName = try SyntheticVaults.seal(name, field: "user_name", blind: blind, vault: day)
        let source = try SyntheticVaults.seal(Array("192.0.2.7".utf8), field: "source", blind: blind, vault: day)
        request.userName = sealedName.value
        request.source = source.value
        let requested = record(
            .tokens(.requested(request)), by: request.asker, of: id.text, blind: blind,
            sealed: [sealedName.record, source.record])

        var attempts: [SyntheticAttempt] = []
        while true {
            meanwhile(attempts.count, &self)
            var facts = facts(id)
            facts.freshAccount = AccountID(bits: numbers.bits())
            let state = DecisionState(estate: estate, accounts: standings(of: attempts.map(\.data)))
            if attempts.count == asked.givesUpAfter {
                try giveUp(attempts, request, facts, of: id)
                return id
            }
            switch step(attempts.map(\.data), facts, state) {
            case .ask(let link):
                attempts.append(try ask(link, Int64(attempts.count + 1), asked, answers(link.identity), day))
            case .refuse(let reason):
                let positions = record(attempts, by: request.asker, of: id)
                let refused = TokenRefused(
                    reason, of: request, after: positions, given: facts, consulted: consulted(before: positions),
                    in: estate)
                record(.tokens(.refused(refused)), by: request.asker, of: id.text)
                return id
            case .issue(let grant):
                try issue(grant, attempts, request, requested, facts, name)
                return id
            }
        }
    }

    mutating func facts(of asked: SyntheticRequest) -> TokenRequest {
        var request = TokenRequest()
        request.environment = asked.environment
        request.grant = asked.grant
        request.consulted = consulted
        request.engine = estate.ledger.engine
        request.receivedAt = now
        request.client.app = asked.app
        request.client.method = .clientSecretBasic
        if asked.authenticates { request.client.credential = asked.app.map { CredentialID(bits: $0.bits) } }
        request.asked.bytes = 80
        request.asked.fields = ["grant_type", "password", "scope", "username"]
        request.asked.scope = asked.scope
        request.asked.resource = asked.resource
        request.fault = asked.fault
        request.proof = asked.proof
        request.sourceTag = numbers.blind()
        request.userTag = numbers.blind()
        if let tag = asked.sourceTag { request.sourceTag = tag }
        if let tag = asked.userTag { request.userTag = tag }
        request.tagEpoch = now.day / 7
        request.throttle = asked.throttle
        return request
    }

    func facts(_ id: DecisionID) -> DecisionFacts {
        DecisionFacts(engine: estate.ledger.engine, decision: id, decidedAt: now, freshAccount: AccountID())
    }

    private func standings(of attempts: [ValidationAttempted]) -> [SubjectReference: AccountStanding] {
        var found: [SubjectReference: AccountStanding] = [:]
        for attempt in attempts {
            guard let reference = attempt.subjectReference else { continue }
            found[reference] = accounts[reference]
        }
        return found
    }

    /// What was consulted before the attempts of the same append were recorded.
    private func consulted(before attempts: [EventReference]) -> Position {
        Position(size - Int64(attempts.count))
    }
}

/// An attempt with what belongs to its event.
private struct SyntheticAttempt {
    var data: ValidationAttempted
    var blind: Bytes16
    var extraInfo: [UInt8]?
    var sealed: [SealedRecord] = []
    var vault = VaultID()
}

extension SyntheticLedger {
    private mutating func ask(
        _ link: IdentityChain.Link, _ ordinal: Int64, _ asked: SyntheticRequest, _ answer: SyntheticAnswer,
        _ day: VaultID
    ) throws -> SyntheticAttempt {
        var attempt = SyntheticAttempt(
            data: ValidationAttempted(of: link, ordinal: ordinal, consulted: consulted), blind: numbers.blind())
        attempt.data.startedAt = now
        attempt.data.skipped = answer.skipped
        attempt.data.asked = answer.skipped == nil
        guard answer.skipped == nil, let identity = estate.identities[link.identity],
            let revision = identity.revision(link.revision)
        else { return attempt }
        let took = Int64(500 + numbers.below(4_000))
        attempt.data.tookMicroseconds = took
        pass(microseconds: took)
        attempt.data.failure = answer.failure
        guard let status = answer.status else {
            attempt.data.outcome = .indeterminate
            return attempt
        }
        attempt.data.status = status
        attempt.data.outcome = outcome(status: status, contentType: nil, hasSubject: true, of: revision)
        guard attempt.data.outcome == .accepted else { return attempt }
        let store = identity.userStore(of: revision)
        let person = SHA256.hash(Array("\(asked.environment.text) \(store) \(asked.user)".utf8))
        let words = Bytes32(person)
        attempt.data.vouched = revision.assurance.vouched(
            claiming: answer.claim, authTime: nil, in: estate.schemes, dropped: &attempt.data.dropped)
        attempt.data.subjectKind = revision.subjectFrom == .answer ? .subject : .userName
        attempt.data.subjectReference = SubjectReference(bits: UInt128(words.first) << 64 | UInt128(words.second))
        attempt.vault = VaultID(bits: UInt128(words.third) << 64 | UInt128(words.fourth))
        attempt.data.subjectNew = attempt.data.subjectReference.map { accounts[$0] == nil }
        if let extraInfo = answer.extraInfo {
            let sealed = try SyntheticVaults.seal(
                extraInfo, field: "extra_info_sealed", blind: attempt.blind, vault: attempt.vault)
            attempt.data.extraInfo = .taken
            attempt.data.extraInfoSealed = sealed.value
            attempt.sealed = [sealed.record]
            attempt.extraInfo = extraInfo
        }
        return attempt
    }

    private mutating func record(
        _ attempts: [SyntheticAttempt], by asker: Actor, of id: DecisionID
    ) -> [EventReference] {
        attempts.map { attempt in
            let position = record(
                .tokens(.attempted(attempt.data)), by: asker, of: id.text, blind: attempt.blind, sealed: attempt.sealed)
            if let bytes = attempt.extraInfo { extraInfo[position] = (attempt.vault, bytes) }
            return .position(position)
        }
    }

    /// The time for the chain is spent: the next Identity is passed over, on the record before all others.
    private mutating func giveUp(
        _ attempts: [SyntheticAttempt], _ request: TokenRequest, _ facts: DecisionFacts, of id: DecisionID
    ) throws {
        var all = attempts
        if case .ask(let link) = nextStep(request, given: facts, in: DecisionState(estate: estate), after: []) {
            var passed = SyntheticAttempt(
                data: ValidationAttempted(of: link, ordinal: 0, consulted: consulted), blind: numbers.blind())
            passed.data.asked = false
            passed.data.skipped = .budgetSpent
            passed.data.startedAt = now
            all.insert(passed, at: 0)
        }
        let positions = record(all, by: request.asker, of: id)
        let refused = TokenRefused(
            .identityUnavailable, of: request, after: positions, given: facts,
            consulted: consulted(before: positions), in: estate)
        record(.tokens(.refused(refused)), by: request.asker, of: id.text)
    }

    private mutating func issue(
        _ grant: TokenGrant, _ attempts: [SyntheticAttempt], _ request: TokenRequest, _ requested: Position,
        _ facts: DecisionFacts, _ name: [UInt8]
    ) throws {
        let id = facts.decision
        let consulted = consulted
        guard let index = attempts.firstIndex(where: { $0.data == grant.winner }) else { return }
        let winner = attempts[index]
        let positions = record(attempts, by: request.asker, of: id)
        var account = Position(0)
        if grant.standing == nil, var opened = AccountOpened(by: grant, in: request.environment, estate) {
            let blind = numbers.blind()
            let sealed = try SyntheticVaults.seal(name, field: "user_name", blind: blind, vault: winner.vault)
            opened.vault = winner.vault
            opened.userName = sealed.value
            account = record(
                .accounts(.opened(opened)), by: request.asker, of: id.text, blind: blind, sealed: [sealed.record])
        }
        var issued = TokenIssued(
            grant, requested: .position(requested), after: positions, winner: positions[index],
            account: .position(account), given: facts, consulted: consulted)
        if let terms = grant.refresh {
            let family: FamilyID = identifier()
            issued.family = family
            issued.refresh = RefreshIssued(family, generation: 0, secretDigest: digest(), terms)
        }
        try sign(&issued, winner.extraInfo.map { (winner.vault, $0) }, by: request.asker)
    }

    /// Some digest.
    mutating func digest() -> Bytes32 {
        Bytes32(first: numbers.next(), second: numbers.next(), third: numbers.next(), fourth: numbers.next())
    }

    /// Records a token with what its signature would have covered.
    mutating func sign(
        _ token: inout TokenIssued, _ extraInfo: (vault: VaultID, bytes: [UInt8])?, by asker: Actor
    ) throws {
        var claims = token.claims
        if let extraInfo { claims.extraInfo = .open(json: extraInfo.bytes) }
        let bytes = SigningInputs.bytes(
            header: try AccessTokenFormat.header(token.header), claims: try AccessTokenFormat.claims(claims))
        let blind = numbers.blind()
        var sealed: [SealedRecord] = []
        if let extraInfo {
            let salt = [UInt8](repeating: UInt8(truncatingIfNeeded: numbers.next()), count: SigningInputs.saltCount)
            let salted = try SyntheticVaults.seal(
                salt, field: SigningInputs.saltField, blind: blind, vault: extraInfo.vault)
            token.signingInput.commitment = SigningInputs.commitment(to: bytes, salt: salt)
            token.signingInput.salt = salted.value
            sealed = [salted.record]
        } else {
            token.signingInput.digest = Bytes32(SHA256.hash(bytes))
        }
        record(.tokens(.issued(token)), by: asker, of: token.claims.id.text, blind: blind, sealed: sealed)
    }
}

extension TokenIssued {
    /// The same with the digest of what would have been signed, as somebody would record it who changed the claims.
    public func signedAnew() throws -> TokenIssued {
        guard signingInput.digest != nil else { return self }
        var token = self
        token.signingInput.digest = Bytes32(
            SHA256.hash(
                SigningInputs.bytes(
                    header: try AccessTokenFormat.header(header), claims: try AccessTokenFormat.claims(claims))))
        return token
    }
}
