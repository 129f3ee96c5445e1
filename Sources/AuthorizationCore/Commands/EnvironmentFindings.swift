/// Something in an environment that cannot work as it is set up, or that a reviewer would ask about.
public struct Finding: Sendable, Equatable {
    /// Raw values are for programs and stay the same.
    public enum Kind: String, CaseIterable, Sendable {
        case oauthNotDeployed = "oauth_not_deployed"
        case noIdentity = "no_identity"
        case noIdentityHere = "no_identity_here"
        case noPasswordAPI = "no_password_api"
        case thirdPartyPassword = "third_party_password"
        case passwordOn = "password_on"
        case plainHTTP = "plain_http"
        case sharedUserStore = "shared_user_store"
        case subjectIsUserName = "subject_is_user_name"
        case suspendedIdentity = "suspended_identity"
        case probeOff = "probe_off"
        case chainTooLong = "chain_too_long"
        case sharedBasePath = "shared_base_path"
        case noAccessRules = "no_access_rules"
        case relaxedRecording = "relaxed_recording"
    }

    public var kind: Kind
    /// Our ids of the things concerned, ascending.
    public var about: [String]
    public var text: String
}

extension Estate {
    /// The findings of an environment, in the order of ``Finding/Kind`` and of the things' ids.
    public func findings(in environment: Environment) -> [Finding] {
        let apis = environment.apis.compactMap { id, deployment -> DeployedAPI? in
            guard let api = self.apis[id], let revision = api.revision(deployment.revision) else { return nil }
            return DeployedAPI(api: api, revision: revision)
        }.sorted { $0.api.id < $1.api.id }
        let identities = environment.identities.compactMap { id, deployment -> DeployedIdentity? in
            guard let identity = self.identities[id], let revision = identity.revision(deployment.revision) else {
                return nil
            }
            return DeployedIdentity(identity: identity, revision: revision)
        }.sorted { $0.identity.id < $1.identity.id }

        var findings: [Finding] = []
        let needsOAuth = apis.contains { !$0.revision.interceptors.isEmpty }
        if environment.oauthDeployedAt == nil, needsOAuth {
            findings.add(.oauthNotDeployed, [], "APIs are deployed here, but API OAuth is not: no token is issued")
        }
        addAPIFindings(apis, environment, to: &findings)
        addIdentityFindings(identities, environment, to: &findings)
        addAppFindings(apis, to: &findings)
        if environment.settings.recording == .relaxed {
            findings.add(.relaxedRecording, [], "A crash may lose up to a second of access decisions")
        }
        let order = Dictionary(uniqueKeysWithValues: Finding.Kind.allCases.enumerated().map { ($1, $0) })
        return findings.enumerated().sorted {
            (order[$0.element.kind] ?? 0, $0.offset) < (order[$1.element.kind] ?? 0, $1.offset)
        }.map(\.element)
    }

    private func addAPIFindings(_ apis: [DeployedAPI], _ environment: Environment, to findings: inout [Finding]) {
        for (api, revision) in apis.map({ ($0.api, $0.revision) }) where revision.allows(.password) {
            let id = api.id.text
            findings.add(.passwordOn, [id], "The password grant is on, which RFC 9700 advises against")
            let linked = api.linkedIdentities.filter { identities[$0]?.retiredAt == nil }
            if linked.isEmpty {
                findings.add(.noIdentity, [id], "The Password option is on, but no API Identity is linked")
            } else if linked.allSatisfy({ environment.identities[$0] == nil }) {
                findings.add(
                    .noIdentityHere, [id], "None of the API Identities that it is linked to is deployed here")
            }
            if IdentityChain(of: [api.id], in: environment.name, self).links.count > IdentityChain.maximumLength {
                findings.add(.chainTooLong, [id], "Its chain is longer than what is asked for one request")
            }
        }
        for api in apis where api.revision.accessRules.isEmpty {
            findings.add(.noAccessRules, [api.api.id.text], "It has no access rules, so a gateway lets nobody in")
        }
        for (path, same) in Dictionary(grouping: apis, by: \.revision.basePath).sorted(by: { $0.key < $1.key })
        where same.count > 1 {
            findings.add(.sharedBasePath, same.map(\.api.id.text), "They share the base path \(path)")
        }
    }

    private func addIdentityFindings(
        _ identities: [DeployedIdentity], _ environment: Environment, to findings: inout [Finding]
    ) {
        for (identity, revision) in identities.map({ ($0.identity, $0.revision) }) {
            let id = identity.id.text
            let destination = revision.destination(in: environment.name)
            if destination.url.isPlainHTTPToAnotherMachine {
                findings.add(.plainHTTP, [id], "Passwords travel unencrypted to \(destination.url)")
            }
            if identity.suspendedAt != nil {
                findings.add(.suspendedIdentity, [id], "It is suspended and stands in no chain")
            }
            if revision.probe == .off {
                findings.add(.probeOff, [id], "Nobody checks whether its destination accepts everything")
            }
            if revision.subjectFrom == .userName {
                findings.add(.subjectIsUserName, [id], "People are told apart by the name that they typed")
            }
        }
        let stores = Dictionary(grouping: identities) { $0.identity.userStore(of: $0.revision) }
        for (store, same) in stores.sorted(by: { $0.key < $1.key }) where same.count > 1 {
            let destinations = same.map { $0.revision.destination(in: environment.name).url }.joined(separator: ", ")
            findings.add(
                .sharedUserStore, same.map(\.identity.id.text),
                "They vouch for the same people, those of \(store), at \(destinations)")
        }
    }

    /// Apps stand in every environment; those are named that have an API here.
    private func addAppFindings(_ apis: [DeployedAPI], to findings: inout [Finding]) {
        let here = Set(apis.map(\.api.id))
        let password = Set(apis.filter { $0.revision.allows(.password) }.map(\.api.id))
        for app in apps.values.sorted(by: { $0.id < $1.id })
        where app.retiredAt == nil && app.content.grants.contains(.password) && !here.isDisjoint(with: app.content.apis)
        {
            if password.isDisjoint(with: app.content.apis) {
                findings.add(.noPasswordAPI, [app.id.text], "None of its APIs here has the Password option on")
            }
            if !app.content.firstParty {
                findings.add(
                    .thirdPartyPassword, [app.id.text], "It names the password grant, which third parties never get")
            }
        }
    }
}

private struct DeployedAPI {
    var api: API
    var revision: APIRevision
}

private struct DeployedIdentity {
    var identity: APIIdentity
    var revision: IdentityRevision
}

extension [Finding] {
    fileprivate mutating func add(_ kind: Finding.Kind, _ about: [String], _ text: String) {
        append(Finding(kind: kind, about: about, text: text))
    }
}

extension String {
    /// Whether it is an http URL whose host is not this machine's own address. The spelling is canonical.
    fileprivate var isPlainHTTPToAnotherMachine: Bool {
        let scheme = "http://"
        guard hasPrefix(scheme) else { return false }
        let rest = dropFirst(scheme.count)
        if rest.hasPrefix("[::1]") { return false }
        let host = rest.prefix { $0 != "/" && $0 != ":" && $0 != "?" }
        let isLoopback = host.hasPrefix("127.") && host.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
        return host != "localhost" && !host.hasSuffix(".localhost") && !isLoopback
    }
}
