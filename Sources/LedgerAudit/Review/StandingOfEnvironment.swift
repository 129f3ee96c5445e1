internal import AuthorizationCore

extension Estate {
    /// What a reviewer has to know of an environment as it stands: its ``findings(in:)`` with the events behind them, its
    /// chains and its access rules.
    func standing(in environment: Environment) -> [Standing] {
        var all = findings(in: environment).map { finding in
            let code = code(of: finding)
            return Standing(
                code, in: environment.name, about: finding.about,
                "\(names(finding.about, orElse: "Environment '\(environment.name.text)'")): \(finding.text).",
                positions(of: code, finding.about, in: environment))
        }
        for (id, deployment) in environment.apis.sorted(by: { $0.key < $1.key }) {
            guard let api = apis[id], let revision = api.revision(deployment.revision) else { continue }
            let made = api.revisions.last { $0.number == deployment.revision }?.at ?? api.registeredAt
            all += ruleFindings(of: revision, api: id, in: environment.name, positions: [made, deployment.at])
            guard revision.allows(.password), environment.oauthDeployedAt != nil else { continue }
            all += chainFindings(of: id, in: environment, known: all)
        }
        return all
    }

    private func code(of finding: AuthorizationCore.Finding) -> ReviewCode {
        switch finding.kind {
        case .oauthNotDeployed: .oauthNotDeployed
        case .noIdentity, .noIdentityHere: .emptyChain
        case .noPasswordAPI: .noPasswordAPI
        case .thirdPartyPassword: .thirdPartyPassword
        case .passwordOn: .passwordGrantOn
        case .plainHTTP: .plainHTTP
        case .sharedUserStore: .sharedUserStore
        case .subjectIsUserName: .subjectIsUserName
        case .suspendedIdentity:
            finding.about.first.flatMap { IdentityID(text: $0) }.flatMap { identities[$0]?.suspensionCause }
                == .acceptsAnything ? .acceptsAnything : .suspendedIdentity
        case .probeOff: .probeOff
        case .chainTooLong: .chainTooLong
        case .sharedBasePath: .sharedBasePath
        case .noAccessRules: .endpointWithoutRule
        case .relaxedRecording: .relaxedRecording
        }
    }

    // MARK: Chains

    private func chainFindings(of api: APIID, in environment: Environment, known: [Standing]) -> [Standing] {
        let chain = IdentityChain(of: [api], in: environment.name, self)
        let about = [api.text]
        if chain.links.isEmpty {
            guard !known.contains(where: { $0.key.code == .emptyChain && $0.key.about == about }) else { return [] }
            return [
                Standing(
                    .emptyChain, in: environment.name, about: about,
                    "\(names(about)): every Identity that it is linked to is suspended, retired or not deployed here.",
                    positions(of: .emptyChain, about, in: environment))
            ]
        }
        let stores = chain.links.compactMap { link -> (store: String, url: String)? in
            guard let identity = identities[link.identity], let revision = identity.revision(link.revision) else {
                return nil
            }
            return (identity.userStore(of: revision), revision.destination(in: environment.name).url)
        }
        guard Set(stores.map(\.store)).count > 1 else { return [] }
        let list = stores.map(\.url).joined(separator: ", ")
        return [
            Standing(
                .mixedChain, in: environment.name, about: about + chain.links.map(\.identity.text),
                "\(names(about)): a password that the first of its \(chain.links.count) Identities does not accept goes on "
                    + "to stores of other owners, at \(list).",
                chain.links.flatMap { [$0.registeredAt, $0.deployedAt] + $0.via.map(\.linkedAt) })
        ]
    }

    // MARK: Proof

    /// The events that made things what they are in an environment.
    private func positions(of code: ReviewCode, _ about: [String], in environment: Environment) -> [Position] {
        guard !about.isEmpty else { return [environment.settingsAt ?? environment.createdAt] }
        return about.flatMap { id -> [Position] in
            if let id = APIID(text: id), let api = apis[id], let deployment = environment.apis[id] {
                return [api.revisions.last { $0.number == deployment.revision }?.at ?? api.registeredAt, deployment.at]
            }
            if let id = IdentityID(text: id), let identity = identities[id],
                let deployment = environment.identities[id]
            {
                if code == .suspendedIdentity || code == .acceptsAnything, let suspended = identity.suspendedAt {
                    return [suspended]
                }
                let made = identity.revisions.last { $0.number == deployment.revision }?.at
                return [made ?? identity.registeredAt, deployment.at]
            }
            if let id = AppID(text: id), let app = apps[id] { return [app.latest.at] }
            return []
        }
    }

    /// Our names for things, each with its kind.
    func names(_ about: [String], orElse place: String = "") -> String {
        about.isEmpty ? place : about.map { name($0) }.joined(separator: ", ")
    }

    func name(_ id: String) -> String {
        let summary = EventSummary(estate: self)
        if let id = APIID(text: id) { return summary.name(id) }
        if let id = IdentityID(text: id) { return summary.name(id) }
        if let id = AppID(text: id) { return summary.name(id) }
        return id
    }
}
