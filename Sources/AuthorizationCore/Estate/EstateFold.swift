extension EventData {
    /// Whether the event changes the ``Estate``; all others leave it as it is.
    public var isEstate: Bool {
        switch self {
        case .ledger, .operators, .environments, .apis, .identities, .apps: true
        case .tokens, .accounts, .access, .audit: false
        }
    }
}

extension Estate {
    /// Takes the event in. An event that names what does not stand changes nothing: the writer's guards keep such
    /// events out, and a damaged log must not stop its auditor.
    public mutating func fold(_ event: Event) {
        switch event.data {
        case .ledger(let data): fold(data, of: event)
        case .operators(let data): fold(data, of: event)
        case .environments(let data): fold(data, at: event.position)
        case .apis(let data): fold(data, at: event.position)
        case .identities(let data): fold(data, at: event.position)
        case .apps(let data): fold(data, of: event)
        case .tokens, .accounts, .access, .audit: break
        }
        size = event.position.advanced(by: 1)
    }

    private mutating func fold(_ event: LedgerEvent, of whole: Event) {
        let position = whole.position
        switch event {
        case .created(let data):
            ledger.origin = data.origin
            ledger.verifierKey = data.verifierKey
            ledger.engine = data.engine
            ledger.incarnation = data.incarnation
        case .configured(let data):
            ledger.limits = data.limits
            ledger.operatorKeyDays = data.operatorKeyDays
            ledger.tagRetentionDays = data.tagRetentionDays
            ledger.unrecognisedRetentionDays = data.unrecognisedRetentionDays
            ledger.anchorEvery = data.anchorEvery
            ledger.configuredAt = position
        case .keyAdded(let data):
            let name = KeyName(use: data.use, environment: data.environment, kid: data.kid)
            keys[name] = Key(
                name: name, alg: data.alg, publicKey: data.publicKey, notBefore: data.notBefore, addedAt: position)
        case .keyActivated(let data):
            let name = KeyName(use: data.use, environment: data.environment, kid: data.kid)
            guard keys[name] != nil else { return }
            keys[name]?.activatedAt = position
            if data.use == .token, let environment = data.environment { environments[environment]?.activeKey = name }
        case .keyRetired(let data):
            let name = KeyName(use: data.use, environment: data.environment, kid: data.kid)
            keys[name]?.retiredAt = position
            if let environment = data.environment, environments[environment]?.activeKey == name {
                environments[environment]?.activeKey = nil
            }
        case .keyCompromised(let data):
            keys[KeyName(use: data.use, environment: data.environment, kid: data.kid)]?.compromisedSince = data.since
        case .engineActivated(let data):
            ledger.engine = data.engine
        case .incarnated(let data):
            ledger.origin = data.origin
            ledger.verifierKey = data.verifierKey
            ledger.incarnation = data.incarnation
        case .clockConfirmed(let data):
            ledger.clockConfirmation = ClockConfirmation(
                clock: data.clock, ahead: data.aheadMicroseconds, at: position, recordedAt: whole.recordedAt)
        case .anchorReset:
            break
        }
    }

    private mutating func fold(_ event: OperatorEvent, of whole: Event) {
        switch event {
        case .added(let data):
            operators[data.id] = Operator(
                id: data.id, name: data.name, roles: data.roles, key: data.key, expiresAt: data.expiresAt,
                addedAt: whole.position, changedAt: whole.position, changedBy: whole.actor)
        case .rolesChanged(let data):
            operators[data.id]?.roles = data.roles
            operators[data.id]?.changedAt = whole.position
            operators[data.id]?.changedBy = whole.actor
        case .removed(let data):
            operators[data.id] = nil
        }
    }

    private mutating func fold(_ event: EnvironmentEvent, at position: Position) {
        switch event {
        case .created(let data):
            environments[data.environment] = Environment(
                name: data.environment, issuer: data.issuer, createdAt: position)
        case .configured(let data):
            environments[data.environment]?.settings = data.settings
            environments[data.environment]?.settingsAt = position
        case .oauthDeployed(let data):
            environments[data.environment]?.oauthDeployedAt = position
        case .oauthUndeployed(let data):
            environments[data.environment]?.oauthDeployedAt = nil
        case .assuranceSchemeSet(let data):
            schemes[data.scheme] = data.levels
        }
    }

    private mutating func fold(_ event: APIEvent, at position: Position) {
        switch event {
        case .registered(let data):
            apis[data.api] = API(
                id: data.api, registeredAt: position,
                revisions: [Revision(number: data.revision, content: data.content, at: position)])
        case .revised(let data):
            apis[data.api]?.revisions.append(Revision(number: data.revision, content: data.content, at: position))
        case .retired(let data):
            apis[data.api]?.retiredAt = position
            for name in environments.keys { environments[name]?.apis[data.api] = nil }
        case .deployed(let data):
            guard apis[data.api]?.revision(data.revision) != nil else { return }
            environments[data.environment]?.apis[data.api] = Deployment(revision: data.revision, at: position)
        case .undeployed(let data):
            environments[data.environment]?.apis[data.api] = nil
        case .credentialAdded(let data):
            apis[data.api]?.credentials.append(data.credential)
        }
    }

    private mutating func fold(_ event: IdentityEvent, at position: Position) {
        switch event {
        case .registered(let data):
            identities[data.identity] = APIIdentity(
                id: data.identity, registeredAt: position,
                revisions: [Revision(number: data.revision, content: data.content, at: position)])
            for api in data.apis { link(data.identity, to: api, at: position) }
        case .revised(let data):
            identities[data.identity]?.revisions.append(
                Revision(number: data.revision, content: data.content, at: position))
        case .retired(let data):
            identities[data.identity]?.retiredAt = position
            for name in environments.keys { environments[name]?.identities[data.identity] = nil }
        case .linked(let data):
            link(data.identity, to: data.api, at: position)
        case .unlinked(let data):
            identities[data.identity]?.links[data.api] = nil
            apis[data.api]?.linkedIdentities.remove(data.identity)
        case .deployed(let data):
            guard identities[data.identity]?.revision(data.revision) != nil else { return }
            environments[data.environment]?.identities[data.identity] = Deployment(
                revision: data.revision, at: position)
        case .undeployed(let data):
            environments[data.environment]?.identities[data.identity] = nil
        case .suspended(let data):
            identities[data.identity]?.suspendedAt = position
            identities[data.identity]?.suspensionCause = data.cause
        case .resumed(let data):
            identities[data.identity]?.suspendedAt = nil
            identities[data.identity]?.suspensionCause = nil
        }
    }

    private mutating func link(_ identity: IdentityID, to api: APIID, at position: Position) {
        guard identities[identity] != nil, apis[api] != nil else { return }
        identities[identity]?.links[api] = position
        apis[api]?.linkedIdentities.insert(identity)
    }

    private mutating func fold(_ event: AppEvent, of whole: Event) {
        switch event {
        case .registered(let data):
            apps[data.app] = App(
                id: data.app, registeredAt: whole.position,
                revisions: [Revision(number: data.revision, content: data.content, at: whole.position)],
                secrets: data.secret.map { [AppSecret(secret: $0, addedAt: whole.position)] } ?? [])
        case .revised(let data):
            apps[data.app]?.revisions.append(
                Revision(number: data.revision, content: data.content, at: whole.position))
        case .suspended(let data):
            apps[data.app]?.suspendedAt = whole.position
        case .resumed(let data):
            apps[data.app]?.suspendedAt = nil
        case .secretRotated(let data):
            guard let app = apps[data.app] else { return }
            var kept: [AppSecret] = []
            if let end = data.overlapUntil {
                for var secret in app.secrets {
                    secret.holdsUntil = min(secret.holdsUntil ?? end, end)
                    kept.append(secret)
                }
            }
            kept.append(AppSecret(secret: data.secret, addedAt: whole.position))
            apps[data.app]?.secrets = kept
        case .retired(let data):
            apps[data.app]?.retiredAt = whole.position
        }
    }
}
