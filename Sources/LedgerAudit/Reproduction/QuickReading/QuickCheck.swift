internal import AuthorizationCore
internal import EventLog
internal import LedgerCrypto

/// The events of one decision by their holes, as they stand in a row; the request may stand earlier.
struct QuickDecision {
    /// 0 where the refusal holds the request.
    var requestPosition: Int64 = 0
    var request = QuickRequest()
    /// Where the append began that holds the outcome.
    var first: Int64 = 0
    var attempts: [QuickAttempt] = []
    var opening: QuickOpening?
    var outcomePosition: Int64 = 0

    /// Where the n-th attempt stands.
    func position(ofAttempt index: Int) -> Int64 { first + Int64(index) }
    var openingPosition: Int64 { first + Int64(attempts.count) }
}

/// Compares the holes of a decision with what follows from the decision of its kind that was made again in full.
///
/// It only ever finds decisions identical; whatever it does not recognise as that is made again in full.
struct QuickCheck: ~Copyable {
    /// What an identical token could not show.
    enum Result {
        case identical
        /// Two sealed values, in this vault.
        case sealed(VaultID)
        case unknown
    }

    private var hasher: SHA256Hasher
    private var signingInput: [UInt8] = []

    init() { hasher = SHA256Hasher() }

    /// A refusal.
    func refusal(
        _ decision: QuickDecision, _ refusal: QuickRefusal, by kind: ReplayedShape, on version: EstateVersion
    ) -> Result {
        guard kind.token == nil, consultedOne(version, decision, refusal.consulted) else { return .unknown }
        guard kind.letsThrough(decision.request.throttle) else { return .unknown }
        guard !refusal.attempts.isBroken, refusal.attempts.count == decision.attempts.count,
            decision.attempts.isEmpty || refusal.attempts.first == decision.first
        else { return .unknown }
        if refusal.request != nil, decision.request.consulted != refusal.consulted { return .unknown }
        return .identical
    }

    /// A token. `standing` is the account of the winner's subject before the decision.
    mutating func token(
        _ decision: QuickDecision, _ token: QuickToken, _ leaf: UnsafeRawBufferPointer, id: DecisionID,
        by kind: ReplayedShape, on version: EstateVersion, standing: AccountStanding?
    ) -> Result {
        guard let known = kind.token, consultedOne(version, decision, token.consulted),
            kind.letsThrough(decision.request.throttle),
            known.winner < decision.attempts.count
        else { return .unknown }
        let winner = decision.attempts[known.winner]
        guard let account = account(of: winner, decision, standing, consulted: token.consulted) else {
            return .unknown
        }
        let moments = TokenMoments(
            decidedAt: token.decidedAt, answeredAt: winner.endedAt, lifetimeInSeconds: known.lifetimeInSeconds)
        guard token.id == id, token.client == decision.request.app, token.account == account.id,
            token.subject == account.id, token.issuedAt == moments.issuedAt, token.expiresAt == moments.expiresAt,
            token.authTime == moments.authTime, token.extraInfo == winner.extraInfoSealed?.commitment,
            !token.attempts.isBroken, token.attempts.count == decision.attempts.count,
            token.attempts.first == decision.first, token.causes == known.because.count,
            beginsFamily(token, in: known.environment)
        else { return .unknown }
        for (index, cause) in known.because.enumerated() {
            let position =
                switch cause {
                case .position(let position): position
                case .requested: decision.requestPosition
                case .winner: decision.position(ofAttempt: known.winner)
                case .account: account.openedAt
                }
            guard token.because[index] == position else { return .unknown }
        }
        if let sealed = winner.extraInfoSealed {
            guard let salt = token.salt, salt.vault == sealed.vault, sealed.vault == account.vault else {
                return .unknown
            }
            return .sealed(sealed.vault)
        }
        guard let digest = token.digest else { return .unknown }
        signingInput.removeAll(keepingCapacity: true)
        signingInput.append(contentsOf: known.header)
        // Nothing is sealed: the log holds the claims as the token does.
        Base64URL.append(UnsafeRawBufferPointer(rebasing: leaf[token.claims]), to: &signingInput)
        let signed = signingInput.withUnsafeBytes { hasher.hash($0) }
        return Bytes32(signed) == digest ? .identical : .unknown
    }

    /// Every step consulted one and the same estate, which did not move before the outcome was recorded.
    private func consultedOne(_ version: EstateVersion, _ decision: QuickDecision, _ outcome: Int64) -> Bool {
        let sizes = version.sizes
        guard sizes.contains(outcome), outcome <= decision.first, sizes.contains(decision.first),
            sizes.contains(decision.request.consulted),
            decision.request.consulted <= max(decision.requestPosition, outcome)
        else { return false }
        for attempt in decision.attempts
        where !sizes.contains(attempt.consulted) || attempt.consulted > decision.first { return false }
        return true
    }

    /// Whether a family begins with the token exactly if the app is to get one, and holds as long as it should.
    private func beginsFamily(_ token: QuickToken, in environment: Environment?) -> Bool {
        guard let environment, let refresh = token.refresh else { return environment == nil && token.refresh == nil }
        let terms = RefreshTerms(at: token.decidedAt, of: nil, in: environment)
        return refresh.family == refresh.familyAgain && refresh.endsAt == terms.endsAt
            && refresh.expiresAt == terms.expiresAt
    }

    private func account(
        of winner: QuickAttempt, _ decision: QuickDecision, _ standing: AccountStanding?, consulted: Int64
    ) -> (id: AccountID, vault: VaultID, openedAt: Int64)? {
        if let opening = decision.opening {
            guard standing == nil, opening.subjectReference == winner.subjectReference else { return nil }
            return (opening.account, opening.vault, decision.openingPosition)
        }
        guard let standing, standing.openedAt.value < consulted else { return nil }
        return (standing.account, standing.vault, standing.openedAt.value)
    }
}
