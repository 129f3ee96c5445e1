/// The name of something that a decision or command depended on.
///
/// Whoever appends names the fences that must not have been touched since what he consulted; whatever touches one
/// makes him decide again.
public enum FenceName: Hashable, Sendable {
    /// Touched by every estate event that names no environment.
    case estate
    case environment(EnvironmentName)
    case `operator`(OperatorID)
    case family(FamilyID)
    /// One generation of a family: never touched twice, and where its token was issued.
    case refreshToken(FamilyID, Int64)
    case account(AccountID)
    case subject(SubjectReference)
    case token(DecisionID)
    /// Legal holds, all of them: what is destroyed must not have been put under one meanwhile.
    case holds
    /// A proof of possession that was used, by its replay key.
    case proof(Bytes32)
    /// A client assertion that was used, by the digest of app and `jti`.
    case assertion(Bytes32)
    /// A management request that was answered.
    case idempotency(Bytes32)

    public var kind: String {
        switch self {
        case .estate: "estate"
        case .environment: "estate/environment"
        case .operator: "operator"
        case .family: "family"
        case .refreshToken: "family/generation"
        case .account: "account"
        case .subject: "subject"
        case .token: "token"
        case .holds: "holds"
        case .proof: "proof"
        case .assertion: "assertion"
        case .idempotency: "idempotency"
        }
    }

    public var name: String {
        switch self {
        case .estate, .holds: ""
        case .environment(let name): name.text
        case .operator(let id): id.text
        case .family(let id): id.text
        case .refreshToken(let id, let generation): "\(id.text).\(generation)"
        case .account(let id): id.text
        case .subject(let reference): reference.text
        case .token(let id): id.text
        case .proof(let key), .assertion(let key), .idempotency(let key): key.text
        }
    }
}

extension EventData {
    /// The fences that this event touches. Total: a type that touches none says so.
    public var touchedFences: [FenceName] {
        switch self {
        case .ledger(let event): event.touchedFences
        case .operators(let event): event.touchedFences
        case .environments(let event): event.touchedFences
        case .apis(let event): event.touchedFences
        case .identities(let event): event.touchedFences
        case .apps: [.estate]
        case .tokens(let event): event.touchedFences
        case .accounts(let event): event.touchedFences
        case .access, .audit: []
        }
    }
}

extension LedgerEvent {
    fileprivate var touchedFences: [FenceName] {
        switch self {
        case .created, .configured, .engineActivated, .incarnated: [.estate]
        case .keyAdded(let data): [Self.fence(data.environment)]
        case .keyActivated(let data): [Self.fence(data.environment)]
        case .keyRetired(let data): [Self.fence(data.environment)]
        case .keyCompromised(let data): [Self.fence(data.environment)]
        case .anchorReset, .clockConfirmed: []
        }
    }

    private static func fence(_ environment: EnvironmentName?) -> FenceName {
        environment.map { .environment($0) } ?? .estate
    }
}

extension OperatorEvent {
    /// An operator's roles decide commands, never tokens: the operator's own fence, and the estate's, because the
    /// last administrator cannot be removed.
    fileprivate var touchedFences: [FenceName] {
        switch self {
        case .added(let data): [.estate, .operator(data.id)]
        case .rolesChanged(let data): [.estate, .operator(data.id)]
        case .removed(let data): [.estate, .operator(data.id)]
        }
    }
}

extension EnvironmentEvent {
    fileprivate var touchedFences: [FenceName] {
        switch self {
        case .created(let data): [.estate, .environment(data.environment)]
        case .configured(let data): [.environment(data.environment)]
        case .oauthDeployed(let data): [.environment(data.environment)]
        case .oauthUndeployed(let data): [.environment(data.environment)]
        case .assuranceSchemeSet: [.estate]
        }
    }
}

extension APIEvent {
    fileprivate var touchedFences: [FenceName] {
        switch self {
        case .registered, .revised, .retired, .credentialAdded: [.estate]
        case .deployed(let data): [.environment(data.environment)]
        case .undeployed(let data): [.environment(data.environment)]
        }
    }
}

extension IdentityEvent {
    fileprivate var touchedFences: [FenceName] {
        switch self {
        case .registered, .revised, .retired, .linked, .unlinked, .suspended, .resumed: [.estate]
        case .deployed(let data): [.environment(data.environment)]
        case .undeployed(let data): [.environment(data.environment)]
        }
    }
}

extension TokenEvent {
    fileprivate var touchedFences: [FenceName] {
        switch self {
        case .requested(let data): data.proof?.replayKey.map { [.proof($0)] } ?? []
        case .attempted, .refused: []
        case .issued(let data):
            data.refresh.map { [.family($0.family), .refreshToken($0.family, $0.generation)] } ?? []
        case .revoked(let data): data.touchedFences
        case .refreshUsed(let data), .refreshRepeated(let data), .refreshReuseDetected(let data):
            [.family(data.family)]
        }
    }
}

extension TokenRevoked {
    fileprivate var touchedFences: [FenceName] {
        switch scope {
        case .token: DecisionID(text: id).map { [.token($0)] } ?? []
        case .family: FamilyID(text: id).map { [.family($0)] } ?? []
        case .account: AccountID(text: id).map { [.account($0)] } ?? []
        case .app, .key, .vouchedBy: [.estate]
        }
    }
}

extension AccountEvent {
    fileprivate var touchedFences: [FenceName] {
        switch self {
        case .opened(let data): [.account(data.account), .subject(data.subjectReference)]
        case .subjectAssigned(let data): [.account(data.account)]
        case .credentialLinked(let data): [.account(data.account), .subject(data.subjectReference)]
        case .credentialUnlinked(let data): [.account(data.account), .subject(data.subjectReference)]
        case .mergeProposed(let data): [.account(data.from), .account(data.into)]
        case .merged(let data): [.account(data.from), .account(data.into)]
        case .split(let data): [.account(data.account), .account(data.restored)]
        case .declaredSeparate(let data): data.accounts.map { .account($0) }
        case .holdPlaced(let data): [.holds] + data.accounts.map { .account($0) }
        case .holdLifted: [.holds]
        case .personErased(let data):
            data.accounts.map { .account($0) } + data.references.map { .subject($0) }
                + data.families.map { .family($0) }
        case .vaultDestroyed: []
        }
    }
}
