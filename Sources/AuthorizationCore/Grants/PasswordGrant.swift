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
    PasswordGrantPlan(of: request, in: state.estate)
        .nextStep(request, given: facts, accounts: state.accounts, after: attempts)
}
