/// What a password grant does next.
public enum PasswordGrantStep: Sendable, Equatable {
    case ask(IdentityChain.Link)
    case issue(TokenGrant)
    case refuse(Refusal)
}

/// What the decision was given from outside, besides the request: identifiers drawn, clock readings, keys named.
public struct DecisionFacts: Sendable, Equatable {
    public var engine: Int64
    /// Also the `jti` of a token.
    public var decision: DecisionID
    public var decidedAt: Timestamp
    /// The account that is opened if the winner's subject has none.
    public var freshAccount: AccountID

    public init(engine: Int64, decision: DecisionID, decidedAt: Timestamp, freshAccount: AccountID) {
        self.engine = engine
        self.decision = decision
        self.decidedAt = decidedAt
        self.freshAccount = freshAccount
    }
}

/// The fold of the log that a decision looks at, at the one position that it consulted.
public struct DecisionState: Sendable {
    public var estate: Estate
    /// The accounts of the subjects that the attempts named.
    public var accounts: [SubjectReference: AccountStanding]

    public init(estate: Estate, accounts: [SubjectReference: AccountStanding] = [:]) {
        self.estate = estate
        self.accounts = accounts
    }

    /// The account that an accepted attempt leads to; nil when its subject has none yet.
    public func standing(of attempt: ValidationAttempted) -> AccountStanding? {
        attempt.subjectReference.flatMap { accounts[$0] }
    }
}

/// An account, and the event that opened it.
public struct AccountStanding: Sendable, Equatable {
    public var account: AccountID
    public var vault: VaultID
    public var openedAt: Position

    public init(account: AccountID, vault: VaultID, openedAt: Position) {
        self.account = account
        self.vault = vault
        self.openedAt = openedAt
    }
}

/// What a password grant does next, given everything that has happened so far (RFC 6749, section 4.3).
///
/// It is called until it says issue or refuse. Guards run in the order of ``Refusal``; a password goes nowhere before
/// all guards that stand before the chain. An attempt counts only while its Identity, at the revision that was asked,
/// is still in the chain: then an acceptance wins even if a newer Identity has joined since, because the password goes
/// no further than it must.
public func nextStep(
    _ request: TokenRequest, given facts: DecisionFacts, in state: DecisionState,
    after attempts: [ValidationAttempted]
) -> PasswordGrantStep {
    let reach = PasswordGrantReach(of: GuardedRequest(request), in: state.estate)
    return reach.step(after: attempts, throttle: request.throttle) { winner, link, afterIndeterminate in
        reach.terms(through: link).step(
            for: winner, standing: state.standing(of: winner), afterIndeterminate: afterIndeterminate, given: facts)
    }
}

/// All of a request that its guards look at, besides the throttle's numbers.
///
/// Two requests that are equal in this reach the same Identities in the same estate, and would get the same terms.
public struct GuardedRequest: Sendable, Hashable {
    public var environment: EnvironmentName
    /// The app that was named and stands in the ledger.
    public var app: AppID?
    public var isAuthenticated: Bool
    public var fault: RequestFault?
    public var grant: String
    public var proofIsFaulty: Bool
    /// What the token would be bound to.
    public var confirmation: Confirmation?
    public var resource: [String]?
    public var scope: [String]

    public init(_ request: TokenRequest) {
        environment = request.environment
        app = request.client.app
        isAuthenticated = request.client.credential != nil
        fault = request.fault
        grant = request.grant
        proofIsFaulty = request.proof?.fault != nil
        confirmation = request.proof.flatMap(Confirmation.init(of:))
        resource = request.asked.resource
        scope = request.asked.scope ?? []
    }
}

extension Confirmation {
    fileprivate init?(of proof: ProofOfPossession) {
        guard let thumbprint = proof.thumbprint else { return nil }
        self.init()
        switch proof.kind {
        case .dpop: jkt = thumbprint
        case .mtls: x5tS256 = thumbprint
        }
    }
}
