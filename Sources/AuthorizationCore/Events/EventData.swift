/// The data of an event, by family. Indirect, because events are passed on more often than they are looked into.
public indirect enum EventData: Sendable {
    case ledger(LedgerEvent)
    case operators(OperatorEvent)
    case environments(EnvironmentEvent)
    case apis(APIEvent)
    case identities(IdentityEvent)
    case apps(AppEvent)
    case tokens(TokenEvent)
    case accounts(AccountEvent)
    case access(AccessEvent)
    case audit(AuditEvent)
}

extension EventData {
    public var type: EventType {
        switch self {
        case .ledger(.created): .ledgerCreated
        case .ledger(.configured): .ledgerConfigured
        case .ledger(.keyAdded): .keyAdded
        case .ledger(.keyActivated): .keyActivated
        case .ledger(.keyRetired): .keyRetired
        case .ledger(.keyCompromised): .keyCompromised
        case .ledger(.engineActivated): .engineActivated
        case .ledger(.incarnated): .ledgerIncarnated
        case .ledger(.anchorReset): .anchorReset
        case .ledger(.clockConfirmed): .clockConfirmed
        case .operators(.added): .operatorAdded
        case .operators(.rolesChanged): .operatorRolesChanged
        case .operators(.removed): .operatorRemoved
        case .environments(.created): .environmentCreated
        case .environments(.configured): .environmentConfigured
        case .environments(.oauthDeployed): .oauthDeployed
        case .environments(.oauthUndeployed): .oauthUndeployed
        case .environments(.assuranceSchemeSet): .assuranceSchemeSet
        case .apis(.registered): .apiRegistered
        case .apis(.revised): .apiRevised
        case .apis(.retired): .apiRetired
        case .apis(.deployed): .apiDeployed
        case .apis(.undeployed): .apiUndeployed
        case .apis(.credentialAdded): .apiCredentialAdded
        case .identities(.registered): .identityRegistered
        case .identities(.revised): .identityRevised
        case .identities(.retired): .identityRetired
        case .identities(.linked): .identityLinked
        case .identities(.unlinked): .identityUnlinked
        case .identities(.deployed): .identityDeployed
        case .identities(.undeployed): .identityUndeployed
        case .identities(.suspended): .identitySuspended
        case .identities(.resumed): .identityResumed
        case .apps(.registered): .appRegistered
        case .apps(.revised): .appRevised
        case .apps(.suspended): .appSuspended
        case .apps(.resumed): .appResumed
        case .apps(.secretRotated): .appSecretRotated
        case .apps(.retired): .appRetired
        case .tokens(.requested): .tokenRequested
        case .tokens(.attempted): .validationAttempted
        case .tokens(.issued): .tokenIssued
        case .tokens(.refused): .tokenRefused
        case .tokens(.revoked): .tokenRevoked
        case .tokens(.refreshUsed): .refreshUsed
        case .tokens(.refreshRepeated): .refreshRepeated
        case .tokens(.refreshReuseDetected): .refreshReuseDetected
        case .accounts(.opened): .accountOpened
        case .accounts(.subjectAssigned): .subjectAssigned
        case .accounts(.credentialLinked): .accountCredentialLinked
        case .accounts(.credentialUnlinked): .accountCredentialUnlinked
        case .accounts(.mergeProposed): .accountMergeProposed
        case .accounts(.merged): .accountMerged
        case .accounts(.split): .accountSplit
        case .accounts(.declaredSeparate): .accountDeclaredSeparate
        case .accounts(.holdPlaced): .accountHoldPlaced
        case .accounts(.holdLifted): .accountHoldLifted
        case .accounts(.personErased): .personErased
        case .accounts(.vaultDestroyed): .vaultDestroyed
        case .access(.decided): .accessDecided
        case .access(.recordingGap): .recordingGap
        case .access(.sealed): .accessSealed
        case .access(.pruned): .accessPruned
        case .access(.requestsSuppressed): .requestsSuppressed
        case .access(.throttleCleared): .throttleCleared
        case .audit(.read): .auditRead
        case .audit(.commandRefused): .commandRefused
        }
    }

    /// An event of `type` whose fields are empty and about to be read.
    public init(empty type: EventType) {
        switch type {
        case .ledgerCreated: self = .ledger(.created(LedgerCreated()))
        case .ledgerConfigured: self = .ledger(.configured(LedgerConfigured()))
        case .keyAdded: self = .ledger(.keyAdded(KeyAdded()))
        case .keyActivated: self = .ledger(.keyActivated(KeyActivated()))
        case .keyRetired: self = .ledger(.keyRetired(KeyRetired()))
        case .keyCompromised: self = .ledger(.keyCompromised(KeyCompromised()))
        case .engineActivated: self = .ledger(.engineActivated(EngineActivated()))
        case .ledgerIncarnated: self = .ledger(.incarnated(LedgerIncarnated()))
        case .anchorReset: self = .ledger(.anchorReset(AnchorReset()))
        case .clockConfirmed: self = .ledger(.clockConfirmed(ClockConfirmed()))
        case .operatorAdded: self = .operators(.added(OperatorAdded()))
        case .operatorRolesChanged: self = .operators(.rolesChanged(OperatorRolesChanged()))
        case .operatorRemoved: self = .operators(.removed(OperatorRemoved()))
        case .environmentCreated: self = .environments(.created(EnvironmentCreated()))
        case .environmentConfigured: self = .environments(.configured(EnvironmentConfigured()))
        case .oauthDeployed: self = .environments(.oauthDeployed(OAuthDeployed()))
        case .oauthUndeployed: self = .environments(.oauthUndeployed(OAuthUndeployed()))
        case .assuranceSchemeSet: self = .environments(.assuranceSchemeSet(AssuranceSchemeSet()))
        case .apiRegistered: self = .apis(.registered(APIRegistered()))
        case .apiRevised: self = .apis(.revised(APIRevised()))
        case .apiRetired: self = .apis(.retired(APIRetired()))
        case .apiDeployed: self = .apis(.deployed(APIDeployed()))
        case .apiUndeployed: self = .apis(.undeployed(APIUndeployed()))
        case .apiCredentialAdded: self = .apis(.credentialAdded(APICredentialAdded()))
        case .identityRegistered: self = .identities(.registered(IdentityRegistered()))
        case .identityRevised: self = .identities(.revised(IdentityRevised()))
        case .identityRetired: self = .identities(.retired(IdentityRetired()))
        case .identityLinked: self = .identities(.linked(IdentityLinked()))
        case .identityUnlinked: self = .identities(.unlinked(IdentityUnlinked()))
        case .identityDeployed: self = .identities(.deployed(IdentityDeployed()))
        case .identityUndeployed: self = .identities(.undeployed(IdentityUndeployed()))
        case .identitySuspended: self = .identities(.suspended(IdentitySuspended()))
        case .identityResumed: self = .identities(.resumed(IdentityResumed()))
        case .appRegistered: self = .apps(.registered(AppRegistered()))
        case .appRevised: self = .apps(.revised(AppRevised()))
        case .appSuspended: self = .apps(.suspended(AppSuspended()))
        case .appResumed: self = .apps(.resumed(AppResumed()))
        case .appSecretRotated: self = .apps(.secretRotated(AppSecretRotated()))
        case .appRetired: self = .apps(.retired(AppRetired()))
        case .tokenRequested: self = .tokens(.requested(TokenRequest()))
        case .validationAttempted: self = .tokens(.attempted(ValidationAttempted()))
        case .tokenIssued: self = .tokens(.issued(TokenIssued()))
        case .tokenRefused: self = .tokens(.refused(TokenRefused()))
        case .tokenRevoked: self = .tokens(.revoked(TokenRevoked()))
        case .refreshUsed: self = .tokens(.refreshUsed(RefreshEvent()))
        case .refreshRepeated: self = .tokens(.refreshRepeated(RefreshEvent()))
        case .refreshReuseDetected: self = .tokens(.refreshReuseDetected(RefreshEvent()))
        case .accountOpened: self = .accounts(.opened(AccountOpened()))
        case .subjectAssigned: self = .accounts(.subjectAssigned(SubjectAssigned()))
        case .accountCredentialLinked: self = .accounts(.credentialLinked(CredentialLinked()))
        case .accountCredentialUnlinked: self = .accounts(.credentialUnlinked(CredentialUnlinked()))
        case .accountMergeProposed: self = .accounts(.mergeProposed(AccountMergeProposed()))
        case .accountMerged: self = .accounts(.merged(AccountMerged()))
        case .accountSplit: self = .accounts(.split(AccountSplit()))
        case .accountDeclaredSeparate: self = .accounts(.declaredSeparate(AccountsDeclaredSeparate()))
        case .accountHoldPlaced: self = .accounts(.holdPlaced(HoldPlaced()))
        case .accountHoldLifted: self = .accounts(.holdLifted(HoldLifted()))
        case .personErased: self = .accounts(.personErased(PersonErased()))
        case .vaultDestroyed: self = .accounts(.vaultDestroyed(VaultDestroyed()))
        case .accessDecided: self = .access(.decided(AccessBatch()))
        case .recordingGap: self = .access(.recordingGap(RecordingGap()))
        case .accessSealed: self = .access(.sealed(AccessSealed()))
        case .accessPruned: self = .access(.pruned(AccessPruned()))
        case .requestsSuppressed: self = .access(.requestsSuppressed(RequestsSuppressed()))
        case .throttleCleared: self = .access(.throttleCleared(ThrottleCleared()))
        case .auditRead: self = .audit(.read(AuditRead()))
        case .commandRefused: self = .audit(.commandRefused(CommandRefused()))
        }
    }
}

extension EventData {
    /// Walks over the event's fields, whatever its type.
    public mutating func visit<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(FieldError) {
        switch self {
        case .ledger(.created(var data)):
            try data.visit(&fields)
            self = .ledger(.created(data))
        case .ledger(.configured(var data)):
            try data.visit(&fields)
            self = .ledger(.configured(data))
        case .ledger(.keyAdded(var data)):
            try data.visit(&fields)
            self = .ledger(.keyAdded(data))
        case .ledger(.keyActivated(var data)):
            try data.visit(&fields)
            self = .ledger(.keyActivated(data))
        case .ledger(.keyRetired(var data)):
            try data.visit(&fields)
            self = .ledger(.keyRetired(data))
        case .ledger(.keyCompromised(var data)):
            try data.visit(&fields)
            self = .ledger(.keyCompromised(data))
        case .ledger(.engineActivated(var data)):
            try data.visit(&fields)
            self = .ledger(.engineActivated(data))
        case .ledger(.incarnated(var data)):
            try data.visit(&fields)
            self = .ledger(.incarnated(data))
        case .ledger(.anchorReset(var data)):
            try data.visit(&fields)
            self = .ledger(.anchorReset(data))
        case .ledger(.clockConfirmed(var data)):
            try data.visit(&fields)
            self = .ledger(.clockConfirmed(data))
        case .operators(.added(var data)):
            try data.visit(&fields)
            self = .operators(.added(data))
        case .operators(.rolesChanged(var data)):
            try data.visit(&fields)
            self = .operators(.rolesChanged(data))
        case .operators(.removed(var data)):
            try data.visit(&fields)
            self = .operators(.removed(data))
        case .environments(.created(var data)):
            try data.visit(&fields)
            self = .environments(.created(data))
        case .environments(.configured(var data)):
            try data.visit(&fields)
            self = .environments(.configured(data))
        case .environments(.oauthDeployed(var data)):
            try data.visit(&fields)
            self = .environments(.oauthDeployed(data))
        case .environments(.oauthUndeployed(var data)):
            try data.visit(&fields)
            self = .environments(.oauthUndeployed(data))
        case .environments(.assuranceSchemeSet(var data)):
            try data.visit(&fields)
            self = .environments(.assuranceSchemeSet(data))
        case .apis(.registered(var data)):
            try data.visit(&fields)
            self = .apis(.registered(data))
        case .apis(.revised(var data)):
            try data.visit(&fields)
            self = .apis(.revised(data))
        case .apis(.retired(var data)):
            try data.visit(&fields)
            self = .apis(.retired(data))
        case .apis(.deployed(var data)):
            try data.visit(&fields)
            self = .apis(.deployed(data))
        case .apis(.undeployed(var data)):
            try data.visit(&fields)
            self = .apis(.undeployed(data))
        case .apis(.credentialAdded(var data)):
            try data.visit(&fields)
            self = .apis(.credentialAdded(data))
        case .identities(.registered(var data)):
            try data.visit(&fields)
            self = .identities(.registered(data))
        case .identities(.revised(var data)):
            try data.visit(&fields)
            self = .identities(.revised(data))
        case .identities(.retired(var data)):
            try data.visit(&fields)
            self = .identities(.retired(data))
        case .identities(.linked(var data)):
            try data.visit(&fields)
            self = .identities(.linked(data))
        case .identities(.unlinked(var data)):
            try data.visit(&fields)
            self = .identities(.unlinked(data))
        case .identities(.deployed(var data)):
            try data.visit(&fields)
            self = .identities(.deployed(data))
        case .identities(.undeployed(var data)):
            try data.visit(&fields)
            self = .identities(.undeployed(data))
        case .identities(.suspended(var data)):
            try data.visit(&fields)
            self = .identities(.suspended(data))
        case .identities(.resumed(var data)):
            try data.visit(&fields)
            self = .identities(.resumed(data))
        case .apps(.registered(var data)):
            try data.visit(&fields)
            self = .apps(.registered(data))
        case .apps(.revised(var data)):
            try data.visit(&fields)
            self = .apps(.revised(data))
        case .apps(.suspended(var data)):
            try data.visit(&fields)
            self = .apps(.suspended(data))
        case .apps(.resumed(var data)):
            try data.visit(&fields)
            self = .apps(.resumed(data))
        case .apps(.secretRotated(var data)):
            try data.visit(&fields)
            self = .apps(.secretRotated(data))
        case .apps(.retired(var data)):
            try data.visit(&fields)
            self = .apps(.retired(data))
        case .tokens(.requested(var data)):
            try data.visit(&fields)
            self = .tokens(.requested(data))
        case .tokens(.attempted(var data)):
            try data.visit(&fields)
            self = .tokens(.attempted(data))
        case .tokens(.issued(var data)):
            try data.visit(&fields)
            self = .tokens(.issued(data))
        case .tokens(.refused(var data)):
            try data.visit(&fields)
            self = .tokens(.refused(data))
        case .tokens(.revoked(var data)):
            try data.visit(&fields)
            self = .tokens(.revoked(data))
        case .tokens(.refreshUsed(var data)):
            try data.visit(&fields)
            self = .tokens(.refreshUsed(data))
        case .tokens(.refreshRepeated(var data)):
            try data.visit(&fields)
            self = .tokens(.refreshRepeated(data))
        case .tokens(.refreshReuseDetected(var data)):
            try data.visit(&fields)
            self = .tokens(.refreshReuseDetected(data))
        case .accounts(.opened(var data)):
            try data.visit(&fields)
            self = .accounts(.opened(data))
        case .accounts(.subjectAssigned(var data)):
            try data.visit(&fields)
            self = .accounts(.subjectAssigned(data))
        case .accounts(.credentialLinked(var data)):
            try data.visit(&fields)
            self = .accounts(.credentialLinked(data))
        case .accounts(.credentialUnlinked(var data)):
            try data.visit(&fields)
            self = .accounts(.credentialUnlinked(data))
        case .accounts(.mergeProposed(var data)):
            try data.visit(&fields)
            self = .accounts(.mergeProposed(data))
        case .accounts(.merged(var data)):
            try data.visit(&fields)
            self = .accounts(.merged(data))
        case .accounts(.split(var data)):
            try data.visit(&fields)
            self = .accounts(.split(data))
        case .accounts(.declaredSeparate(var data)):
            try data.visit(&fields)
            self = .accounts(.declaredSeparate(data))
        case .accounts(.holdPlaced(var data)):
            try data.visit(&fields)
            self = .accounts(.holdPlaced(data))
        case .accounts(.holdLifted(var data)):
            try data.visit(&fields)
            self = .accounts(.holdLifted(data))
        case .accounts(.personErased(var data)):
            try data.visit(&fields)
            self = .accounts(.personErased(data))
        case .accounts(.vaultDestroyed(var data)):
            try data.visit(&fields)
            self = .accounts(.vaultDestroyed(data))
        case .access(.decided(var data)):
            try data.visit(&fields)
            self = .access(.decided(data))
        case .access(.recordingGap(var data)):
            try data.visit(&fields)
            self = .access(.recordingGap(data))
        case .access(.sealed(var data)):
            try data.visit(&fields)
            self = .access(.sealed(data))
        case .access(.pruned(var data)):
            try data.visit(&fields)
            self = .access(.pruned(data))
        case .access(.requestsSuppressed(var data)):
            try data.visit(&fields)
            self = .access(.requestsSuppressed(data))
        case .access(.throttleCleared(var data)):
            try data.visit(&fields)
            self = .access(.throttleCleared(data))
        case .audit(.read(var data)):
            try data.visit(&fields)
            self = .audit(.read(data))
        case .audit(.commandRefused(var data)):
            try data.visit(&fields)
            self = .audit(.commandRefused(data))
        }
    }
}
