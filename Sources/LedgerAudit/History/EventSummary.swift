internal import AuthorizationCore

/// Says in one line of plain words what an event is.
///
/// It never says that a person did something: the ledger knows who held an app's credential and what an Identity
/// answered, not who sat at the keyboard.
struct EventSummary {
    /// What stood before the event, for names.
    let estate: Estate

    func sentence(of event: Event) -> String {
        switch event.data {
        case .ledger(let data): sentence(of: data)
        case .operators(let data): sentence(of: data)
        case .environments(let data): sentence(of: data)
        case .apis(let data): sentence(of: data)
        case .identities(let data): sentence(of: data)
        case .apps(let data): sentence(of: data)
        case .tokens(let data): sentence(of: data)
        case .accounts(let data): sentence(of: data)
        case .access(let data): sentence(of: data)
        case .audit(let data): sentence(of: data)
        }
    }

    // MARK: Names

    func name(_ id: APIID) -> String { named("API", estate.apis[id]?.latest.content.name, id.text) }
    func name(_ id: IdentityID) -> String { named("Identity", estate.identities[id]?.latest.content.name, id.text) }
    func name(_ id: AppID) -> String { named("app", estate.apps[id]?.content.name, id.text) }
    func name(_ id: OperatorID) -> String { named("operator", estate.operators[id]?.name, id.text) }

    private func named(_ kind: String, _ name: Name?, _ id: String) -> String {
        name.map { "\(kind) '\($0.text)'" } ?? "\(kind) \(id)"
    }

    private func counted(_ count: Int, _ one: String, _ many: String) -> String {
        count == 1 ? "1 \(one)" : "\(count) \(many)"
    }

    // MARK: Estate

    private func sentence(of event: LedgerEvent) -> String {
        switch event {
        case .created(let data): "the ledger '\(data.origin)' was created"
        case .configured: "the ledger's settings were set"
        case .keyAdded(let data): "\(key(data.use, data.environment)) \(data.kid) was added"
        case .keyActivated(let data): "\(key(data.use, data.environment)) \(data.kid) signs from here on"
        case .keyRetired(let data): "\(key(data.use, data.environment)) \(data.kid) was retired"
        case .keyCompromised(let data):
            "\(key(data.use, data.environment)) \(data.kid) is not believed since \(data.since.text)"
        case .engineActivated(let data): "decisions follow the rules of engine \(data.engine) from here on"
        case .incarnated(let data): "the ledger went on from a copy as '\(data.origin)'"
        case .anchorReset(let data): "an anchor that was \(data.found.text) was accepted"
        case .clockConfirmed: "a clock that had jumped was confirmed"
        }
    }

    private func key(_ use: KeyUse, _ environment: EnvironmentName?) -> String {
        environment.map { "the \(use.text) key of \($0.text)" } ?? "the \(use.text) key"
    }

    private func sentence(of event: OperatorEvent) -> String {
        switch event {
        case .added(let data): "operator '\(data.name.text)' was added as \(roles(data.roles))"
        case .rolesChanged(let data): "\(name(data.id)) became \(roles(data.roles))"
        case .removed(let data): "\(name(data.id)) was removed"
        }
    }

    private func roles(_ roles: [Role]) -> String {
        roles.isEmpty ? "nothing" : roles.map(\.text).joined(separator: ", ")
    }

    private func sentence(of event: EnvironmentEvent) -> String {
        switch event {
        case .created(let data): "environment \(data.environment.text) was created"
        case .configured(let data): "the settings of \(data.environment.text) were set"
        case .oauthDeployed(let data): "API OAuth was deployed in \(data.environment.text)"
        case .oauthUndeployed(let data): "API OAuth was undeployed from \(data.environment.text)"
        case .assuranceSchemeSet(let data): "assurance scheme '\(data.scheme.text)' was set"
        }
    }

    private func sentence(of event: APIEvent) -> String {
        switch event {
        case .registered(let data): "API '\(data.content.name.text)' was registered"
        case .revised(let data): "\(name(data.api)) got revision \(data.revision)"
        case .retired(let data): "\(name(data.api)) was retired"
        case .deployed(let data):
            "\(name(data.api)) was deployed in \(data.environment.text), revision \(data.revision)"
        case .undeployed(let data): "\(name(data.api)) was undeployed from \(data.environment.text)"
        case .credentialAdded(let data): "\(name(data.api)) got a credential"
        }
    }

    private func sentence(of event: IdentityEvent) -> String {
        switch event {
        case .registered(let data):
            "Identity '\(data.content.name.text)' was registered, linked to \(counted(data.apis.count, "API", "APIs"))"
        case .revised(let data): "\(name(data.identity)) got revision \(data.revision)"
        case .retired(let data): "\(name(data.identity)) was retired"
        case .linked(let data): "\(name(data.identity)) was linked to \(name(data.api))"
        case .unlinked(let data): "\(name(data.identity)) was unlinked from \(name(data.api))"
        case .deployed(let data):
            "\(name(data.identity)) was deployed in \(data.environment.text), revision \(data.revision)"
        case .undeployed(let data): "\(name(data.identity)) was undeployed from \(data.environment.text)"
        case .suspended(let data):
            switch data.cause {
            case .acceptsAnything: "\(name(data.identity)) was suspended: it accepts anything"
            case .byOperator: "\(name(data.identity)) was suspended by an operator"
            }
        case .resumed(let data): "\(name(data.identity)) was resumed"
        }
    }

    private func sentence(of event: AppEvent) -> String {
        switch event {
        case .registered(let data):
            "app '\(data.content.name.text)' was registered as \(data.content.firstParty ? "first" : "third") party"
        case .revised(let data): "\(name(data.app)) got revision \(data.revision)"
        case .suspended(let data): "\(name(data.app)) was suspended"
        case .resumed(let data): "\(name(data.app)) was resumed"
        case .secretRotated(let data): "\(name(data.app)) got a new secret"
        case .retired(let data): "\(name(data.app)) was retired"
        }
    }
}

// MARK: Decisions and what follows from them

extension EventSummary {
    private func sentence(of event: TokenEvent) -> String {
        switch event {
        case .requested(let data):
            "\(asker(data)) asked for a token in \(data.environment.text) by \(grant(data.grant))"
        case .attempted(let data): sentence(of: data)
        case .issued(let data): sentence(of: data)
        case .refused(let data):
            (data.request.map { "\(asker($0)) asked in \($0.environment.text) by \(grant($0.grant)) and " } ?? "")
                + "no token was issued: \(data.reason.text)"
        case .revoked(let data): "\(scope(data)) is no longer believed (\(data.cause.text))"
        case .refreshUsed(let data): "generation \(data.generation) of refresh family \(data.family.text) was used"
        case .refreshRepeated(let data):
            "generation \(data.generation) of refresh family \(data.family.text) was presented again, its answer lost"
        case .refreshReuseDetected(let data):
            "generation \(data.generation) of refresh family \(data.family.text) was reused: the family ends"
        }
    }

    private func asker(_ request: TokenRequest) -> String {
        guard let app = request.client.app else { return "somebody that named no app of ours" }
        return request.client.credential == nil
            ? "somebody without the credential of \(name(app))" : "the holder of \(name(app))'s credential"
    }

    private func grant(_ grant: String) -> String { grant.isEmpty ? "no grant" : "grant '\(grant)'" }

    private func sentence(of attempt: ValidationAttempted) -> String {
        let identity = name(attempt.identity)
        if let skipped = attempt.skipped { return "\(identity) was not asked: \(skipped.text)" }
        switch attempt.outcome {
        case .accepted: return "\(identity) accepted the credentials"
        case .rejected: return "\(identity) rejected the credentials"
        case .locked: return "\(identity) said that the account is locked"
        case .indeterminate: return "\(identity) gave no usable answer (\(attempt.failure ?? "no reason recorded"))"
        case nil: return "\(identity) was asked"
        }
    }

    private func sentence(of token: TokenIssued) -> String {
        let vouching = token.winner.map { ", on the word of \(name($0))" } ?? ""
        return "a token was issued to \(name(token.claims.clientID)) for "
            + "\(token.claims.audience.joined(separator: ", "))\(vouching)"
    }

    private func scope(_ revoked: TokenRevoked) -> String {
        switch revoked.scope {
        case .token: "token \(revoked.id)"
        case .family: "refresh family \(revoked.id)"
        case .account: "everything issued for account \(revoked.id)"
        case .app: "everything issued to app \(revoked.id)"
        case .key: "everything signed by key \(revoked.id)"
        case .vouchedBy: "everything that Identity \(revoked.id) vouched for"
        }
    }

    private func sentence(of event: AccountEvent) -> String {
        switch event {
        case .opened(let data): "account \(data.account.text) was opened in \(data.environment.text)"
        case .subjectAssigned(let data): "account \(data.account.text) got its subject in sector '\(data.sector)'"
        case .credentialLinked(let data): "a second way to open account \(data.account.text) was linked"
        case .credentialUnlinked(let data): "a way to open account \(data.account.text) was unlinked"
        case .mergeProposed(let data): "merging \(data.from.text) into \(data.into.text) was proposed"
        case .merged(let data): "account \(data.from.text) became part of \(data.into.text)"
        case .split(let data): "account \(data.restored.text) was split from \(data.account.text)"
        case .declaredSeparate(let data):
            "\(counted(data.accounts.count, "account", "accounts")) were declared separate"
        case .holdPlaced(let data): "hold \(data.hold.text) was placed"
        case .holdLifted(let data): "hold \(data.hold.text) was lifted"
        case .personErased(let data):
            "a person was erased: \(counted(data.accounts.count, "account", "accounts")), "
                + counted(data.vaults.count, "vault", "vaults")
        case .vaultDestroyed(let data): "vault \(data.vault.text) was destroyed"
        }
    }

    private func sentence(of event: AccessEvent) -> String {
        switch event {
        case .decided(let data): counted(data.rows.count, "access decision", "access decisions")
        case .recordingGap(let data): "access decisions from \(data.from.text) to \(data.to.text) may be missing"
        case .sealed(let data): "access log '\(data.origin)' had \(data.size) entries"
        case .pruned(let data): "access log '\(data.origin)' was pruned below \(data.below)"
        case .requestsSuppressed(let data): "\(data.count) requests were counted only: \(data.reason.text)"
        case .throttleCleared(let data): "a throttle was cleared in \(data.environment.text)"
        }
    }

    private func sentence(of event: AuditEvent) -> String {
        switch event {
        case .read(let data): "the record was read: \(data.action), \(data.count) shown"
        case .commandRefused(let data): "command \(data.command) was refused: \(data.reason)"
        }
    }
}
